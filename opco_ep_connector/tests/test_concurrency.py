# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Real transactions that really meet: what is committed here is deleted at the end."""

import os
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import ApprenticeshipCase

from ..convergence.client import ConvergenceClient
from ..models.opco_dossier import OpcoDossier
from ..models.transactions import MAX_TRIES, in_own_transaction
from ..preparation import Preparation
from ..vault import ENVIRONMENT_VARIABLE
from .common import SIRET, SandboxAllowed, new_master_key
from .journal import forget_journal
from .sandbox import Sandbox


class Builder(ApprenticeshipCase):
    """The builders of a contract, in a database that keeps what they make."""

    @classmethod
    def use(cls, env):
        cls.env = env
        cls.company = env.company
        cls.Contract = env["apprenticeship.contract"]


@tagged("post_install", "-at_install")
class TestConcurrency(SandboxAllowed, BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.enterClassContext(
            patch.dict(os.environ, {ENVIRONMENT_VARIABLE: new_master_key()})
        )
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.end)
        cls.sandbox.start()

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(self.delete_what_was_made)
        self.sandbox.reset()
        with self.transaction() as env:
            self.stopped = env["opco.connection"].search([("state", "=", "active")]).ids
            env["opco.connection"].browse(self.stopped).write({"state": "inactive"})
            self.make(env)

    def test_save_during_the_call_costs_neither_the_save_nor_the_receipt(self):
        deposit = ConvergenceClient.deposit

        def deposit_while_a_user_saves(client, body):
            self.user_saves()
            return deposit(client, body)

        with patch.object(ConvergenceClient, "deposit", deposit_while_a_user_saves):
            self.deliver()
        self.assert_received_once()

    def test_save_during_the_consequences_costs_neither(self):
        adopt = OpcoDossier._adopt
        saves = iter([self.user_saves])

        tries = []

        def adopt_then_a_user_saves(dossiers, *arguments):
            tries.append(1)
            adopted = adopt(dossiers, *arguments)
            next(saves, lambda: None)()
            return adopted

        with (
            patch.object(OpcoDossier, "_adopt", adopt_then_a_user_saves),
            mute_logger("odoo.sql_db"),
        ):
            self.deliver()
        self.assertEqual(len(tries), 2, "there was a conflict")
        self.assert_received_once()

    def test_receipt_during_the_save_costs_neither(self):
        receipts = iter([self.deliver])

        def save(env):
            contract = self.contract(env)
            self.assertTrue(contract.name)
            next(receipts, lambda: None)()
            contract.signing_place = "LYON"

        with self.transaction() as env, mute_logger("odoo.sql_db"):
            with patch("time.sleep"):
                retrying(lambda: save(env), env)
        self.assert_received_once()

    def test_work_is_done_again_on_a_conflict(self):
        tries = []
        with self.transaction() as env, mute_logger("odoo.sql_db"):

            def work():
                tries.append(self.contract(env).name)
                if len(tries) == 1:
                    self.user_saves()
                self.contract(env).weekly_minutes = 30

            in_own_transaction(env, work)
        self.assertEqual(len(tries), 2)
        with self.transaction() as env:
            contract = self.contract(env)
            self.assertEqual(
                (contract.signing_place, contract.weekly_minutes), ("LYON", 30)
            )

    def test_work_that_always_conflicts_is_given_up(self):
        tries = []

        def work():
            tries.append(1)
            raise SerializationFailure

        with self.transaction() as env:
            with self.assertRaises(SerializationFailure):
                in_own_transaction(env, work)
        self.assertEqual(len(tries), MAX_TRIES)

    def test_other_errors_are_not_tried_again(self):
        tries = []

        def work():
            tries.append(1)
            raise ValueError

        with self.transaction() as env, self.assertRaises(ValueError):
            in_own_transaction(env, work)
        self.assertEqual(len(tries), 1)

    def test_a_row_is_claimed_by_one_worker(self):
        with self.transaction() as first, self.transaction() as second:
            connection = second["opco.connection"].browse(self.connection_id)
            self.assertEqual(connection.state, "active")
            mine = self.claim(first)
            self.assertEqual(mine.ids, [self.row_id])
            self.assertFalse(self.claim(second))
            first.cr.commit()
            second.cr.rollback()
            self.assertFalse(self.claim(second))

    def test_two_clicks_at_once_make_one_live_row(self):
        with self.transaction() as first, self.transaction() as second:
            first["opco.transmission"].browse(self.row_id).write(
                {"state": "cancelled", "is_live": False}
            )
            first.cr.commit()
            self.assertFalse(self.live_rows(second))
            self.queue(first)
            first.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
                self.queue(second)
            second.cr.rollback()
            self.assertEqual(len(self.live_rows(second)), 1)

    # ----------------------------------------------------------------- helpers
    @contextmanager
    def transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def make(self, env):
        """Commit a connection and a queued contract."""
        Builder.use(env)
        site = Builder.new_employer(name="CFA EXEMPLE", company_registry=SIRET)
        site.apprenticeship_uai = "0750000T"
        contract = Builder.new_contract(training_centre_id=site.id)
        connection = env["opco.connection"].create(
            {
                "partner_id": site.id,
                "base_url": self.sandbox.url,
                "token_url": self.sandbox.token_url,
                "client_id": self.sandbox.client_id,
            }
        )
        connection._store_secrets(
            api_key=self.sandbox.issue_key(SIRET),
            client_secret=self.sandbox.client_secret,
        )
        connection.action_test_connection()
        row = contract._transmit()
        self.contract_id, self.connection_id = contract.id, connection.id
        self.row_id = row.id
        partners = (
            site | contract.employer_id | contract.apprentice_id | contract.tutor_id
        )
        self.made = [
            ("opco_transmission", "contract_id", contract.ids),
            ("opco_dossier", "connection_id", connection.ids),
            ("apprenticeship_contract", "id", contract.ids),
            ("opco_connection", "id", connection.ids),
            ("apprenticeship_training", "id", contract.training_id.ids),
            ("res_partner", "id", partners.ids),
        ]

    def delete_what_was_made(self):
        models = {
            "opco_connection": "opco.connection",
            "apprenticeship_contract": "apprenticeship.contract",
            "apprenticeship_training": "apprenticeship.training",
            "res_partner": "res.partner",
        }
        with self.transaction() as env:
            forget_journal(env, [self.connection_id])
            for table, column, ids in self.made:
                if table in models:
                    for followed in ("mail_message", "mail_followers"):
                        name = "model" if followed == "mail_message" else "res_model"
                        env.execute_query(
                            SQL(
                                "DELETE FROM %s WHERE %s = %s AND res_id IN %s"
                                " RETURNING id",
                                SQL.identifier(followed),
                                SQL.identifier(name),
                                models[table],
                                tuple(ids),
                            )
                        )
                env.execute_query(
                    SQL(
                        "DELETE FROM %s WHERE %s IN %s RETURNING id",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        tuple(ids),
                    )
                )
            env["opco.connection"].browse(self.stopped).write({"state": "active"})

    def contract(self, env):
        return env["apprenticeship.contract"].browse(self.contract_id)

    def user_saves(self):
        # Without the ORM: in another thread it would wait for Odoo's registry lock.
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE apprenticeship_contract SET signing_place = 'LYON'"
                " WHERE id = %s",
                [self.contract_id],
            )

    def deliver(self):
        with self.transaction() as env:
            env["opco.transmission"]._cron_deliver()

    def claim(self, env):
        connection = env["opco.connection"].browse(self.connection_id)
        return env["opco.transmission"]._claim(connection, 10)

    def queue(self, env):
        contract = self.contract(env)
        connection = env["opco.connection"].browse(self.connection_id)
        env["opco.transmission"]._queue([Preparation(contract, connection)])
        env.flush_all()

    def live_rows(self, env):
        return env["opco.transmission"].search(
            [("contract_id", "=", self.contract_id), ("is_live", "=", True)]
        )

    def assert_received_once(self):
        with self.transaction() as env:
            contract = self.contract(env)
            row = env["opco.transmission"].browse(self.row_id)
            self.assertEqual((row.state, row.applied), ("sent", True))
            self.assertEqual(contract.opco_transport_state, "sent")
            self.assertEqual(contract.opco_internal_number, row.internal_number)
            self.assertEqual(contract.signing_place, "LYON")
            self.assertEqual(len(row.exchange_ids), 1)
            self.assertEqual(len(contract.message_ids.filtered("body")), 1)
        self.assertEqual(len(self.sandbox.deposits()), 1)
