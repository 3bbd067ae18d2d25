# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ConnectorCase

PRODUCTION = {
    "base_url": "https://opco.example",
    "token_url": "https://login.opco.example/token",
}


@tagged("post_install", "-at_install")
class TestEnvironmentChange(ConnectorCase):
    """Going to production is said in words, and only after a test that passed."""

    def setUp(self):
        super().setUp()
        self.mine = self.connection.with_user(self.administrator)

    def test_contracts_of_the_sandbox_are_to_transmit_again(self):
        contract = self.new_contract()
        self.send(contract)
        wizard = self.open_wizard()
        self.assertEqual(wizard.received_count, 1)
        wizard.action_change()
        self.assertRecordValues(
            self.connection,
            [
                PRODUCTION
                | {
                    "environment": "production",
                    "state": "inactive",
                    "test_result": False,
                    "sealed_api_key": False,
                    "sealed_client_secret": False,
                    "api_key_saved_at": False,
                }
            ],
        )
        self.assertTrue(contract.opco_is_to_transmit)

    def test_last_test_must_have_passed(self):
        self.revoke_key()
        self.connection.action_test_connection()
        with self.assertRaisesRegex(UserError, "did not pass"):
            self.open_wizard().action_change()
        self.assertEqual(self.connection.environment, "sandbox")

    def test_what_it_means_must_be_understood(self):
        with self.assertRaisesRegex(UserError, "tick that you have understood"):
            self.open_wizard(is_understood=False).action_change()
        self.assertEqual(self.connection.environment, "sandbox")

    def test_there_is_no_other_way(self):
        with self.assertRaisesRegex(UserError, "Change the environment"):
            self.mine.write(PRODUCTION | {"environment": "production"})
        with self.assertRaisesRegex(UserError, "Change the environment"):
            self.mine.create(
                PRODUCTION
                | {
                    "company_id": self.company.id,
                    "partner_id": self.new_employer().id,
                    "environment": "production",
                }
            )

    def test_other_environment_needs_no_test(self):
        self.revoke_key()
        self.connection.action_test_connection()
        self.open_wizard(
            environment="test",
            base_url=self.connection.base_url,
            is_understood=False,
        ).action_change()
        self.assertEqual(self.connection.environment, "test")
        # The key of the sandbox is not that of another environment, even there.
        self.assertFalse(self.connection.sealed_api_key)

    def test_same_environment_is_no_change(self):
        with self.assertRaisesRegex(UserError, "already in this environment"):
            self.open_wizard(environment="sandbox").action_change()
        self.assertTrue(self.connection.sealed_api_key)

    def test_only_key_administrators(self):
        with self.assertRaisesRegex(UserError, "Only key administrators"):
            self.connection.with_user(self.transmitter).action_change_environment()
        with self.assertRaises(AccessError):
            self.env["opco.environment.change"].with_user(self.transmitter).create(
                {"connection_id": self.connection.id}
            )

    def open_wizard(self, **changes):
        action = self.mine.action_change_environment()
        wizard = self.env[action["res_model"]].with_user(self.administrator)
        wizard = wizard.browse(action["res_id"])
        wizard.write(PRODUCTION | {"is_understood": True} | changes)
        return wizard


@tagged("post_install", "-at_install")
class TestAnotherHost(ConnectorCase):
    """A secret is never sent to another host than the one it was given for."""

    def test_secrets_are_erased(self):
        for name in ("base_url", "token_url"):
            with self.subTest(name):
                self.paste_key()
                self.connection[name] = "https://elsewhere.example/path"
                self.assertFalse(self.connection.sealed_api_key)
                self.assertFalse(self.connection.sealed_client_secret)
                self.assertFalse(self.connection.api_key_saved_at)
                self.assertIn("were erased", self.said(self.connection)[-1])

    def test_emptied_address_erases_as_well(self):
        self.connection.base_url = False
        self.connection.base_url = "https://elsewhere.example"
        self.assertFalse(self.connection.sealed_api_key)

    def test_another_port_is_another_host(self):
        self.connection.base_url = "http://127.0.0.1:1"
        self.assertFalse(self.connection.sealed_api_key)

    def test_another_path_keeps_them(self):
        self.connection.base_url = f"{self.sandbox.url}/api"
        self.assertEqual(self.connection._open_secret("api_key"), self.api_key)
