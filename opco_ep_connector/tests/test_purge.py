# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from urllib.parse import urlencode

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.l10n_fr_apprenticeship.tests.common import MANAGER, NIR

from ..convergence.redact import redact_text
from ..sealed_content import sealed_content
from ..verify_journal import content_digest
from .common import ConnectorCase

KEPT = (
    "state",
    "reference",
    "payload_sha256",
    "internal_number",
    "answered_at",
    "attempt_count",
)


@tagged("post_install", "-at_install")
class TestPurge(ConnectorCase):
    """The proof of a transmission outlives its content."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("manager", MANAGER)

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.row = self.send(self.contract)
        number = self.contract.opco_internal_number
        self.sandbox.set_state(number, "ENGAGE", comment="Dossier de MARTIN Alix")
        self.refresh()
        self.exchanges = self.env["opco.exchange"]._of_contracts(self.contract)

    def test_reading_of_the_dossier_is_one_of_its_exchanges(self):
        self.assertEqual(
            set(self.exchanges.mapped("method")), {"POST", "GET"}, "deposit and reading"
        )
        other = self.new_contract()
        self.send(other)
        self.assertFalse(
            self.env["opco.exchange"]._of_contracts(other) & self.exchanges
        )

    def test_reading_is_found_whatever_its_number(self):
        dossier = self.contract._opco_dossiers()
        reading = self.exchanges.filtered("dossier_id")
        self.assertEqual(reading.dossier_id, dossier)
        [values] = reading.sudo().copy_data()
        for number in ("2026000000123", "DOS/2026 1", "7_1", "N%"):
            dossier.internal_number = number
            url = "https://opco.example/v1/dossiers?" + urlencode(
                {"numeroInterne": number}
            )
            masked = reading.create(values | {"url": redact_text(url)})
            older = reading.create(values | {"url": url, "dossier_id": False})
            other = reading.create(
                values | {"url": f"{url[:-1]}X", "dossier_id": False}
            )
            with self.subTest(number=number):
                found = reading._of_contracts(self.contract)
                self.assertIn(masked, found)
                self.assertIn(older, found)
                self.assertNotIn(other, found)
                for row in (masked, older):
                    self.assertIsNotNone(row._form_spoken_of())

    def test_bodies_go_and_the_proof_stays(self):
        self.assertTrue(all(self.exchanges.mapped("response_body")))
        proof = self.proof()
        self.purge()
        for name in ("response_body", "response_salt"):
            self.assertFalse(any(self.exchanges.mapped(name)), name)
        self.assertFalse(any(self.exchanges.mapped("response_shown")))
        self.assertEqual(self.proof(), proof)
        for exchange in self.exchanges:
            [values] = exchange.read(load=None)
            values["started_at"] = fields.Datetime.to_string(values["started_at"])
            self.assertEqual(content_digest(sealed_content(values)), exchange.digest)

    def test_payload_and_remarks_go_and_numbers_stay(self):
        self.row.overrides = [
            {"rule": "OBL-02", "by": "Zoe", "on": "2026-09-01", "reason": f"NIR {NIR}"}
        ]
        kept = {name: self.row[name] for name in KEPT}
        self.contract.opco_termination_message = "MARTIN Alix est inconnue"
        self.purge()
        self.assertFalse(self.row.payload)
        self.assertNotIn(NIR, str(self.row.overrides))
        self.assertIn("Zoe", str(self.row.overrides))
        self.assertFalse(self.contract.opco_comment)
        self.assertFalse(self.contract.opco_termination_message)
        self.assertFalse(self.contract._opco_dossiers().comment)
        self.assertEqual({name: self.row[name] for name in KEPT}, kept)
        self.assertEqual(self.contract.opco_internal_number, self.row.internal_number)

    def test_no_table_of_the_connector_holds_the_person_any_more(self):
        self.assertTrue(self.tables_with(NIR))
        self.assertTrue(self.tables_with("MARTIN"))
        self.purge()
        self.assertEqual(self.tables_with(NIR), [])
        self.assertEqual(self.tables_with("MARTIN"), [])

    def test_what_may_still_leave_is_kept(self):
        queued = self.new_contract()
        row = self.transmit(queued)
        with freeze_time("2031-09-01"):
            self.assertNotIn(queued, self.rule()._due_contracts())
        row.action_cancel()
        with freeze_time("2031-09-01"):
            self.assertIn(queued, self.rule()._due_contracts())

    def test_nobody_reaches_it_by_rpc(self):
        for name in ("_erase_bodies", "_of_contracts"):
            with self.assertRaises(AccessError):
                call_kw(self.exchanges, name, [self.exchanges.ids], {})
        with self.assertRaises(AccessError):
            self.exchanges.write({"response_body": False})

    def test_preview_counts_them(self):
        with freeze_time("2031-09-01"):
            purge = self.preview()
            lines = purge.line_ids.filtered(
                lambda line: self.contract in line.contract_ids
            )
        self.assertEqual(set(lines.rule_id.mapped("subject")), {"file", "exchanges"})
        what = "\n".join(lines.mapped("what"))
        self.assertIn("1 contents sent", what)
        self.assertIn(f"{len(self.exchanges)} answers of the OPCO", what)

    def rule(self):
        return self.env.ref("opco_ep_connector.retention_exchanges_since_2024")

    def preview(self):
        purges = self.env["apprenticeship.purge"].with_user(self.manager)
        return purges.browse(purges.action_preview()["res_id"])

    def purge(self):
        with freeze_time("2031-09-01"):
            purge = self.preview()
            purge.is_understood = True
            purge.action_purge()
        self.env.flush_all()
        self.env.invalidate_all()

    def proof(self):
        return self.exchanges.read(
            ["digest", "response_digest", "request_sha256", "seal", "url", "outcome"]
        )

    def tables_with(self, text):
        self.env.flush_all()
        tables = (
            "opco_transmission",
            "opco_exchange",
            "opco_dossier",
            "opco_key_event",
            "apprenticeship_contract",
            "apprenticeship_override",
        )
        return [
            table
            for table in tables
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS held WHERE strpos(held::text, %s) > 0",
                    SQL.identifier(table),
                    text,
                )
            )
        ]
