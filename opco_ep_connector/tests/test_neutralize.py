# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from unittest.mock import patch

import requests

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, file_open, mute_logger

from ..models.apprenticeship_establishment_search import ADDRESS_PARAMETER
from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestNeutralize(ConnectorCase):
    """A copy of the database cannot send."""

    def setUp(self):
        super().setUp()
        self.row = self.transmit(self.new_contract())
        self.env.flush_all()
        with file_open("opco_ep_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def test_no_secret_and_no_active_connection(self):
        connections = self.env["opco.connection"].with_context(active_test=False)
        connections = connections.search([])
        self.assertIn(self.connection, connections)
        self.assertEqual(set(connections.mapped("state")), {"inactive"})
        for name in (
            "sealed_api_key",
            "sealed_client_secret",
            "api_key_last_four",
            "api_key_fingerprint",
            "api_key_saved_at",
            "client_secret_saved_at",
            "test_result",
        ):
            self.assertEqual(connections.filtered(name), connections.browse(), name)

    def test_queue_does_not_leave(self):
        self.deliver()
        self.assertEqual((self.row.state, self.row.attempt_count), ("queued", 0))
        self.assertFalse(self.sandbox.deposits())

    def test_nothing_is_left_to_test_with(self):
        message = self.connection.action_test_connection()["params"]["message"]
        self.assertIn("is missing", message)
        self.assertEqual(self.connection.state, "inactive")

    def test_nothing_new_is_queued(self):
        with self.assertRaisesRegex(UserError, "No active OPCO connection"):
            self.new_contract().with_user(self.transmitter)._transmit()

    def test_no_trace_of_a_secret_is_left_in_the_table(self):
        rows = self.env.execute_query(
            SQL("SELECT held::text FROM opco_connection AS held")
        )
        self.assertTrue(rows)
        self.assertNotIn("gAAAA", str(rows), "a Fernet ciphertext")

    def test_nobody_is_reminded_of_a_key_that_is_no_longer_there(self):
        self.connection.api_key_generated_on = "2020-01-01"
        self._run("opco_ep_connector.ir_cron_remind")
        self.assertFalse(
            self.connection.activity_search(
                ["opco_ep_connector.mail_activity_type_key"]
            )
        )


@tagged("post_install", "-at_install")
class TestInstalledAfterNeutralization(ConnectorCase):
    """The script has not run: what the copy is keeps it from calling."""

    def setUp(self):
        super().setUp()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("database.is_neutralized", True)
        parameters.set_param(ADDRESS_PARAMETER, "https://register.example/search")
        self.connection.write(
            {
                "environment": "production",
                "base_url": "https://opco.example",
                "token_url": "https://opco.example/token",
            }
        )
        # Even were somebody to copy a working row into it.
        self.connection.state = "active"
        calls = patch.object(requests.Session, "request")
        self.calls = calls.start()
        self.addCleanup(calls.stop)

    @mute_logger(
        "odoo.addons.opco_ep_connector.delivery",
        "odoo.addons.opco_ep_connector.models.opco_dossier",
    )
    def test_no_cron_calls(self):
        row = self.transmit(self.new_contract())
        for cron in self.env["ir.cron"].search([("model_id.model", "=like", "opco.%")]):
            with self.subTest(cron=cron.name):
                self._run(cron.get_external_id()[cron.id])
        self.assertFalse(self.calls.called)
        self.assertFalse(row.exchange_ids)
        self.assertNotEqual(row.state, "sent")

    def test_no_button_calls(self):
        message = self.connection.action_test_connection()["params"]["message"]
        self.assertIn("neutralized copy", message)
        self.assertFalse(self.calls.called)

    def test_the_public_register_is_not_called_either(self):
        contract = self.new_contract()
        self.assertFalse(contract.may_find_employer)
        with self.assertRaises(UserError):
            contract.action_find_employer()
        self.assertFalse(self.calls.called)

    def test_a_new_connection_is_inactive_and_the_sandbox_still_answers(self):
        connection = self.new_connection(partner_id=self.new_employer().id)
        self.assertEqual(connection.state, "inactive")
        connection._check_may_call()
