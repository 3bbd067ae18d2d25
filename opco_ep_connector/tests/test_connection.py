# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..convergence.transport import Transport
from .common import SIRET, ConnectorCase

OTHER_SIRET = "90000002700020"


@tagged("post_install", "-at_install")
class TestConnectionTest(ConnectorCase):
    """The button « Test the connection »."""

    def test_a_good_connection_says_so_and_opens(self):
        connection = self.new_connection(
            partner_id=self.new_site().id, name="Saint-Nazaire"
        )
        self.paste_key(connection)
        self.assertEqual(connection.state, "inactive")
        params = connection.action_test_connection()["params"]
        self.assertEqual(params["type"], "success")
        self.assertEqual(params["title"], "Connection successful")
        self.assertRegex(params["message"], r"answered in [0-9.,]+ s\.")
        self.assertEqual(connection.state, "active")
        self.assertEqual(connection.test_result, "passed")
        self.assertTrue(connection.tested_at)

    def test_nothing_is_deposited(self):
        self.connection.action_test_connection()
        self.assertFalse(self.sandbox.deposits())

    def test_no_key(self):
        connection = self.new_connection(partner_id=self.new_site().id)
        self.assert_fails(connection, "The token is missing: paste it and save.")
        self.assertEqual(connection.state, "inactive")

    def test_no_client_secret(self):
        connection = self.new_connection(
            partner_id=self.new_site().id, client_id="another-software"
        )
        connection._store_secrets(api_key=self.sandbox.issue_key(OTHER_SIRET))
        self.assert_fails(connection, "The client secret is missing")

    def test_revoked_key(self):
        self.revoke_key()
        self.assert_fails(self.connection, "The OPCO refuses the token (403)")

    def test_key_that_never_existed(self):
        connection = self.new_connection(partner_id=self.new_site().id)
        connection._store_secrets(api_key="not-a-key-of-this-opco")
        self.assert_fails(connection, "The OPCO refuses the token (403)")
        self.assertEqual(connection.state, "inactive")

    def test_wrong_client_secret(self):
        self.connection._store_secrets(client_secret="wrong-client-secret")
        self.assert_fails(self.connection, "The OPCO refuses the software")

    def test_wrong_client_id(self):
        self.connection.client_id = "nobody"
        self.assert_fails(self.connection, "The OPCO refuses the software")

    def test_stopped_sandbox(self):
        self.sandbox.stop()
        self.assert_fails(self.connection, "nothing listens at this address")

    def test_address_of_a_web_site(self):
        self.connection.base_url = f"{self.sandbox.url}/nowhere"
        self.assert_fails(
            self.connection, "Nothing of the OPCO answers at this address"
        )

    def test_token_address_of_a_web_site(self):
        self.connection.token_url = f"{self.sandbox.url}/nowhere"
        self.assert_fails(
            self.connection, "Nothing of the OPCO answers at this address"
        )

    def test_page_instead_of_an_answer(self):
        self.sandbox.add_fault(
            "status",
            path="/v1/dossiers/etats",
            status=200,
            body="<html><body>Portal</body></html>",
            content_type="text/html",
        )
        self.assert_fails(self.connection, "A web page answers at this address")

    def test_maintenance(self):
        self.sandbox.add_fault("status", path="/v1/status", status=503)
        self.assert_fails(self.connection, "busy or in maintenance (503)")

    def test_no_address(self):
        self.connection.base_url = False
        self.assert_fails(self.connection, "API address is empty.")

    def test_failure_does_not_close_an_active_connection(self):
        self.sandbox.add_fault("status", path="/v1/status", status=503)
        self.assert_fails(self.connection, "busy or in maintenance (503)")
        self.assertEqual(self.connection.state, "active")

    def test_activation_records_what_the_opco_already_lists(self):
        number = self.sandbox.deposit_example(SIRET)
        self.paste_key()
        self.connection.action_test_connection()
        dossier = self.env["opco.dossier"].search(
            [("connection_id", "=", self.connection.id)]
        )
        self.assertRecordValues(
            dossier,
            [
                {
                    "internal_number": number,
                    "raw_state": "TRANSMIS",
                    "state": "transmitted",
                    "environment": "sandbox",
                    "contract_id": False,
                }
            ],
        )
        self.connection.action_test_connection()
        self.assertEqual(
            dossier,
            self.env["opco.dossier"].search(
                [("connection_id", "=", self.connection.id)]
            ),
        )

    def test_neutralized_database_calls_nobody(self):
        self.neutralize()
        self.connection.base_url = "https://opco.example"
        with patch.object(Transport, "fetch", side_effect=AssertionError("called")):
            self.assert_fails(self.connection, "neutralized copy")

    def test_neutralized_database_asks_no_token(self):
        self.neutralize()
        self.connection.token_url = "https://opco.example/token"
        with patch.object(Transport, "fetch", side_effect=AssertionError("called")):
            self.assert_fails(self.connection, "neutralized copy")

    def test_neutralized_database_calls_this_machine(self):
        self.neutralize()
        params = self.connection.action_test_connection()["params"]
        self.assertEqual(params["type"], "success")

    def test_only_key_administrators_test(self):
        connection = self.connection.with_user(self.transmitter)
        with self.assertRaisesRegex(UserError, "Only key administrators"):
            connection.action_test_connection()
        connection = self.connection.with_user(self.administrator)
        self.assertEqual(
            connection.action_test_connection()["params"]["type"], "success"
        )

    def new_site(self):
        return self.new_employer(name="Other site", company_registry=OTHER_SIRET)

    def neutralize(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("database.is_neutralized", "True")

    def assert_fails(self, connection, sentence):
        params = connection.action_test_connection()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn(sentence, params["message"])
        self.assertEqual(connection.test_result, "failed")
        self.assertEqual(connection.test_message, params["message"])


@tagged("post_install", "-at_install")
class TestConnection(ConnectorCase):
    """The connection as a record."""

    def test_production_refuses_this_machine(self):
        with self.assertRaisesRegex(ValidationError, "an address of this machine"):
            self.connection.write(
                {"environment": "production", "base_url": self.connection.base_url}
            )

    def test_address_is_typed_again_for_another_environment(self):
        self.connection.environment = "test"
        self.assertFalse(self.connection.base_url)
        self.assertFalse(self.connection.token_url)
        self.assertEqual(self.connection.state, "inactive")

    def test_production_refuses_a_token_server_on_this_machine(self):
        with self.assertRaisesRegex(ValidationError, "an address of this machine"):
            self.connection.write(
                {"environment": "production", "base_url": "https://opco.example"}
            )

    def test_production_takes_an_address_of_elsewhere(self):
        self.connection.write(
            {
                "environment": "production",
                "base_url": "https://opco.example",
                "token_url": "https://login.opco.example/token",
            }
        )
        self.assertEqual(self.connection.environment, "production")

    def test_clear_http_is_refused(self):
        for field in ("base_url", "token_url"):
            with self.assertRaisesRegex(ValidationError, "must begin with https://"):
                self.connection[field] = "http://opco.example"

    def test_address_with_credentials_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not a usable address"):
            self.connection.base_url = "https://me:secret@opco.example"

    def test_headers_are_plain_ascii(self):
        for field in ("editor", "software", "software_version"):
            with self.assertRaisesRegex(ValidationError, "without accents"):
                self.connection[field] = "Éditeur"

    @mute_logger("odoo.sql_db")
    def test_one_active_connection_for_each_opco_and_siret(self):
        other = self.new_connection()
        self.paste_key(other)
        with self.assertRaises(UniqueViolation):
            other.action_test_connection()
            self.env.flush_all()

    def test_an_inactive_one_leaves_its_place(self):
        self.connection.action_deactivate()
        other = self.new_connection()
        self.paste_key(other)
        other.action_test_connection()
        self.env.flush_all()
        self.assertEqual(other.state, "active")

    def test_what_a_sibling_says_is_proposed(self):
        site = self.new_employer(name="Other site", company_registry=OTHER_SIRET)
        self.connection.write({"editor": "Editor", "software": "Software"})
        connections = self.env["opco.connection"].with_company(self.company)
        other = connections.create({"partner_id": site.id})
        self.assertEqual(other.client_id, self.sandbox.client_id)
        self.assertEqual((other.editor, other.software), ("Editor", "Software"))
        self.assertEqual(other.siret, OTHER_SIRET)
        self.assertEqual(other.state, "inactive")
        self.assertFalse(other.api_key_saved_at)
        self.assertEqual(
            other._open_secret("client_secret"), self.sandbox.client_secret
        )

    def test_client_secret_of_another_company_is_not_taken(self):
        other_company = self.new_company("Other company")
        site = self.new_employer(company_id=other_company.id)
        other = self.new_connection(company_id=other_company.id, partner_id=site.id)
        self.assertFalse(other.client_secret_saved_at)

    def test_a_changed_address_is_to_be_tested_again(self):
        self.connection.base_url = "https://opco.example"
        self.assertEqual(self.connection.state, "inactive")
        self.assertFalse(self.connection.test_result)

    def test_what_was_exchanged_stays_with_its_company(self):
        other = self.new_company("Elsewhere")
        unused = self.new_connection(partner_id=self.new_employer(company_id=False).id)
        unused.company_id = other
        self.send(self.new_contract())
        with self.assertRaisesRegex(UserError, "already been used for its company"):
            self.connection.company_id = other
        self.connection.company_id = self.company

    def test_a_copy_has_no_secret(self):
        copy = self.connection.copy({"client_id": "another-software"})
        self.assertFalse(copy.api_key_saved_at or copy.client_secret_saved_at)
        self.assertEqual(copy.state, "inactive")
        self.assertNotEqual(copy.vault_id, self.connection.vault_id)

    def test_environment_does_not_change_under_a_queue(self):
        self.transmit(self.new_contract())
        with self.assertRaisesRegex(UserError, "still has contracts in its queue"):
            self.connection.environment = "test"

    def test_another_environment_has_received_nothing(self):
        contract = self.new_contract()
        self.send(contract)
        number = contract.opco_internal_number
        self.assertFalse(contract.opco_is_to_transmit)

        self.connection.environment = "test"
        self.assertRecordValues(
            contract,
            [
                {
                    "opco_transport_state": False,
                    "opco_internal_number": False,
                    "opco_state": False,
                    "opco_environment": False,
                    "opco_is_to_transmit": True,
                }
            ],
        )
        self.connection.environment = "sandbox"
        self.assertEqual(contract.opco_transport_state, "sent")
        self.assertEqual(contract.opco_internal_number, number)
        self.assertFalse(contract.opco_is_to_transmit)

    def test_what_went_to_the_sandbox_can_go_to_another_environment(self):
        contract = self.new_contract()
        self.send(contract)
        self.connection.write(
            {"environment": "test", "base_url": self.connection.base_url}
        )
        self.connection.action_test_connection()
        row = self.send(contract)
        self.assertRecordValues(row, [{"state": "sent", "environment": "test"}])
        self.assertEqual(contract.opco_environment, "test")

    def test_only_key_administrators_change_it(self):
        connection = self.connection.with_user(self.transmitter)
        with self.assertRaises(AccessError):
            connection.editor = "Mine"
        with self.assertRaisesRegex(UserError, "Only key administrators"):
            connection.action_deactivate()
        connection.with_user(self.administrator).editor = "Theirs"
        self.assertEqual(self.connection.editor, "Theirs")
