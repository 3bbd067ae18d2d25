# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import (
    MANAGER,
    NIR,
    PERSONAL_DATA,
)

from ..vault import Vault
from . import test_secrets_route
from .common import KEY_ADMINISTRATOR, TRANSMIT, ConnectorCase
from .every_model import one_of_each, own_models, secret_fields

EXPORT = "base.group_allow_export"
RESTRICTED = (
    "apprentice_nir",
    "apprentice_disabled_worker",
    "apprentice_disability_youth_equivalence",
    "apprentice_disability_boe_extension",
)
REASON = "Le NIR est 2060575056123, attestation jointe"
RELATIONAL = ("many2one", "one2many", "many2many")


@tagged("post_install", "-at_install")
class TestSecretFields(ConnectorCase):
    """Nobody reads them through the ORM, by any way, were they administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        everything = (MANAGER, PERSONAL_DATA, TRANSMIT, KEY_ADMINISTRATOR, EXPORT)
        cls.omnipotent = cls.new_user(
            "omnipotent", ",".join(("base.group_system", *everything))
        )

    def setUp(self):
        super().setUp()
        self.records = one_of_each(self)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_the_secrets_are_found(self):
        self.assertLessEqual(
            {
                ("opco.connection", "sealed_api_key"),
                ("opco.connection", "sealed_client_secret"),
                ("opco.connection", "vault_id"),
                ("opco.exchange", "response_body"),
                ("opco.transmission", "payload"),
            },
            set(secret_fields(self.env)),
        )

    def test_every_way_of_reading_is_refused(self):
        for model, name in secret_fields(self.env):
            record = self.records[model].with_user(self.omnipotent)
            for way, read in self.ways_of_reading(record, name).items():
                with self.subTest(model=model, field=name, way=way):
                    with self.assertRaises(AccessError):
                        read()
            self.assertNotIn(name, record.fields_get())
            self.assertNotIn(name, record.read()[0])

    def test_no_path_through_another_model(self):
        secrets = secret_fields(self.env)
        paths = read_paths = 0
        for model, field, target in self.relations():
            for secret_model, name in secrets:
                if target != secret_model:
                    continue
                paths += 1
                records = self.env[model].with_user(self.omnipotent)
                path = f"{field}.{name}"
                with self.subTest(model=model, path=path):
                    with self.assertRaises(AccessError):
                        records.search([(path, "!=", False)])
                    with self.assertRaises(AccessError):
                        records.search([(field, "any", [(name, "!=", False)])])
                    record = self.one_of(records, field)
                    if not record.sudo()[field]:
                        # Such as the amendments of a contract without any.
                        continue
                    read_paths += 1
                    with self.assertRaises(AccessError):
                        record.web_read({field: {"fields": {name: {}}}})
                    with self.assertRaises(AccessError):
                        record.export_data([f"{field}/{name}"])
        self.assertGreater(paths, 10)
        self.assertGreater(read_paths, 10)

    def test_a_copied_connection_has_none(self):
        copy = self.connection.with_user(self.omnipotent).copy(
            {"partner_id": self.new_employer().id}
        )
        self.assertFalse(copy.sudo().sealed_api_key)
        self.assertFalse(copy.api_key_fingerprint)
        self.assertNotEqual(copy.sudo().vault_id, self.connection.vault_id)

    def test_no_attachment_holds_a_secret_or_a_nir(self):
        attachments = self.env["ir.attachment"].with_user(self.omnipotent)
        domain = [
            ("create_date", ">=", self.connection.create_date),
            ("res_field", "in", [False, "file", "report_file"]),
        ]
        for attachment in attachments.search(domain):
            content = attachment.raw or b""
            for secret in (self.api_key, self.sandbox.client_secret, NIR):
                self.assertNotIn(secret.encode(), content, attachment.name)

    def test_binaries_that_could_hold_one_are_no_attachments(self):
        stored = {
            (model, name)
            for model in own_models(self.env)
            for name, field in self.env[model]._fields.items()
            if field.type in ("binary", "image") and field.attachment and field.store
        }
        self.assertEqual(stored, set())

    def test_nothing_secret_is_tracked(self):
        restricted = {("apprenticeship.contract", name) for name in RESTRICTED}
        for model, name in restricted | set(secret_fields(self.env)):
            field = self.env[model]._fields[name]
            self.assertFalse(getattr(field, "tracking", None), f"{model}.{name}")

    def ways_of_reading(self, record, name):
        return {
            "read": lambda: record.read([name]),
            "web_read": lambda: record.web_read({name: {}}),
            "mapped": lambda: record.mapped(name),
            "search": lambda: record.search([(name, "!=", False)]),
            "search_count": lambda: record.search_count([(name, "like", "a")]),
            "not": lambda: record.search(["!", (name, "=", "a")]),
            "order": lambda: record.search([], order=f"{name} desc"),
            "web_search_read": lambda: record.web_search_read([], {name: {}}),
            "group": lambda: record.formatted_read_group([], [name], ["__count"]),
            "_read_group": lambda: record._read_group([], [], [f"{name}:array_agg"]),
            "export": lambda: record.export_data([name]),
            "filtered_domain": lambda: record.filtered_domain([(name, "!=", False)]),
        }

    def relations(self):
        """Yield (model, field, model of the other end), in the whole registry."""
        ends = own_models(self.env)
        for model, records in sorted(self.env.items()):
            if records._abstract or model not in ends:
                continue
            for name, field in records._fields.items():
                is_path = field.type in RELATIONAL and field._description_searchable
                if is_path and field.comodel_name in ends:
                    if not field.groups or self.omnipotent.has_groups(field.groups):
                        yield model, name, field.comodel_name

    def one_of(self, records, field):
        """Return a record with something at the other end, else what there is."""
        record = self.records[records._name].with_user(self.omnipotent)
        if record._transient:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_uid = %s",
                    SQL.identifier(record._table),
                    self.omnipotent.id,
                )
            )
            self.env.invalidate_all()
        return record


@tagged("post_install", "-at_install")
class TestNirOutsideItsGroup(ConnectorCase):
    """Whoever is not entitled does not learn a NIR, nor guess it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = ("base.group_system", MANAGER, TRANSMIT, KEY_ADMINISTRATOR, EXPORT)
        cls.curious = cls.new_user("curious", ",".join(groups))

    def setUp(self):
        super().setUp()
        self.assertFalse(self.curious.has_group(PERSONAL_DATA))
        self.records = one_of_each(self)
        self.contract = self.records["apprenticeship.contract"]
        self.env.flush_all()
        self.env.invalidate_all()

    def test_no_path_to_it_from_any_model(self):
        found = 0
        for model, records in sorted(self.env.items()):
            if records._abstract or not records._auto:
                continue
            for name, field in records._fields.items():
                if field.comodel_name != "apprenticeship.contract":
                    continue
                if field.type not in RELATIONAL or not (field.store or field.search):
                    continue
                found += 1
                for box in RESTRICTED:
                    with self.subTest(model=model, field=name, box=box):
                        self.assert_not_searched(model, name, box)
        self.assertGreaterEqual(found, 8)

    def assert_not_searched(self, model, name, box):
        mine = self.env[model].with_user(self.curious)
        domains = (
            [(f"{name}.{box}", "!=", False)],
            [(name, "any", [(box, "!=", False)])],
            ["!", (f"{name}.{box}", "=", False)],
        )
        for domain in domains:
            with self.assertRaises(AccessError):
                mine.search(domain)
            with self.assertRaises(AccessError):
                mine.search_count(domain)
            with self.assertRaises(AccessError):
                mine.formatted_read_group(domain, [], ["__count"])

    def test_names_are_not_searched_by_it(self):
        contracts = self.env["apprenticeship.contract"].with_user(self.curious)
        self.assertEqual(contracts.name_search(NIR), [])
        self.assertFalse(contracts.search([("display_name", "ilike", NIR)]))

    def test_everything_read_of_everything_is_without_it(self):
        for record in self.records.values():
            if record._transient:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET create_uid = %s WHERE id = %s",
                        SQL.identifier(record._table),
                        self.curious.id,
                        record.id,
                    )
                )
        self.env.invalidate_all()
        for model, record in self.records.items():
            if model == "apprenticeship.override":
                continue
            with self.subTest(model=model):
                mine = record.with_user(self.curious)
                self.assertNotIn(NIR, str(mine.read()))

    def test_payment_schedule_tells_no_disability(self):
        number = self.contract.opco_internal_number
        self.sandbox.set_state(number, "ENGAGE")
        self.refresh()
        dossier = self.records["opco.dossier"]
        self.assertIn("dontMajorationRqth", dossier.instalments[0])
        mine = dossier.with_user(self.curious)
        self.assertNotIn("Rqth", str(mine.read()))
        with self.assertRaises(AccessError):
            mine.read(["instalments"])
        with self.assertRaises(AccessError):
            mine.search([("instalments", "ilike", "Rqth")])
        reading = self.env["opco.exchange"].search([("dossier_id", "=", dossier.id)])
        shown = reading.with_user(self.curious).response_shown
        self.assertRegex(shown, r'"dontMajorationRqth": ?\*\*\*')

    def test_sheet_and_simulation_are_without_it(self):
        mine = self.contract.with_user(self.curious)
        report = self.env["ir.actions.report"].with_user(self.curious)
        html, _kind = report._render_qweb_html(
            "l10n_fr_apprenticeship.contract_sheet", mine.ids
        )
        self.assertNotIn(NIR, html.decode())
        wizard = self.env["opco.simulation"].browse(mine.action_simulate()["res_id"])
        self.assertIn("MARTIN", wizard.content)
        self.assertNotIn(NIR, wizard.content + (wizard.reasons or ""))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_reason_of_a_finding_on_it_is_not_told(self):
        contract = self.new_contract(apprentice_nir=False)
        override = self.env["apprenticeship.override"].with_user(self.transmitter)
        override = override.create(
            {"contract_id": contract.id, "rule_id": "OBL-02", "reason": REASON}
        )
        row = self.send_again(contract)
        self.assertEqual(row.overrides[0]["reason"], REASON)
        self.env.invalidate_all()
        mine = contract.with_user(self.curious)
        seen = [
            mine.read(),
            mine.message_ids.mapped("body"),
            row.with_user(self.curious).read(),
            row.exchange_ids.with_user(self.curious).read(),
        ]
        self.assertNotIn("attestation", str(seen))
        self.assertNotIn("2060575056123", str(seen))
        with self.assertRaises(AccessError):
            override.with_user(self.curious).read(["reason"])
        with self.assertRaises(AccessError):
            row.with_user(self.curious).read(["overrides"])
        entitled = row.with_user(self.transmitter)
        self.env.invalidate_all()
        self.assertIn(REASON, entitled.overrides_text)
        self.env.invalidate_all()
        self.assertIn("OBL-02", row.with_user(self.curious).overrides_text)

    def send_again(self, contract):
        contract.with_user(self.transmitter)._transmit()
        self.deliver()
        return contract.opco_transmission_ids


@tagged("post_install", "-at_install")
class TestLogsAndErrorPages(ConnectorCase, HttpCase):
    """At debug level too, neither logs nor error pages hold a secret or a NIR."""

    all_logs = test_secrets_route.TestSecretsRoute.all_logs

    def test_calls_that_carry_a_nir_are_masked_in_the_logs(self):
        contract = self.new_contract()
        mine = self.env["apprenticeship.contract"].with_user(self.transmitter)
        with self.all_logs() as lines:
            call_kw(mine, "web_save", [contract.ids, {"apprentice_nir": NIR}, {}], {})
            call_kw(mine, "search_count", [[("apprentice_nir", "=", NIR)]], {})
            self.authenticate(self.transmitter.login, self.transmitter.login)
            answer = self.call_by_http("read", [contract.ids, ["apprentice_nir"]])
            self.call_by_http("write", [contract.ids, {"apprentice_nir": NIR}])
            row = self.send(contract)
            self.refresh()
        self.assertIn(NIR, answer.text)
        self.assertEqual(row.state, "sent")
        for logger in ("odoo.sql_db", "odoo.service.model", "urllib3"):
            self.assertTrue(
                [line for line in lines if line.startswith(logger)], f"{logger} is mute"
            )
        found = {line.split()[0] for line in lines if NIR in line}
        self.assertEqual(found, set())

    def test_failure_in_the_middle_shows_no_key(self):
        self.authenticate(self.administrator.login, self.administrator.login)
        key = self.sandbox.issue_key(self.connection.siret)
        # Its first key: to replace one, the password is asked for first.
        self.connection.write({"state": "inactive", "sealed_api_key": False})
        with (
            patch.object(Vault, "seal", side_effect=RuntimeError("broken")),
            self.all_logs() as lines,
        ):
            answer = self.url_open(
                f"/opco/connection/{self.connection.id}/secrets",
                data={"csrf_token": http.Request.csrf_token(self), "api_key": key},
            )
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn(key, answer.text)
        self.assertTrue([line for line in lines if "RuntimeError" in line])
        self.assertFalse([line for line in lines if key in line or key[-20:] in line])

    def test_failure_of_a_call_shows_no_nir(self):
        self.authenticate(self.transmitter.login, self.transmitter.login)
        contract = self.new_contract(apprentice_nir=NIR)
        with self.all_logs() as lines:
            answer = self.call_by_http(
                "write",
                [contract.ids, {"apprentice_nir": NIR, "date_start": "nonsense"}],
            )
        self.assertIn("error", answer.json())
        self.assertNotIn(NIR, answer.text)
        self.assertFalse([line for line in lines if NIR in line])

    def test_keys_are_not_taken_by_a_call(self):
        self.authenticate(self.administrator.login, self.administrator.login)
        for name in ("sealed_api_key", "api_key"):
            answer = self.call_by_http(
                "write", [self.connection.ids, {name: "x"}], "opco.connection"
            )
            self.assertIn("error", answer.json())
        for name in ("_store_secrets", "_open_secret", "_register_key_event"):
            answer = self.call_by_http(name, [self.connection.ids], "opco.connection")
            self.assertIn("Private methods", answer.text)

    def call_by_http(self, method, arguments, model="apprenticeship.contract"):
        params = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
