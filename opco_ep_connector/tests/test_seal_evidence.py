# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR

from ..verify_journal import Row
from ..wizards import opco_integrity_check
from .journal import new_exchange
from .test_seal import JournalCase


@tagged("post_install", "-at_install")
class TestIntegrityCheck(JournalCase):
    """« Check the integrity » says what it found in words."""

    def test_intact(self):
        wizard = self.check()
        self.assertEqual(wizard.state, "intact")
        line = self.line(wizard)
        self.assertIn("5 rows in order", line.result)
        self.assertIn(self.chain.anchor, line.result)
        self.assertIn("nothing proves", line.result)

    def test_anchor_is_found(self):
        line = self.line(self.check(anchors=self.chain.anchor))
        self.assertIn("The anchor given was found.", line.result)
        self.assertNotIn("nothing proves", line.result)

    def test_anchor_of_another_chain_computed_anew(self):
        anchor = self.chain.anchor[:-1] + ("0" if self.chain.anchor[-1] != "0" else "1")
        wizard = self.check(anchors=anchor)
        self.assertEqual(wizard.state, "broken")
        self.assertIn("Row 5", self.line(wizard).result)

    def test_what_is_no_anchor(self):
        for text in ("42", "zz-1-2", "0" * 8 + "-1-" + "0" * 64):
            with self.subTest(text), self.assertRaises(UserError):
                self.check(anchors=text)

    def test_broken_row_is_named(self):
        with self.tampering() as cr:
            cr.execute(
                "UPDATE opco_exchange SET reference = 'AP/2026/1' WHERE id = %s",
                [self.rows[2].id],
            )
        wizard = self.check()
        self.assertEqual(wizard.state, "broken")
        result = self.line(wizard).result
        self.assertIn("Row 3, of contract AP/2026/1", result)
        self.assertIn("its content was changed", result)

    def test_erased_and_unsealed_are_told(self):
        self.rows[0]._erase_bodies()
        self.journal(2)
        result = self.line(self.check()).result
        self.assertIn("1 answers were erased", result)
        self.assertIn("2 exchanges are not sealed yet", result)

    def test_long_check_goes_on_at_the_next_click(self):
        chains = type(self.chain)
        fetch = chains._rows_after

        def two_by_two(chain, number, limit=2):
            return fetch(chain, number, 2)

        with (
            patch.object(chains, "_rows_after", two_by_two),
            patch.object(opco_integrity_check, "SLICE_SECONDS", 0),
        ):
            wizard = self.check()
            self.assertEqual(wizard.state, "running")
            read = [self.line(wizard).number]
            while wizard.state == "running":
                wizard.action_go_on()
                read.append(self.line(wizard).number)
        self.assertEqual(wizard.state, "intact")
        self.assertIn(2, read)
        self.assertEqual(read[-1], 5)

    def test_only_who_consults_and_only_its_companies(self):
        with self.assertRaises(AccessError):
            self.env["opco.integrity.check"].with_user(self.colleague).create({})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user("stranger", "opco_ep_connector.group_consult")
        stranger.write(
            {"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id}
        )
        wizard = self.env["opco.integrity.check"].with_user(stranger).create({})
        with self.assertRaisesRegex(UserError, "No row of the journal is sealed"):
            wizard.action_start()

    def check(self, **values):
        checks = self.env["opco.integrity.check"].with_user(self.consultant)
        wizard = checks.create(values)
        wizard.action_start()
        return wizard

    def line(self, wizard):
        return wizard.line_ids.filtered(lambda line: line.chain_id == self.chain)


class EvidenceCase(JournalCase):
    """Two contracts sent, whose exchanges are sealed after five others."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.other = self.new_contract()
        self.row = self.send(self.contract)
        self.other_row = self.send(self.other)
        self.run_sealer()


@tagged("post_install", "-at_install")
class TestReceipt(EvidenceCase):
    """What the OPCO answered, with the seal and the head of the chain."""

    def test_receipt_holds_the_answer_the_seal_and_the_head(self):
        page = self.print(self.row)
        exchange = self.row.exchange_ids[0]
        for text in (
            self.contract.name,
            self.row.internal_number,
            self.row.payload_sha256,
            "numeroInterne",
            exchange.digest,
            exchange.seal,
            self.chain.anchor,
        ):
            self.assertIn(text, page)
        self.assertNotIn(self.other.name, page)

    def test_nir_is_masked(self):
        exchanges = self.env["opco.exchange"]
        body = json.dumps({"nir": NIR, "note": "reçu"}, ensure_ascii=False)
        exchanges._journal(self.connection, new_exchange(response_body=body), self.row)
        page = self.print(self.row)
        self.assertNotIn(NIR, page)
        self.assertIn("reçu", page)
        self.assertIn("Not sealed yet", page)

    def test_answer_is_a_text_never_markup(self):
        self.env["opco.exchange"]._journal(
            self.connection,
            new_exchange(response_body="<script>x()</script>"),
            self.row,
        )
        self.assertNotIn("<script>x()", self.print(self.row))

    def print(self, rows):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.consultant)
            ._render_qweb_html("opco_ep_connector.receipt", rows.ids)
        )
        return content.decode()


@tagged("post_install", "-at_install")
class TestAuditPack(EvidenceCase):
    """An auditor verifies the pack with Python and nothing else."""

    def test_pack_verifies_by_itself(self):
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            names = {path.name for path in folder.rglob("*") if path.is_file()}
            self.assertLessEqual(
                {
                    "LISEZMOI.txt",
                    "feuille.html",
                    "journal.csv",
                    "journal.json",
                    "empreintes.csv",
                    "ancre.txt",
                    "verify_journal.py",
                    "MANIFEST.sha256",
                },
                names,
            )
            done = self.verify_alone(folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("Intacte", done.stdout)
            self.assertIn("les lignes 1 à 5", done.stdout)
            self.assertIn("n'a pas été recalculée", done.stdout)
            self.assertIn("conformes", done.stdout)
            done = self.verify_alone(folder, "--ancre", self.chain.anchor)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("Ancre retrouvée", done.stdout)

    def test_pack_of_a_contract_shows_nothing_of_the_others(self):
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            for path in folder.rglob("*"):
                if path.is_file():
                    text = path.read_text(encoding="utf-8-sig")
                    self.assertNotIn(self.other.name, text, path.name)
            [receipt] = (folder / "accuses").iterdir()
            self.assertIn(self.row.internal_number, receipt.read_text())
            rows = list(
                csv.DictReader(
                    io.StringIO(
                        (folder / "journal.csv").read_text(encoding="utf-8-sig")
                    ),
                    delimiter=";",
                )
            )
        self.assertEqual(
            [row["Seal"] for row in rows], self.row.exchange_ids.mapped("seal")
        )

    def test_sheet_keeps_its_columns_when_nothing_is_to_say(self):
        self.row.sudo().write({"internal_number": False, "deca_number": False})
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            sheet = html.document_fromstring((folder / "feuille.html").read_text())
        made, table = sheet.findall(".//table")[:2]
        self.assertIn(self.consultant.name, made.text_content())
        self.assertEqual({len(row) for row in table.iter("tr")}, {8})
        self.assertIn("Sandbox", table.text_content())

    def test_no_spreadsheet_runs_what_a_table_holds(self):
        self.row.sudo().write({"reference": "=1+1", "file_name": "@SUM(1+1).pdf"})
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            tables = [
                path.read_text(encoding="utf-8-sig") for path in folder.glob("*.csv")
            ]
        self.assertEqual(len(tables), 2)
        for table in tables:
            for row in csv.reader(io.StringIO(table), delimiter=";"):
                self.assertFalse([cell for cell in row if cell[:1] in "=+-@" and cell])
        self.assertTrue(any("'=1+1" in table for table in tables))

    def test_tables_speak_as_the_screens_do(self):
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            journal, hashes = (
                list(
                    csv.DictReader(
                        io.StringIO((folder / name).read_text(encoding="utf-8-sig")),
                        delimiter=";",
                    )
                )[0]
                for name in ("journal.csv", "empreintes.csv")
            )
        exchange = self.row.exchange_ids[0]
        self.assertEqual(journal["Outcome"], "Accepted")
        self.assertEqual(journal["Environment"], "Sandbox")
        self.assertEqual(journal["Started At (UTC)"], str(exchange.started_at))
        self.assertEqual((journal["Operation"], hashes["Operation"]), ("Contract",) * 2)
        self.assertIn(self.row.payload_sha256, hashes.values())

    def test_whole_journal_whose_beginning_was_removed(self):
        with self.tampering() as cr:
            cr.execute("DELETE FROM opco_exchange WHERE id = %s", [self.rows[0].id])
        for values in ({}, {"contract_ids": self.contract.ids}):
            with self.subTest(values), self.unzipped(**values) as folder:
                done = self.verify_alone(folder)
            if values:
                self.assertIn("les lignes 1 à 5", done.stdout)
                continue
            self.assertEqual(done.returncode, 1)
            self.assertIn("ligne n° 1 : elle manque", done.stdout)

    def test_row_before_a_part_was_removed(self):
        with self.tampering() as cr:
            cr.execute("DELETE FROM opco_exchange WHERE id = %s", [self.rows[4].id])
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            done = self.verify_alone(folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ligne n° 5 : elle manque", done.stdout)

    def test_changed_file_is_found(self):
        with self.unzipped() as folder:
            receipt = next((folder / "accuses").iterdir())
            receipt.write_text(receipt.read_text() + "<p>Added</p>")
            done = self.verify_alone(folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(receipt.name, done.stdout)

    def test_changed_row_is_named(self):
        with self.unzipped() as folder:
            journal = folder / "journal.json"
            export = json.loads(journal.read_text())
            export["chains"][0]["rows"][2]["content"]["outcome"] = "rejected"
            journal.write_text(json.dumps(export))
            done = self.verify_alone(folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ligne n° 3", done.stdout)

    def test_personal_answer_is_not_handed_out(self):
        body = json.dumps({"nir": NIR})
        self.env["opco.exchange"]._journal(
            self.connection, new_exchange(response_body=body), self.row
        )
        self.run_sealer()
        with self.unzipped() as folder:
            for path in folder.rglob("*"):
                if path.is_file():
                    self.assertNotIn(NIR, path.read_text(encoding="utf-8-sig"))
            export = json.loads((folder / "journal.json").read_text())
            last = Row.exported(export["chains"][0]["rows"][-1])
            self.assertEqual((last.answer, last.salt), (None, None))
            self.assertEqual(self.verify_alone(folder).returncode, 0)

    def test_nothing_to_hand_out(self):
        wizard = self.wizard(contract_ids=self.new_contract().ids)
        with self.assertRaisesRegex(UserError, "holds no exchange"):
            wizard.action_download()

    def test_period(self):
        self.assertFalse(self.wizard(date_to="2001-01-01")._exchanges())
        rows = self.wizard(date_from="2001-01-01", contract_ids=self.contract.ids)
        self.assertEqual(rows._exchanges(), self.row.exchange_ids)

    def test_days_are_those_of_paris(self):
        # At half past midnight on the 24th in Paris, on the 23rd in UTC.
        moment = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
        self.env["opco.exchange"]._journal(
            self.connection, new_exchange(started_at=moment), self.row
        )
        late = self.env["opco.exchange"].search([], order="id desc", limit=1)
        contract = self.contract.ids
        for days, is_held in (
            ({"date_from": "2026-11-24"}, True),
            ({"date_to": "2026-11-24"}, True),
            ({"date_from": "2026-11-25"}, False),
            ({"date_to": "2026-11-23"}, False),
        ):
            with self.subTest(days):
                held = self.wizard(contract_ids=contract, **days)._exchanges()
                self.assertEqual(late in held, is_held)

    def test_pack_of_a_contract_holds_what_was_read_of_its_dossier(self):
        self.read_dossier(self.row)
        self.read_dossier(self.other_row)
        self.run_sealer()
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            journal = (folder / "journal.csv").read_text(encoding="utf-8-sig")
            self.assertEqual(self.verify_alone(folder).returncode, 0)
        self.assertIn(f"numeroInterne={self.row.internal_number};", journal)
        self.assertIn("ENGAGE", journal)
        self.assertNotIn(f"numeroInterne={self.other_row.internal_number};", journal)

    def test_pack_names_no_apprentice(self):
        self.contract.apprentice_birth_name = "Quintefeuille"
        self.assertIn("Quintefeuille", json.dumps(self.contract._opco_form_of_now()))
        self.row.sudo().write(
            {"payload": json.dumps(self.contract._opco_form_of_now())}
        )
        self.env["opco.exchange"]._journal(
            self.connection,
            new_exchange(response_body="QUINTEFEUILLE a déjà un contrat."),
            self.row,
        )
        self.read_dossier(self.row, cerfa=self.contract._opco_form_of_now()["cerfa"])
        self.run_sealer()
        with self.unzipped() as folder:
            for path in folder.rglob("*"):
                if path.is_file():
                    text = path.read_text(encoding="utf-8-sig").casefold()
                    self.assertNotIn("quintefeuille", text, path.name)
            receipts = "".join(
                path.read_text() for path in (folder / "accuses").iterdir()
            )
            self.assertIn("a déjà un contrat.", receipts)
            self.assertEqual(self.verify_alone(folder).returncode, 0)

    def test_answer_with_escaped_accents(self):
        self.contract.apprentice_first_name = "Zoé"
        self.row.sudo().write(
            {"payload": json.dumps(self.contract._opco_form_of_now())}
        )
        for said in ("Zoé a déjà un contrat.", "Dossier reçu."):
            self.env["opco.exchange"]._journal(
                self.connection,
                new_exchange(response_body=json.dumps({"motif": said})),
                self.row,
            )
        self.run_sealer()
        with self.unzipped(contract_ids=self.contract.ids) as folder:
            [receipt] = (folder / "accuses").iterdir()
            for path in (receipt, folder / "journal.csv"):
                text = path.read_text(encoding="utf-8-sig")
                self.assertIn("*** a déjà un contrat.", text, path.name)
                self.assertIn("Dossier reçu.", text, path.name)
            export = json.loads((folder / "journal.json").read_text())
            named, innocent = export["chains"][0]["rows"][-2:]
            self.assertNotIn("answer", named)
            self.assertEqual(innocent["answer"], json.dumps({"motif": "Dossier reçu."}))
            self.assertEqual(self.verify_alone(folder).returncode, 0)

    def test_pack_of_two_companies(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        site = self.new_employer()
        site.company_id = elsewhere
        connection = self.new_connection(company_id=elsewhere.id, partner_id=site.id)
        self.env["opco.exchange"]._journal(connection, new_exchange())
        self.run_sealer()
        both = (self.company | elsewhere).ids
        with self.assertRaises(AccessError):
            self.wizard(company_ids=both)
        self.consultant.company_ids |= elsewhere
        with self.unzipped(company_ids=both) as folder:
            export = json.loads((folder / "journal.json").read_text())
            done = self.verify_alone(folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stdout.count("Intacte"), 2)
        self.assertEqual(len(export["chains"]), 2)
        with self.unzipped(company_ids=elsewhere.ids) as folder:
            [chain] = json.loads((folder / "journal.json").read_text())["chains"]
        self.assertEqual(len(chain["rows"]), 1)

    def read_dossier(self, row, **answer):
        number = row.internal_number
        self.env["opco.exchange"]._journal(
            self.connection,
            new_exchange(
                method="GET",
                url=f"https://opco.example/v1/dossiers?numeroInterne={number}",
                response_body=json.dumps({"etat": "ENGAGE"} | answer),
            ),
        )

    def wizard(self, **values):
        return (
            self.env["opco.audit.pack"]
            .with_user(self.consultant)
            .create({"contract_ids": False} | values)
        )

    def unzipped(self, **values):
        folder = tempfile.TemporaryDirectory()
        with (
            self.wizard(**values)._pack().zip_file() as file,
            zipfile.ZipFile(file) as pack,
        ):
            pack.extractall(folder.name)
        return _Folder(folder)

    def verify_alone(self, folder, *arguments):
        return subprocess.run(
            [sys.executable, "-I", "verify_journal.py", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONIOENCODING": "utf-8"},
        )


class _Folder:
    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        return Path(self._folder.name)

    def __exit__(self, *exception):
        self._folder.cleanup()


@tagged("post_install", "-at_install")
class TestDownload(EvidenceCase, HttpCase):
    """The pack leaves by one route, to who asked for it."""

    def test_download(self):
        self.authenticate(self.consultant.login, self.consultant.login)
        wizard = self.env["opco.audit.pack"].with_user(self.consultant).create({})
        for kind, start in (("zip", b"PK"), ("csv", b"\xef\xbb\xbfNumber;")):
            answer = self.url_open(wizard.action_download()["url"][:-3] + kind)
            self.assertEqual(answer.status_code, 200)
            self.assertTrue(answer.content.startswith(start))

    def test_somebody_elses_pack(self):
        self.authenticate(self.transmitter.login, self.transmitter.login)
        wizard = self.env["opco.audit.pack"].with_user(self.consultant).create({})
        answer = self.url_open(f"/opco/audit-pack/{wizard.id}.zip")
        self.assertEqual(answer.status_code, 404)
