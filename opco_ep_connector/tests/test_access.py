# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import inspect

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import MANAGER, USER

from .common import CONSULT, KEY_ADMINISTRATOR, TRANSMIT, ConnectorCase

ADDON = "odoo.addons.opco_ep_connector."
OPERATIONS = ("read", "write", "create", "unlink")
READ = ("read",)
KEEP = ("read", "write", "create")
NOTHING = ()
MATRIX = {
    "opco.profile": {KEY_ADMINISTRATOR: KEEP},
    "opco.connection": {KEY_ADMINISTRATOR: OPERATIONS},
    "opco.transmission": {},
    "opco.exchange": {},
    "opco.chain": {},
    "opco.dossier": {},
}
# They only open a list, which then asks for its own rights.
HARMLESS = {
    ("opco.connection", "action_view_waiting"),
    ("apprenticeship.contract", "action_view_opco_transmissions"),
}


@tagged("post_install", "-at_install")
class TestAccess(ConnectorCase):
    """Who may do what."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.row = self.send(self.contract)
        self._run("opco_ep_connector.ir_cron_seal")
        self.records = {
            "opco.profile": self.connection.profile_id,
            "opco.connection": self.connection,
            "opco.transmission": self.row,
            "opco.exchange": self.row.exchange_ids,
            "opco.chain": self.env["opco.chain"].search(
                [("connection_id", "=", self.connection.id)]
            ),
            "opco.dossier": self.env["opco.dossier"].search(
                [("contract_id", "=", self.contract.id)]
            ),
            "apprenticeship.contract": self.contract,
        }

    def test_every_model_is_in_the_matrix(self):
        ours = {
            name
            for name, model in self.env.items()
            if any(base.__module__.startswith(ADDON) for base in type(model).mro())
            and name.startswith("opco.")
            and not model._transient
        }
        self.assertEqual(ours, set(MATRIX))

    def test_matrix_of_groups(self):
        groups = {
            "base.group_public": NOTHING,
            "base.group_portal": NOTHING,
            "base.group_user": NOTHING,
            USER: NOTHING,
            MANAGER: NOTHING,
            CONSULT: READ,
            TRANSMIT: READ,
            KEY_ADMINISTRATOR: READ,
        }
        for number, (group, usual) in enumerate(groups.items()):
            user = self.new_user(f"of_group_{number}", group)
            for model, exceptions in MATRIX.items():
                allowed = exceptions.get(group, usual)
                found = tuple(
                    operation
                    for operation in OPERATIONS
                    if self.env[model].with_user(user).has_access(operation)
                )
                self.assertEqual(found, allowed, f"{group} on {model}")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_companies_see_nothing(self):
        stranger = self.new_user(
            "stranger",
            f"{TRANSMIT},{KEY_ADMINISTRATOR}",
            self.new_company("Elsewhere"),
        )
        for model, records in self.records.items():
            if model == "opco.profile":
                continue
            with self.subTest(model=model):
                theirs = records.with_user(stranger)
                self.assertTrue(records)
                self.assertFalse(theirs.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])

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

    def test_public_methods_refuse_who_has_no_right(self):
        called = set()
        for model, name, arguments in self.public_calls():
            called.add((model, name))
            with self.subTest(model=model, method=name):
                if (model, name) in HARMLESS:
                    self.call(model, name, arguments)
                else:
                    with self.assertRaises(UserError):
                        self.call(model, name, arguments)
        self.assertLessEqual(HARMLESS, called)
        self.assertIn(("apprenticeship.contract", "action_transmit"), called)
        self.assertIn(("opco.transmission", "action_cancel"), called)
        self.assertIn(("opco.connection", "action_test_connection"), called)

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

    def public_calls(self):
        """Yield each public method that the add-on itself defines, and arguments."""
        for model in self.records:
            methods = {
                name: value
                for base in type(self.env[model]).mro()
                if base.__module__.startswith(ADDON)
                for name, value in vars(base).items()
                if inspect.isfunction(value) and not name.startswith("_")
            }
            for name in methods:
                yield model, name, self.arguments_for(model, name)

    def arguments_for(self, model, name):
        if name == "create":
            values = self.records[model].sudo().read(load="")[0]
            stored = self.records[model]._fields
            return [
                [{k: v for k, v in values.items() if stored[k].store and k != "id"}]
            ]
        ids = self.records[model].ids
        return [ids, {}] if name == "write" else [ids]

    def call(self, model, name, arguments):
        user = self.colleague
        return call_kw(self.env[model].with_user(user), name, arguments, {})

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
