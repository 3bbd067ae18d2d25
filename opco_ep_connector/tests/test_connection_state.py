# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import io
import os
import socket
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.cli.command import find_command
from odoo.tests import Form, HttpCase, tagged

from ..convergence import clock_watch
from ..models.opco_connection_responsible import STOPPED_ACTIVITY
from ..models.opco_transmission import OpcoTransmission
from ..vault import ENVIRONMENT_VARIABLE, master_keys
from .common import KEY_ADMINISTRATOR, SIRET, ConnectorCase, new_master_key

TRANSACTIONS_LOGGER = "odoo.addons.opco_ep_connector.models.transactions"
OTHER_SIRET = "90000002700020"


@tagged("post_install", "-at_install")
class TestStoppedActivity(ConnectorCase):
    """One activity for one person while the OPCO refuses the key."""

    def test_one_for_the_responsible_closed_by_a_test(self):
        responsible = self.new_user("responsible", KEY_ADMINISTRATOR)
        self.connection.user_id = responsible
        self.revoke_key()
        self.send(self.new_contract())
        self.assertEqual(self.connection.state, "stopped")
        activity = self.activities()
        self.assertEqual(activity.user_id, responsible)
        self.assertIn("403", activity.note)
        self.connection._stop("Again")
        self.assertEqual(self.activities(), activity)

        self.connection.action_test_connection()
        self.assertEqual(self.activities(), activity)
        self.paste_key()
        self.connection.action_test_connection()
        self.assertFalse(self.activities())
        self.assertEqual(self.connection.state, "active")

    def test_responsible_who_left_is_replaced(self):
        self.connection.user_id = self.colleague
        self.connection._stop("Stopped")
        activity = self.activities()
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.user_id.has_group(KEY_ADMINISTRATOR))
        self.assertIn(self.company, activity.user_id.company_ids)

    def test_queue_that_cannot_be_held_holds_up_no_other(self):
        other = self.new_connection(partner_id=self.new_employer().id)
        other.state = "stopped"
        waiting = self.transmit(self.new_contract())
        waiting.connection_id = other
        row = self.transmit(self.new_contract())
        hold = OpcoTransmission._hold_queue

        def fail_to_hold(rows, connection, message):
            if connection == other:
                raise RuntimeError("not now")
            return hold(rows, connection, message)

        with (
            patch.object(OpcoTransmission, "_hold_queue", fail_to_hold),
            self.assertLogs(TRANSACTIONS_LOGGER, "ERROR"),
        ):
            self.deliver()
        self.assertEqual((waiting.state, row.state), ("queued", "sent"))

    def test_what_leaves_again_is_told_of_by_its_outcome_alone(self):
        row = self.transmit(self.new_contract())
        # As when it is let go before the cron has told that it was held.
        row.applied = False
        with self.assertNoLogs(TRANSACTIONS_LOGGER, "ERROR"):
            self.deliver()
        self.assertEqual((row.state, row.applied), ("sent", True))

    def test_a_rotation_is_not_stopped(self):
        self.connection.state = "rotating"
        self.connection._stop("The former token is refused")
        self.assertEqual(self.connection.state, "rotating")
        self.assertFalse(self.activities())

    def activities(self):
        return self.connection.activity_search([STOPPED_ACTIVITY])


@tagged("post_install", "-at_install")
class TestWhatTheKeySays(ConnectorCase):
    """The claims of the key, where they can be read."""

    def test_they_are_shown(self):
        self.assertEqual(self.connection.api_key_siret, SIRET)
        age = fields.Datetime.now() - self.connection.api_key_issued_at
        self.assertLess(abs(age), timedelta(minutes=5))
        self.assertFalse(self.connection.api_key_expires_at)

    def test_opaque_key_says_nothing(self):
        self.connection._store_secrets(api_key="an-opaque-key-of-an-opco")
        self.assertFalse(self.connection.api_key_siret)
        self.assertFalse(self.connection.api_key_issued_at)

    def test_key_of_another_site_does_not_activate(self):
        self.connection.action_deactivate()
        # Valid at the OPCO, which would answer.
        self.connection._store_secrets(api_key=self.sandbox.issue_key(OTHER_SIRET))
        params = self.connection.action_test_connection()["params"]
        self.assertIn(f"made for the SIRET {OTHER_SIRET}", params["message"])
        self.assertEqual(self.connection.state, "inactive")


@tagged("post_install", "-at_install")
class TestCauses(ConnectorCase):
    """One message for each cause of a test that fails."""

    def test_unknown_name(self):
        self.connection.write(
            {"base_url": "https://nowhere.invalid", "token_url": self.sandbox.token_url}
        )
        self.paste_key()
        with patch("socket.getaddrinfo", side_effect=self.no_such_name):
            self.assert_says("the name of its server is unknown")

    def test_no_secure_connection(self):
        address = self.sandbox.url.replace("http://", "https://")
        self.connection.write({"base_url": address, "token_url": address})
        self.paste_key()
        self.assert_says("its certificate is not accepted")

    def test_no_answer_in_time(self):
        self.connection.profile_id.read_timeout = 1
        self.sandbox.add_fault("hang", path="/v1/status", seconds=5)
        self.assert_says("no answer came in time")

    def test_clock_behind(self):
        self.connection._store_secrets(client_secret="wrong-client-secret")
        past = clock_watch.utc_now() - timedelta(minutes=10)
        with patch.object(
            clock_watch.ClockWatch.__init__, "__defaults__", (lambda: past,)
        ):
            self.assert_says("10 min behind the OPCO's")

    def test_no_message_holds_the_key(self):
        self.revoke_key()
        message = self.connection.action_test_connection()["params"]["message"]
        self.assertNotIn(self.api_key[:20], message)

    def no_such_name(self, *_arguments, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    def assert_says(self, sentence):
        params = self.connection.action_test_connection()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn(sentence, params["message"])


@tagged("post_install", "-at_install")
class TestMasterKeys(ConnectorCase):
    """Several master keys, and none or another after a restoration."""

    def test_state_of_the_secrets(self):
        self.assertEqual(self.connection.secrets_state, "readable")
        for keys in ("", new_master_key()):
            self.connection.invalidate_recordset()
            with (
                patch.dict(os.environ, {ENVIRONMENT_VARIABLE: keys}),
                patch(
                    "odoo.addons.opco_ep_connector.models.opco_connection_secrets"
                    ".config",
                    {},
                ),
            ):
                self.assertEqual(self.connection.secrets_state, "unreadable")
        self.connection._forget_secrets()
        self.assertEqual(self.connection.secrets_state, "none")

    def test_command_makes_a_key(self):
        command = find_command("opco_vault")
        with patch("sys.stdout", io.StringIO()) as printed:
            command().run(["new-key"])
        key = printed.getvalue().split()[0]
        self.assertEqual(master_keys({ENVIRONMENT_VARIABLE: key}), (key.encode(),))
        self.assertIn(f"{ENVIRONMENT_VARIABLE}={key}", printed.getvalue())
        with self.assertRaisesRegex(SystemExit, "usage: odoo-bin"):
            command().run([])

    def test_reencryption(self):
        former, new = os.environ[ENVIRONMENT_VARIABLE], new_master_key()
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: f"{new},{former}"}):
            unreadable = self.connection._reencrypt_secrets()
        self.assertFalse(unreadable)
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: new}):
            self.assertEqual(self.connection._open_secret("api_key"), self.api_key)
            self.assertEqual(
                self.connection._open_secret("client_secret"),
                self.sandbox.client_secret,
            )

    def test_reencryption_leaves_what_it_cannot_read(self):
        sealed = self.connection.sealed_api_key
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: new_master_key()}):
            unreadable = self.connection._reencrypt_secrets()
        self.assertEqual(unreadable, self.connection)
        self.assertEqual(self.connection.sealed_api_key, sealed)


@tagged("post_install", "-at_install")
class TestOnboarding(ConnectorCase):
    """Eight steps, ticked as they are done."""

    def test_steps_tick_themselves(self):
        self.connection._forget_secrets()
        self.connection.action_deactivate()
        self.connection.write({"test_result": False, "has_made_key": False})
        self.assertEqual(self.connection.onboarding_done, 0)
        with Form(self.connection.with_user(self.administrator)) as form:
            form.has_account = form.has_two_factors = form.has_mandate = True
        self.assertEqual(self.connection.onboarding_done, 3)
        self.paste_key()
        self.assertTrue(self.connection.has_made_key)
        self.assertTrue(self.connection.has_key)
        self.connection.action_test_connection()
        self.assertTrue(self.connection.has_passed_test)
        self.assertFalse(self.connection.has_sent_to_sandbox)
        self.send(self.new_contract())
        self.connection.invalidate_recordset()
        self.assertTrue(self.connection.has_sent_to_sandbox)
        self.assertEqual(self.connection.onboarding_done, 7)
        self.connection.environment = "production"
        self.connection.state = "active"
        self.assertTrue(self.connection.has_production)


@tagged("post_install", "-at_install")
class TestSeveralSites(ConnectorCase):
    """Each contract with the key of its site, in each company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.whole_enterprise = False
        cls.site = cls.new_employer(name="Other site", company_registry=OTHER_SIRET)

    def test_each_site_has_its_connection(self):
        other = self.new_connection(partner_id=self.site.id)
        self.paste_key(other)
        other.action_test_connection()
        here, there = self.new_contract(), self.new_contract_of(self.site)
        connections, reasons = (here | there)._opco_route()
        self.assertEqual(connections, {here: self.connection, there: other})
        self.assertFalse(reasons)

    def test_whole_enterprise_serves_the_others(self):
        contract = self.new_contract_of(self.site)
        _connections, reasons = contract._opco_route()
        self.assertIn("No active OPCO connection serves", reasons[contract])
        self.connection.whole_enterprise = True
        connections, _reasons = contract._opco_route()
        self.assertEqual(connections[contract], self.connection)

    def test_another_company_does_not_lend_its_key(self):
        other_company = self.new_company("Other company")
        connection = self.new_connection(
            company_id=other_company.id,
            partner_id=self.new_employer(
                company_id=other_company.id, company_registry=OTHER_SIRET
            ).id,
        )
        connection.state = "active"
        contract = self.new_contract_of(self.site)
        self.assertIn(contract, contract._opco_route()[1])

    def test_report_of_sites_and_administrators(self):
        contract = self.new_contract_of(self.site)
        report = self.report()
        self.assertIn(self.site, report.site_ids)
        self.assertIn(contract, report._contracts_without_route())
        self.assertIn(self.administrator, report.administrator_ids)
        self.assertNotIn(self.consultant, report.administrator_ids)

    def test_a_second_administrator_is_asked_for(self):
        others = self.report().administrator_ids - self.administrator
        group = self.env.ref(KEY_ADMINISTRATOR)
        others.write({"group_ids": [(3, group.id)]})
        self.assertTrue(self.report().needs_another_administrator)
        settings = self.env["res.config.settings"].with_company(self.company).new({})
        self.assertTrue(settings.opco_needs_another_administrator)
        self.new_user("second", KEY_ADMINISTRATOR)
        self.assertFalse(self.report().needs_another_administrator)

    def report(self):
        reports = self.env["opco.key.coverage"].with_user(self.administrator)
        action = reports.with_company(self.company).action_open()
        return reports.browse(action["res_id"])

    def new_contract_of(self, site):
        return self.new_contract(training_centre_id=site.id)


@tagged("post_install", "-at_install")
class TestSettingsAndHelp(ConnectorCase, HttpCase):
    def test_settings_show_each_state_to_the_administrators_of_the_system(self):
        system = self.new_user("of_the_system", "base.group_system")
        settings = self.env["res.config.settings"].with_user(system)
        settings = settings.with_company(self.company).create({})
        shown = settings.opco_connection_ids
        self.assertEqual(shown, self.connection)
        self.assertEqual(shown.state, "active")
        self.assertEqual(shown.waiting_count, 0)
        self.assertEqual(shown.secrets_state, "readable")

    def test_help_page(self):
        self.authenticate(self.administrator.login, self.administrator.login)
        page = self.url_open("/opco/help/token")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Token generation", page.text)
