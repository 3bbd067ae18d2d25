# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever is typed is kept as typed, and the pre-flight says where it is wrong."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .common import PERSONAL_DATA, USER, ApprenticeshipCase

HUGE = "a" * 5_000_000
EMOJI = "👩‍🍳🥖"
RIGHT_TO_LEFT = "\u202eشارع الورد\u202c"

# Name of the case: (what is typed by field, field of the finding, None when it is fine)
CASES = {
    "huge place": ({"signing_place": HUGE}, "signing_place"),
    "huge title": ({"training_title": HUGE}, "training_title"),
    "huge street": ({"employer_street": HUGE}, "employer_street"),
    "huge name": ({"apprentice_birth_name": HUGE}, "apprentice_birth_name"),
    "huge e-mail": ({"legal_representative_email": HUGE}, "legal_representative_email"),
    "huge job": ({"tutor_job": HUGE}, "tutor_job"),
    "huge NIR": ({"apprentice_nir": "1" * 5_000_000}, "apprentice_nir"),
    "huge postal code": ({"apprentice_zip": "7" * 5_000_000}, "apprentice_zip"),
    "huge diploma code": ({"training_diploma_code": HUGE}, "training_diploma_code"),
    "huge RNCP": ({"training_rncp": HUGE}, "training_rncp"),
    "huge DECA number": ({"previous_number": HUGE}, "previous_number"),
    "huge NAF": ({"employer_naf": HUGE}, "employer_naf"),
    "huge UAI": ({"training_centre_uai": HUGE}, "training_centre_uai"),
    "emoji in an e-mail": ({"employer_email": f"{EMOJI}@x.fr"}, "employer_email"),
    "emoji in a phone": ({"employer_phone": EMOJI}, "employer_phone"),
    "emoji in a NIR": ({"apprentice_nir": EMOJI}, "apprentice_nir"),
    "emoji as a town": ({"signing_place": EMOJI}, None),
    "right-to-left NAF": ({"employer_naf": RIGHT_TO_LEFT}, "employer_naf"),
    "right-to-left street": ({"apprentice_street": RIGHT_TO_LEFT}, None),
    "right-to-left postal code": ({"employer_zip": "٧٥٠١٩"}, "employer_zip"),
    "right-to-left SIRET": ({"employer_siret": "٩" * 14}, "employer_siret"),
    "NIR with spaces": ({"apprentice_nir": "2 06 05 75 056 123 29"}, None),
    "SIRET with a letter": ({"employer_siret": "9000000190001A"}, "employer_siret"),
    "SIRET with spaces": ({"employer_siret": "900 000 019 00019"}, None),
    "no birth date": ({"apprentice_birth_date": False}, "apprentice_birth_date"),
    "born tomorrow": (
        {"apprentice_birth_date": date(2030, 1, 1)},
        "apprentice_birth_date",
    ),
    "training of 0 hours": ({"training_hours": 0}, "training_hours"),
    "hours under zero": ({"training_hours": -1}, "training_hours"),
    "week under zero": ({"weekly_hours": -35}, "weekly_hours"),
    "week without end": ({"weekly_hours": 2**31 - 1}, "weekly_hours"),
    "wage under zero": ({"gross_monthly_wage": -1}, "gross_monthly_wage"),
    "end before the start": ({"date_end": date(2026, 8, 1)}, "date_end"),
    "concluded after the start": (
        {"date_conclusion": date(2026, 9, 2)},
        "date_conclusion",
    ),
    "training before the start": (
        {"training_date_start": date(2020, 1, 1)},
        "training_date_start",
    ),
    "first and last days of the calendar": (
        {"date_start": date(1, 1, 1), "date_end": date(9999, 12, 31)},
        "date_end",
    ),
    "last days of the calendar": (
        {"date_start": date(9999, 12, 30), "date_end": date(9999, 12, 31)},
        "date_end",
    ),
}


@tagged("post_install", "-at_install")
class TestBadInput(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("personal", f"{USER},{PERSONAL_DATA}")

    def assertFoundAndKept(self, case, values, field):
        contract = self.new_contract(
            employer_id=self.new_employer().id,
            legal_representative_email="odile.morel@courrier.example",
        ).with_user(self.user)
        contract.write(values)
        self.env.flush_all()
        self.env.invalidate_all()
        findings = contract._preflight()
        fields = {shown["field"] for shown in contract.findings}
        if field:
            self.assertIn(field, fields, case)
        for finding in findings:
            self.assertLess(len(finding.message), 2_000, case)
        for name, value in values.items():
            self.assertEqual(contract[name], value, f"{case}: {name}")

    def test_found_and_kept(self):
        for case, (values, field) in CASES.items():
            with self.subTest(case), self.cr.savepoint():
                self.assertFoundAndKept(case, values, field)

    def test_fine_as_typed(self):
        for case in ("NIR with spaces", "SIRET with spaces", "emoji as a town"):
            values, _field = CASES[case]
            contract = self.new_contract()
            contract.write(values)
            self.assertEqual(contract._preflight(), (), case)

    def test_lines_of_pay_that_the_form_has_no_room_for(self):
        line = self.pay_period_values()[0]
        wrong = (
            [{**line, "year": year} for year in range(1, 10)],
            [line] * 9,
            [{**line, "year": -1, "number": 0}],
            [{**line, "rate": -5}],
            [{**line, "rate": 1e6}],
            [{**line, "date_start": line["date_end"], "date_end": line["date_start"]}],
            [],
        )
        for lines in wrong:
            contract = self.new_contract(
                pay_period_ids=[Command.create(values) for values in lines]
            )
            self.env.flush_all()
            fields = {shown["field"] for shown in contract.findings}
            self.assertIn("pay_period_ids", fields, lines)
            self.assertEqual(len(contract.pay_period_ids), len(lines))

    def test_code_that_has_left_the_notice(self):
        old = self.env.ref("l10n_fr_apprenticeship.code_diploma_71")
        contract = self.new_contract(apprentice_highest_diploma_id=old.id)
        fields = {shown["field"] for shown in contract.findings}
        self.assertIn("apprentice_highest_diploma_id", fields)
        self.assertEqual(contract.apprentice_highest_diploma_id, old)

    def test_pay_is_never_computed_from_nonsense(self):
        for case in (
            "born tomorrow",
            "end before the start",
            "first and last days of the calendar",
            "last days of the calendar",
        ):
            values, _field = CASES[case]
            contract = self.new_contract(pay_period_ids=[]).with_user(self.user)
            contract.write(values)
            contract._onchange_pay_dates()
