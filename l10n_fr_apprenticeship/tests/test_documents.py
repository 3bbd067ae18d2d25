# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import hashlib
import io
from datetime import date

import requests

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..pdf_check import LARGEST, MEGABYTE, check_pdf
from .common import MANAGER, PERSONAL_DATA, USER, ApprenticeshipCase
from .pdf_files import EXE, pdf

TRIPARTITE = "duration_agreement"
DISABILITY = "disability_proof"


class DocumentsCase(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_user("documents_clerk", USER)
        cls.entitled = cls.new_user("documents_entitled", f"{USER},{PERSONAL_DATA}")
        cls.contract = cls.new_contract()

    def receive(
        self, content=None, kind="identity", name="Pièce.pdf", user=None, contract=None
    ):
        contract = contract or self.contract
        return (
            self.env["apprenticeship.document"]
            .with_user(user or self.clerk)
            ._receive(
                contract.with_user(user or self.clerk),
                kind,
                name,
                io.BytesIO(pdf() if content is None else content),
            )
        )

    def line(self, kind, user=None, contract=None):
        contract = (contract or self.contract).with_user(user or self.clerk)
        contract.invalidate_recordset()
        checklist = contract.document_checklist
        lines = checklist["needed"] + checklist["others"]
        return next((line for line in lines if line["kind"] == kind), None)

    def refusal_of(self, *arguments, **options):
        with self.assertRaises(UserError) as refusal:
            self.receive(*arguments, **options)
        return str(refusal.exception)


@tagged("post_install", "-at_install")
class TestDocuments(DocumentsCase):
    """The checklist of a contract, what is received, and who may read it."""

    # ---------------------------------------------------------------- checklist
    def test_a_size_is_written_as_it_is_read(self):
        document = self.receive().with_context(lang="fr_FR").sudo()
        for size, text in (
            (602, "602 octets"),
            (1536 * 1024 - 1, "1,5 Mo"),
            (300 * 1024, "300 Ko"),
            (10 * MEGABYTE, "10,0 Mo"),
        ):
            document.size = size
            self.assertEqual(
                document._shown()["size"], text.replace(" ", "\N{NO-BREAK SPACE}")
            )

    def test_what_is_needed_is_expected(self):
        needed = self.contract.document_checklist["needed"]
        self.assertEqual(
            {line["kind"]: line["state"] for line in needed},
            dict.fromkeys(
                (
                    "signed_form",
                    "convention",
                    "identity",
                    "tutor_qualification",
                    "collective_pay_scale",
                ),
                "expected",
            ),
        )
        self.assertEqual(self.contract.missing_document_count, 5)
        self.assertTrue(all(line["source"] for line in needed))

    def test_what_is_kept_is_marked_so(self):
        for kind, said in (
            ("signed_form", "its data are sent"),
            ("identity", "Kept, not sent"),
            ("convention", "with the training agreement"),
        ):
            self.assertIn(said, self.line(kind)["fate_text"], kind)

    def test_the_case_decides(self):
        self.assertFalse(self.line(TRIPARTITE))
        self.contract.derogation_id = self.code("derogation", "21")
        self.assertEqual(self.line(TRIPARTITE)["state"], "expected")
        self.assertIn("L6222-7-1", self.line(TRIPARTITE)["source"])

    def test_a_stay_abroad_has_its_agreement(self):
        self.assertFalse(self.line("mobility_agreement"))
        self.contract.with_user(self.clerk).action_open_agreement()
        self.contract.agreement_id.is_mobile_abroad = True
        self.assertEqual(self.line("mobility_agreement")["state"], "expected")
        self.assertEqual(self.contract.missing_document_count, 6)

    def test_received_then_validated(self):
        content = pdf("identity")
        document = self.receive(content)
        self.assertEqual(document.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(document.size, len(content))
        self.assertEqual(document.received_by_id, self.clerk)
        self.assertEqual(document.attachment_id.raw, content)
        self.assertEqual(self.line("identity")["state"], "received")
        self.assertEqual(self.contract.document_count, 1)

        document.action_validate()
        line = self.line("identity")
        self.assertEqual(line["state"], "validated")
        self.assertEqual(document.decided_by_id, self.clerk)
        self.assertIn(self.clerk.name, " ".join(line["documents"][0]["notes"]))

        document.action_take_back_decision()
        self.assertEqual(self.line("identity")["state"], "received")
        self.assertFalse(document.decided_at)

    def test_rejected_says_why(self):
        document = self.receive()
        with self.assertRaisesRegex(UserError, "Say what is wrong"):
            document.action_reject("  ")
        document.action_reject("Illegible")
        line = self.line("identity")
        self.assertEqual(line["state"], "rejected")
        self.assertIn("Illegible", " ".join(line["documents"][0]["notes"]))

    def test_what_is_replaced_stays(self):
        first = self.receive(pdf("1"), "signed_form")
        second = self.receive(pdf("2"), "signed_form")
        self.assertEqual(
            [one["id"] for one in self.line("signed_form")["documents"]], [second.id]
        )
        self.assertFalse(first.is_current)
        self.assertEqual(first.attachment_id.raw, pdf("1"))

    def test_a_kind_may_hold_several(self):
        self.receive(pdf("front"))
        self.receive(pdf("back"))
        self.assertEqual(len(self.line("identity")["documents"]), 2)

    def test_an_amendment_has_its_own(self):
        self.receive(kind="signed_form")
        self.contract.write({"state": "active", "deca_number": "075202609001234"})
        amendment = self.contract.copy(
            {
                "origin_id": self.contract.id,
                "amendment_number": 1,
                "contract_type_id": self.code("contract_type", "36").id,
                "date_amendment_effect": date(2026, 10, 1),
            }
        )
        self.assertEqual(
            self.line("signed_form", contract=amendment)["state"], "expected"
        )

    def test_the_rules_know_what_is_at_hand(self):
        self.contract.derogation_id = self.code("derogation", "21")
        self.assertIn("DAT-10", self.rules_that_block())
        document = self.receive(kind=TRIPARTITE)
        self.assertNotIn("DAT-10", self.rules_that_block())
        document.action_reject("Not signed")
        self.assertIn("DAT-10", self.rules_that_block())

    def rules_that_block(self):
        self.env.invalidate_all()
        found = self.contract._preflight()
        return [finding.rule_id for finding in found if finding.is_blocking]

    def test_an_unsaved_contract_has_a_checklist(self):
        new = self.Contract.new({"company_id": self.company.id})
        self.assertTrue(new.document_checklist["needed"])

    # ------------------------------------------------------------------- access
    def test_a_disability_is_for_those_entitled(self):
        self.contract.apprentice_disabled_worker = True
        self.assertEqual(self.line(DISABILITY, self.entitled)["state"], "expected")
        self.assertFalse(self.line(DISABILITY))
        with self.assertRaises(AccessError):
            self.receive(kind=DISABILITY)

        document = self.receive(kind=DISABILITY, user=self.entitled)
        self.assertEqual(self.line(DISABILITY, self.entitled)["state"], "received")
        self.assertFalse(self.line(DISABILITY))
        addable = self.contract.with_user(self.clerk).document_checklist["addable"]
        self.assertNotIn(DISABILITY, [kind["kind"] for kind in addable])
        for record in (document, document.attachment_id):
            self.env.invalidate_all()
            record.with_user(self.entitled).read(["name"])
            with mute_logger("odoo.addons.base.models.ir_rule"):
                with self.assertRaises(AccessError):
                    record.with_user(self.clerk).read(["name"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_another_company_reads_nothing(self):
        document = self.receive()
        stranger = self.new_user("documents_far", MANAGER, self.new_company("Far"))
        for record in (document, document.attachment_id):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                record.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            self.receive(user=stranger)

    def test_what_was_received_is_not_altered(self):
        document = self.receive()
        for record in (document, document.attachment_id):
            with self.assertRaises(AccessError):
                record.with_user(self.clerk).write({"name": "Other"})
            with self.assertRaises(AccessError):
                record.with_user(self.clerk).unlink()

    def test_a_manager_deletes_a_document_and_its_file(self):
        document = self.receive()
        attachment = document.attachment_id
        document.with_user(self.new_user("documents_boss", MANAGER)).unlink()
        self.assertFalse(attachment.exists())

    def test_a_draft_is_deleted_with_its_documents(self):
        attachment = self.receive().attachment_id
        self.contract.unlink()
        self.assertFalse(attachment.exists())

    # --------------------------------------------------------------- bad input
    def test_empty_file(self):
        self.assertIn("0 byte", self.refusal_of(b""))

    def test_exe_named_pdf(self):
        self.assertIn("is not a PDF", self.refusal_of(EXE))

    def test_pdf_with_a_password(self):
        self.assertIn("asks for a password", self.refusal_of(pdf(password="x")))

    def test_torn_pdf(self):
        self.assertIn("damaged", self.refusal_of(pdf()[:150]))

    def test_nothing_of_a_bad_file_stays(self):
        self.refusal_of(EXE)
        self.assertFalse(self.contract.document_ids)
        # And the next one goes on.
        self.assertTrue(self.receive())

    def test_unknown_kind(self):
        self.assertIn("not known", self.refusal_of(kind="nothing"))

    def test_names_are_made_plain(self):
        for given, kept in (
            ("../../a/b.pdf", "b.pdf"),
            ("Léa 🎓.pdf", "Léa 🎓.pdf"),
            ("n" * 300 + ".pdf", "n" * 116 + ".pdf"),
        ):
            document = self.receive(pdf(given), name=given)
            self.assertEqual((document.name, document.attachment_id.name), (kept, kept))

    def test_the_same_file_is_not_added_twice(self):
        self.receive()
        self.assertIn("already there", self.refusal_of())
        # Of another kind, it is another document.
        self.receive(kind="other")

    def test_a_file_deleted_meanwhile_is_said_and_expected_again(self):
        document = self.receive()
        document.attachment_id.sudo().unlink()
        self.env.invalidate_all()
        line = self.line("identity")
        self.assertEqual(line["state"], "expected")
        self.assertEqual(line["documents"][0]["badges"][0]["text"], "File deleted")
        with self.assertRaisesRegex(UserError, "has been deleted"):
            document.action_open_file()
        # The very same file may be added again.
        self.receive()
        self.assertEqual(self.line("identity")["state"], "received")

    def test_a_file_changed_or_lost_meanwhile_may_be_added_again(self):
        changed = self.receive(kind=TRIPARTITE)
        changed.sudo().attachment_id.raw = pdf("another")
        self.receive(kind=TRIPARTITE)
        self.assertIn("already there", self.refusal_of(kind=TRIPARTITE))
        # The line of the attachment is there, its content is not.
        lost = self.contract.document_ids.filtered("is_current").sudo()
        lost.attachment_id.flush_recordset()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s WHERE id = %s",
            ("00/" + "0" * 40, lost.attachment_id.id),
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.base.models.ir_attachment"):
            self.receive(kind=TRIPARTITE)
        self.assertFalse(lost.is_current)

    def test_a_thousand_documents(self):
        self.env["apprenticeship.document"].create(
            [
                {
                    "contract_id": self.contract.id,
                    "kind": "other",
                    "name": f"{number}.pdf",
                    "attachment_id": self.env["ir.attachment"]
                    .create({"name": f"{number}.pdf", "raw": b"%PDF-"})
                    .id,
                }
                for number in range(1000)
            ]
        )
        self.env.invalidate_all()
        line = self.line("other")
        self.assertEqual((len(line["documents"]), line["hidden_count"]), (20, 980))
        self.assertEqual(self.contract.document_count, 1000)
        self.receive(kind="other")

    # -------------------------------------------------------------------- purge
    def test_purge_erases_the_files_and_keeps_the_hashes(self):
        document = self.receive(name="RQTH Alix.pdf")
        attachment, digest = document.attachment_id, document.sha256
        self.assertIn("1 attached documents", self.contract._describe_file())
        self.contract._purge_file()
        self.contract.file_purged_on = date(2026, 11, 24)
        self.assertFalse(attachment.exists())
        self.assertEqual(document.sha256, digest)
        self.assertNotIn("Alix", document.name)
        self.assertIn("were erased", self.refusal_of(pdf("late")))


@tagged("post_install", "-at_install")
class TestDocumentsRoute(DocumentsCase, HttpCase):
    """What the browser sends."""

    def setUp(self):
        super().setUp()
        # A database made in French alone answers the browser in French.
        self.env["res.lang"]._activate_lang("en_US")
        self.clerk.lang = "en_US"
        self.authenticate(self.clerk.login, self.clerk.login)

    def post(self, content, kind="identity", contract=None):
        contract = contract or self.contract
        return self.url_open(
            f"/apprenticeship/contract/{contract.id}/document",
            data={"kind": kind, "csrf_token": http.Request.csrf_token(self)},
            files={"ufile": ("Pièce.pdf", content, "application/pdf")},
        )

    def assert_refused(self, answer, sentence):
        self.assertEqual(answer.status_code, 422, answer.text)
        self.assertIn(sentence, answer.json()["error"])
        self.assertFalse(self.contract.document_ids)

    def test_a_file_is_received(self):
        answer = self.post(pdf())
        self.assertEqual(answer.status_code, 200, answer.text)
        document = self.contract.document_ids
        self.assertEqual(document.id, answer.json()["id"])
        self.assertEqual(document.received_by_id, self.clerk)
        self.assertEqual(document.attachment_id.raw, pdf())

    def test_a_bad_file_is_a_sentence(self):
        self.assert_refused(self.post(EXE), "is not a PDF")
        self.assert_refused(self.post(b""), "0 byte")

    def test_a_form_without_a_file_or_a_kind_is_a_sentence(self):
        url = f"/apprenticeship/contract/{self.contract.id}/document"
        token = {"csrf_token": http.Request.csrf_token(self)}
        named = {"kind": "identity", "ufile": "a text"}
        self.assert_refused(self.url_open(url, data=token | named), "Choose a file")
        self.assert_refused(self.post(pdf(), kind=None), "not known")

    def test_just_too_large_is_a_sentence(self):
        self.assert_refused(self.post(pdf() + b"\n" * LARGEST), "larger than 10 MB")

    def test_200_megabytes_are_cut_short(self):
        answer = self.answer_or_nothing(b"%PDF-" + bytes(200 * MEGABYTE))
        self.assertIn(answer, (413, None))
        self.assertFalse(self.contract.document_ids)

    def answer_or_nothing(self, content):
        """Return the status; whether it comes before the server hangs up varies."""
        try:
            return self.post(content).status_code
        except requests.ConnectionError:
            return None

    def test_a_stranger_adds_nothing(self):
        stranger = self.new_user("documents_route", USER, self.new_company("Away"))
        self.authenticate(stranger.login, stranger.login)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            answer = self.post(pdf())
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self.contract.document_ids)

    def test_a_contract_deleted_meanwhile_is_a_sentence(self):
        contract = self.new_contract()
        contract.unlink()
        self.assert_refused(self.post(pdf(), contract=contract), "no longer exists")

    def test_the_file_opens(self):
        document = self.contract.document_ids.browse(self.post(pdf()).json()["id"])
        answer = self.url_open(document.with_user(self.clerk).action_open_file()["url"])
        self.assertEqual(answer.content, pdf())
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")

    def test_a_disability_proof_does_not_open_for_others(self):
        document = self.receive(kind=DISABILITY, user=self.entitled)
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            answer = self.url_open(f"/web/content/{document.attachment_id.id}")
        self.assertEqual(answer.status_code, 404)


@tagged("post_install", "-at_install")
class TestDemoDocuments(DocumentsCase):
    def test_their_files_are_what_they_say(self):
        shown = self.env["ir.model.data"].search(
            [
                ("module", "=", "l10n_fr_apprenticeship"),
                ("model", "=", "apprenticeship.document"),
            ]
        )
        for document in self.env["apprenticeship.document"].browse(
            shown.mapped("res_id")
        ):
            content = document.attachment_id.raw
            self.assertEqual(check_pdf(io.BytesIO(content)), document.sha256)
            self.assertEqual(document.size, len(content))
