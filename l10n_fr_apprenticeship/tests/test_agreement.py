# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date
from hashlib import sha256
from io import BytesIO
from unittest.mock import patch

from psycopg2.errors import CheckViolation
from pypdf import PdfWriter

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PERSONAL_DATA, TODAY, USER, ApprenticeshipCase


def new_pdf(password=None, attached=b""):
    """Return a PDF of one blank page."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    if attached:
        writer.add_attachment("plan.bin", attached)
    if password:
        writer.encrypt(password)
    content = BytesIO()
    writer.write(content)
    return content.getvalue()


PDF = new_pdf()
VIEW = "l10n_fr_apprenticeship.apprenticeship_agreement_view_form"
ATTESTED = {
    "is_mandated_by_employer": True,
    "is_signed_by_employer": True,
    "is_signed_by_centre": True,
    "has_proving_signature": True,
    "is_same_as_file": True,
}


@tagged("post_install", "-at_install")
class TestAgreement(ApprenticeshipCase):
    """The training agreement: prepared, signed, attested."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_user("agreement_clerk", USER)
        cls.entitled = cls.new_user("agreement_entitled", f"{USER},{PERSONAL_DATA}")
        training = cls.new_training(
            yearly_cost=6621, meal_count=200, first_equipment_cost=500
        )
        cls.contract = cls.new_contract(training_id=training.id)
        cls.contract.with_user(cls.clerk).action_open_agreement()
        cls.agreement = cls.contract.agreement_id.with_user(cls.clerk)

    def new_file(self, content=PDF, name="Convention.pdf", **values):
        return (
            self.env["ir.attachment"]
            .with_user(self.clerk)
            .create({"name": name, "raw": content} | values)
        )

    def complete(self):
        self.agreement.file_ids = self.new_file()
        self.agreement.write({"signed_on": TODAY} | ATTESTED)

    def test_prepared_from_the_contract_and_the_training(self):
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "employer_siret": "90000001900019",
                    "apprentice_name": "MARTIN",
                    "apprentice_usage_name": False,
                    "apprentice_first_name": "Alix",
                    "contract_start": date(2026, 9, 1),
                    "contract_end": date(2028, 8, 31),
                    "centre_siret": "90000002700012",
                    "centre_uai": "0750000T",
                    "rncp": "38764",
                    "title": "BP Boulanger",
                    "training_hours": 840,
                    "teaching_cost": 13242,
                    "meals": 200,
                    "nights": 0,
                    "first_equipment": 500,
                }
            ],
        )
        self.assertFalse(self.agreement.attested)

    def test_one_for_each_contract(self):
        action = self.contract.with_user(self.clerk).action_open_agreement()
        self.assertEqual(action["res_id"], self.agreement.id)

    def test_complete(self):
        self.assertIn("Attach the signed agreement", self.agreement.blocking)
        self.assertIn("date de signature", self.agreement.blocking)
        self.complete()
        self.assertFalse(self.agreement.blocking)
        self.assertFalse(self.agreement.advice)

    # ------------------------------------------------------------ the checklist
    def signed(self):
        return self.env["apprenticeship.document"]._current_of(
            self.contract, "convention"
        )

    def receive(self, content):
        return (
            self.env["apprenticeship.document"]
            .with_user(self.clerk)
            ._receive(self.contract, "convention", "Signée.pdf", BytesIO(content))
        )

    def test_its_file_is_the_one_that_the_documents_expect(self):
        self.agreement.file_ids = self.new_file()
        self.assertEqual(self.signed().name, "Convention.pdf")
        self.assertEqual(self.signed().received_by_id, self.clerk)
        self.assertEqual(self.signed().sha256, sha256(PDF).hexdigest())
        # Not the same record: whoever may not read the one does not read its file.
        self.assertNotEqual(self.signed().attachment_id, self.agreement.sudo().file_ids)
        self.agreement.signed_on = TODAY
        self.assertEqual(len(self.contract.document_ids), 1)

    def test_a_bad_file_is_not_expected_by_anything(self):
        self.agreement.file_ids = self.new_file(new_pdf(password="1234"))
        self.assertFalse(self.signed())

    def test_a_file_that_cannot_be_read_is_said(self):
        self.complete()
        module = "odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_agreement"
        for error in (FileNotFoundError, PermissionError, TimeoutError):
            with patch(f"{module}.open", side_effect=error, create=True):
                [sentence] = self.agreement._file_remarks()
            self.assertIn("no longer on the server", sentence)

    def test_the_file_of_what_has_left_does_not_change(self):
        self.complete()
        file = self.agreement.file_ids
        with patch.object(type(self.agreement), "_has_left", return_value=True):
            with self.assertRaisesRegex(UserError, "does not change any more"):
                file.raw = new_pdf(attached=b"else")
            with self.assertRaisesRegex(UserError, "does not change any more"):
                file.unlink()
            # Its name is not its content.
            file.name = "Signée.pdf"
        self.assertEqual(file.raw, PDF)

    def test_the_file_received_among_the_documents_is_its_own(self):
        self.complete()
        other = new_pdf(attached=b"annex")
        received = self.receive(other)
        self.assertEqual(self.signed(), received)
        self.assertEqual(self.agreement.sudo().file_ids.raw, other)
        # Another file was attested.
        self.assertFalse(self.agreement.is_signed_by_employer)
        self.assertFalse(self.agreement.is_same_as_file)

    def test_a_file_rejected_among_the_documents_does_not_leave(self):
        self.complete()
        self.assertFalse(self.agreement.blocking)
        self.signed().with_user(self.clerk).action_reject("Another apprentice's")
        self.assertIn("rejected among the documents", self.agreement.blocking)
        self.assertIn("Another apprentice's", self.agreement.blocking)
        self.signed().with_user(self.clerk).action_take_back_decision()
        self.assertFalse(self.agreement.blocking)
        self.signed().with_user(self.clerk).action_reject("Another apprentice's")
        other = self.new_file(new_pdf(attached=b"right"), name="Bonne.pdf")
        self.agreement.write({"file_ids": other.ids} | ATTESTED)
        self.assertFalse(self.agreement.blocking)
        self.assertEqual(
            (self.signed().name, self.signed().state), ("Bonne.pdf", "received")
        )

    def test_prepared_without_the_file_already_rejected(self):
        self.agreement.sudo().unlink()
        self.receive(PDF).with_user(self.clerk).action_reject("Not signed")
        self.contract.with_user(self.clerk).action_open_agreement()
        self.assertFalse(self.contract.agreement_id.sudo().file_ids)

    def test_prepared_with_the_file_already_received(self):
        self.agreement.sudo().unlink()
        self.receive(PDF)
        self.contract.with_user(self.clerk).action_open_agreement()
        agreement = self.contract.agreement_id.with_user(self.clerk)
        self.assertEqual(agreement.file_ids.name, "Signée.pdf")
        self.assertEqual(self.signed().name, "Signée.pdf")

    def test_a_contract_that_changed_is_said(self):
        self.complete()
        self.contract.training_hours = 820
        self.contract.employer_siret = "90000020900016"
        self.agreement.invalidate_recordset()
        siret, hours = self.agreement.blocking.splitlines()
        for text in ("N° SIRET", "90000001900019", "90000020900016"):
            self.assertIn(text, siret)
        for text in ("Durée de la formation", "840", "820"):
            self.assertIn(text, hours)
        self.agreement.action_take_from_contract()
        self.assertEqual(self.agreement.training_hours, 820)
        # What was attested was of the former hours.
        self.assertFalse(self.agreement.is_same_as_file)
        self.assertTrue(self.agreement.is_signed_by_employer)

    def test_who_attested_and_when(self):
        self.complete()
        held = self.agreement.attested["is_signed_by_centre"]
        self.assertEqual(held["by_id"], self.clerk.id)
        self.assertIn(self.clerk.name, self.agreement.attested_text)
        other = self.agreement.with_user(self.entitled)
        other.is_signed_by_centre = False
        self.assertNotIn("is_signed_by_centre", self.agreement.attested)
        other.is_signed_by_centre = True
        held = self.agreement.attested
        self.assertEqual(held["is_signed_by_centre"]["by_id"], self.entitled.id)
        self.assertEqual(held["is_signed_by_employer"]["by_id"], self.clerk.id)
        self.assertIn("Signed by", self.contract.message_ids.sorted("id")[-1].body)

    def test_nobody_attests_for_another(self):
        forged = {"is_signed_by_centre": {"by": "X", "by_id": 1, "on": "2026-01-01"}}
        with self.assertRaisesRegex(UserError, "by hand"):
            self.agreement.attested = forged
        with self.assertRaisesRegex(UserError, "by hand"):
            self.agreement.create(
                {"contract_id": self.new_contract().id, "attested": forged}
            )

    def test_another_file_is_attested_again(self):
        self.complete()
        self.agreement.file_ids = self.new_file(new_pdf(attached=b"other"))
        for name in set(ATTESTED) - {"is_mandated_by_employer"}:
            self.assertFalse(self.agreement[name], name)
            self.assertNotIn(name, self.agreement.attested)
        self.assertTrue(self.agreement.is_mandated_by_employer)

    def test_ticked_again_in_the_same_save(self):
        self.complete()
        self.agreement.with_user(self.entitled).write(
            {"meals": 150, "is_same_as_file": True}
        )
        self.assertTrue(self.agreement.is_same_as_file)
        held = self.agreement.attested["is_same_as_file"]
        self.assertEqual(held["by_id"], self.entitled.id)

    def test_saving_the_same_values_changes_nothing(self):
        self.complete()
        held = self.agreement.attested
        self.agreement.write({"meals": 200, "signed_on": TODAY})
        self.assertEqual(self.agreement.attested, held)

    def test_the_form_unticks_at_once(self):
        self.complete()
        with Form(self.agreement, VIEW) as form:
            form.meals = 150
            self.assertFalse(form.is_same_as_file)

    def test_files_that_are_not_a_signed_pdf(self):
        for content, name, said in (
            (b"", "Vide.pdf", "is empty"),
            (b"MZ\x90\x00", "Facture.pdf", "not a PDF"),
            (b"\x89PNG\r\n\x1a\n", "Scan.png", "not a PDF"),
            (b"%PDF-1.7\nnothing", "Coupe.pdf", "is damaged"),
            (new_pdf(password="secret"), "Protege.pdf", "opens with a password"),
        ):
            with self.subTest(name=name):
                self.agreement.file_ids = self.new_file(content, name)
                self.assertIn(said, self.agreement.blocking)
        two = self.new_file() | self.new_file(new_pdf(attached=b"2"))
        self.agreement.file_ids = two
        self.assertIn("one file only", self.agreement.blocking)

    def test_a_colleague_reads_the_file(self):
        self.complete()
        file = self.agreement.file_ids.with_user(self.entitled)
        self.assertEqual(file.read(["name"])[0]["name"], "Convention.pdf")
        self.assertEqual(file.res_id, self.agreement.id)

    def test_the_file_of_something_else_is_not_taken(self):
        contract = self.contract
        alien = self.new_file(res_model=contract._name, res_id=contract.id)
        with self.assertRaisesRegex(UserError, "Drop the signed agreement"):
            self.agreement.file_ids = alien
        secret = self.env["ir.attachment"].create({"name": "secret", "raw": PDF})
        with self.assertRaises(AccessError):
            self.agreement.write({"file_ids": [Command.set(secret.ids)]})

    def test_disability_is_restricted(self):
        self.agreement.sudo().disability_amount_1 = 4000
        with self.assertRaises(AccessError):
            self.agreement.read(["disability_amount_1"])
        self.assertNotIn("RQTH", self.agreement.advice or "")
        self.assertIn("RQTH", self.agreement.with_user(self.entitled).advice)

    @mute_logger("odoo.sql_db")
    def test_costs_are_not_negative(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.agreement.meals = -1
            self.agreement.flush_recordset()

    def test_an_amendment_has_its_own_at_the_same_costs(self):
        self.contract.write({"state": "active", "deca_number": "075202609001234"})
        self.agreement.sudo().write({"nights": 12, "disability_amount_2": 100})
        amendment = self.contract._amend(
            self.code("contract_type", "36"), date(2027, 1, 4)
        )
        amendment.with_user(self.clerk).action_open_agreement()
        other = amendment.agreement_id
        self.assertNotEqual(other, self.agreement)
        self.assertEqual((other.nights, other.disability_amount_2), (12, 100))
        self.assertFalse(other.file_ids)

    def test_deleted_with_its_draft(self):
        self.complete()
        file = self.agreement.file_ids.sudo()
        self.contract.unlink()
        self.assertFalse(self.agreement.exists())
        self.assertFalse(file.exists())

    def test_purged_with_the_file_of_the_contract(self):
        self.complete()
        file = self.agreement.file_ids.sudo()
        self.agreement.sudo().disability_amount_1 = 4000
        self.contract._purge_file()
        self.assertFalse(file.exists())
        self.assertFalse(self.agreement.apprentice_name)
        self.assertFalse(self.agreement.sudo().disability_amount_1)
        self.assertEqual(self.agreement.teaching_cost, 13242)
