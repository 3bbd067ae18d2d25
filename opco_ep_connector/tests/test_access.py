# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import KEY_ADMINISTRATOR, TRANSMIT, ConnectorCase


@tagged("post_install", "-at_install")
class TestAccess(ConnectorCase):
    """What no right opens; the rights themselves are in `test_access_matrix`."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.row = self.send(self.contract)
        self._run("opco_ep_connector.ir_cron_seal")
        self.records = {
            "opco.profile": self.connection.profile_id,
            "opco.connection": self.connection,
            "opco.transmission": self.row,
            "opco.batch": self.env["opco.batch"].create(
                {"name": "Batch", "company_id": self.company.id}
            ),
            "opco.exchange": self.row.exchange_ids,
            "opco.chain": self.env["opco.chain"].search(
                [("connection_id", "=", self.connection.id)]
            ),
            "opco.dossier": self.env["opco.dossier"].search(
                [("contract_id", "=", self.contract.id)]
            ),
            "opco.polling": self.env["opco.polling"]._of(self.connection),
            "opco.health": self.env["opco.health"].create(
                {"connection_id": self.connection.id}
            ),
            "apprenticeship.contract": self.contract,
        }

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_companies_do_nothing(self):
        stranger = self.new_user(
            "stranger",
            f"{TRANSMIT},{KEY_ADMINISTRATOR}",
            self.new_company("Elsewhere"),
        )
        queued = self.transmit(self.new_contract())
        for call in (
            self.new_contract().with_user(stranger).action_transmit,
            self.contract.with_user(stranger).action_opco_refresh,
            queued.with_user(stranger).action_cancel,
            self.connection.with_user(stranger).action_test_connection,
            self.connection.with_user(stranger).action_deactivate,
        ):
            with self.subTest(call=call.__name__), self.assertRaises(AccessError):
                call()
        self.assertEqual(queued.state, "queued")
        self.assertEqual(self.connection.state, "active")

    def test_private_methods_are_not_reached(self):
        for model, name in (
            ("opco.connection", "_store_secrets"),
            ("opco.connection", "_open_secret"),
            ("opco.transmission", "_cron_deliver"),
            ("opco.transmission", "_settle"),
            ("opco.dossier", "_cron_refresh"),
            ("opco.exchange", "_journal"),
            ("apprenticeship.contract", "_transmit"),
        ):
            with self.subTest(method=name), self.assertRaises(AccessError):
                call_kw(self.records[model].sudo(), name, [[1]], {})

    def test_connection_is_not_made_active(self):
        values = {
            "company_id": self.company.id,
            "partner_id": self.new_employer().id,
            "editor": "Editor",
        }
        connections = self.env["opco.connection"].with_user(self.administrator)
        for forged in ({"state": "active"}, {"test_result": "passed"}):
            with self.assertRaises(AccessError):
                connections.create(values | forged)
        with self.assertRaises(AccessError):
            connections.with_context(default_state="active").create(values)
        with self.assertRaises(AccessError):
            self.connection.with_user(self.administrator).state = "stopped"

    def test_profile_leads_to_no_other_host(self):
        profile = self.connection.profile_id
        for path in ("@evil.example/v1", ".evil.example/v1", "v1", "/v1?x=1", "//evil"):
            with self.subTest(path), self.assertRaises(ValidationError):
                profile.deposit_path = path
        profile.deposit_path = "/SorApiEchangeCFA/v1/dossiers"
        self.assertEqual(self.connection.state, "inactive")

    def test_wizards_are_only_made_by_their_buttons(self):
        for model in ("opco.simulation", "opco.transmit.line"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.transmitter).create(
                    {"contract_id": self.contract.id}
                )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_wizards_name_nothing_of_another_company(self):
        groups = f"{TRANSMIT},{KEY_ADMINISTRATOR}"
        stranger = self.new_user("stranger", groups, self.new_company("Elsewhere"))
        own = self.env["apprenticeship.contract"].with_user(stranger).create({})
        for model, values in (
            (
                "opco.link",
                {
                    "dossier_id": self.records["opco.dossier"].id,
                    "contract_id": own.id,
                },
            ),
            ("opco.key.rotation", {"connection_id": self.connection.id}),
            ("opco.environment.change", {"connection_id": self.connection.id}),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(stranger).create(values)
        action = own.action_transmit()
        line = self.env["opco.transmit"].with_user(stranger).browse(action["res_id"])
        line = line.line_ids
        self.assertTrue(line.read(["contract_id", "employer_id"]))
        line.write({"contract_id": self.contract.id})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            line.read(["contract_id", "employer_id"])
