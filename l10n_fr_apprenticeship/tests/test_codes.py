# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..cerfa import form
from ..cerfa.codes import shipped_codes
from .common import MANAGER, USER, ApprenticeshipCase
from .test_cerfa_reading import plain_boxes


@tagged("post_install", "-at_install")
class TestCodes(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Code = cls.env["apprenticeship.code"]
        cls.manager = cls.new_user("manager", MANAGER)

    def shipped(self, name):
        return self.env.ref(f"l10n_fr_apprenticeship.code_{name}")

    def shipped_row(self, code):
        name = self.Code._shipped_name(code)
        return self.env.ref(f"l10n_fr_apprenticeship.{name}")

    def findings(self, contract, rule_id):
        return [
            finding.message
            for finding in contract._preflight()
            if finding.rule_id == rule_id
        ]

    def snapshot(self):
        names = ["table", "sequence", "code", "name", "valid_from", "valid_to"]
        return self.Code.search([], order="id").read([*names, "write_date"])

    def test_every_shipped_code_is_loaded(self):
        for code in shipped_codes():
            row = self.shipped_row(code)
            self.assertEqual(
                (row.table, row.code, row.name, row.valid_from, row.valid_to),
                (
                    code.table,
                    code.code,
                    code.label,
                    code.valid_from or False,
                    code.valid_to or False,
                ),
            )

    def test_each_shipped_code_has_its_own_row(self):
        names = {self.Code._shipped_name(code) for code in shipped_codes()}
        self.assertEqual(len(names), len(shipped_codes()))
        rows = {self.shipped_row(code) for code in shipped_codes()}
        self.assertEqual(len(rows), len(shipped_codes()))

    def test_tables_are_those_of_the_form(self):
        tables = {form.boxes(part)[name].table for part, name, _path in plain_boxes()}
        selection = dict(self.Code._fields["table"].selection)
        self.assertEqual(set(selection), tables - {None})
        self.assertEqual(set(selection), {code.table for code in shipped_codes()})

    def test_rows_come_in_the_order_of_the_notice(self):
        shown = self.Code.search([("table", "=", "situation_before")])
        self.assertEqual(shown.mapped("code"), [str(number) for number in range(1, 13)])

    def test_loading_again_changes_nothing(self):
        before = self.snapshot()
        self.Code._load_shipped()
        self.Code._load_shipped()
        self.env.invalidate_all()
        self.assertEqual(self.snapshot(), before)

    def test_loading_again_brings_back_what_is_missing(self):
        missing = self.shipped("derogation_60")
        missing.unlink()
        self.Code._load_shipped()
        brought = self.shipped("derogation_60")
        self.assertEqual(brought.code, "60")
        brought.name = "Écrit ici"
        self.Code._load_shipped()
        self.assertEqual(brought.name, "Écrit ici")

    def test_edit_reaches_the_check(self):
        contract = self.new_contract()
        self.assertEqual(contract._preflight(), ())
        nationality = contract.apprentice_nationality_id.with_user(self.manager)
        nationality.write({"name": "De France", "valid_to": date(2026, 1, 31)})
        [message] = self.findings(contract, "COD-02")
        self.assertIn("De France", message)
        self.assertIn("31/01/2026", message)
        nationality.valid_to = False
        self.assertEqual(contract._preflight(), ())

    def test_edit_survives_an_update(self):
        code = self.shipped("nationality_1")
        code.with_user(self.manager).write(
            {"name": "De France", "sequence": 99, "valid_to": date(2026, 1, 31)}
        )
        self.Code._load_shipped()
        self.env.invalidate_all()
        self.assertRecordValues(
            code, [{"name": "De France", "sequence": 99, "valid_to": date(2026, 1, 31)}]
        )

    def test_code_made_here_reaches_the_check(self):
        tables = self.Code._legal_tables()
        self.assertFalse(tables.is_known("derogation", "61"))
        made = self.Code.with_user(self.manager).create(
            {"table": "derogation", "code": "61", "name": "Dérogation exemple"}
        )
        contract = self.new_contract(derogation_id=made.id)
        self.assertEqual(contract._preflight(), ())
        contract.derogation_id = False
        made.sudo().unlink()
        self.assertFalse(self.Code._legal_tables().is_known("derogation", "61"))

    def test_tables_are_the_same_for_everybody(self):
        user = self.new_user("user", USER)
        nobody = self.new_user("nobody", "base.group_user")
        tables = self.Code.with_user(user)._legal_tables()
        self.assertIs(self.Code.with_user(nobody)._legal_tables(), tables)
        self.assertEqual(
            sum(map(len, tables.codes.values())), self.Code.search_count([])
        )

    def test_tables_are_read_once(self):
        self.Code._legal_tables()
        with self.assertQueryCount(0):
            self.Code._legal_tables()

    def test_code_that_has_left_the_notice(self):
        old = self.shipped("diploma_71")
        contract = self.new_contract(apprentice_highest_diploma_id=old.id)
        [message] = self.findings(contract, "COD-02")
        self.assertIn("« 71 » (Master professionnel/DESS)", message)
        self.assertIn("16/01/2025", message)
        contract.date_conclusion = date(2025, 1, 16)
        self.assertEqual(self.findings(contract, "COD-02"), [])
        contract.date_conclusion = date(2025, 1, 17)
        self.assertEqual(len(self.findings(contract, "COD-02")), 1)

    def test_code_that_had_not_entered_the_notice(self):
        employer = self.new_employer(
            apprenticeship_employer_type_id=self.shipped("employer_type_30_20230420").id
        )
        contract = self.new_contract(
            employer_id=employer.id, date_conclusion=date(2023, 4, 19)
        )
        [message] = self.findings(contract, "COD-03")
        self.assertIn("20/04/2023", message)
        contract.date_conclusion = date(2023, 4, 20)
        self.assertEqual(self.findings(contract, "COD-03"), [])

    def test_code_whose_label_changed_is_valid_under_both(self):
        rows = self.shipped("contract_type_35") | self.shipped(
            "contract_type_35_20250701"
        )
        self.assertEqual(set(rows.mapped("code")), {"35"})
        contract = self.new_contract()
        for row in rows:
            contract.contract_type_id = row
            for day in (date(2025, 6, 30), date(2025, 7, 1)):
                contract.date_conclusion = day
                self.assertFalse(
                    {"COD-01", "COD-02", "COD-03"} & set(self.rules_of(contract))
                )

    @mute_logger("odoo.sql_db")
    def test_same_code_twice_from_the_same_day_is_refused(self):
        values = {"table": "nationality", "code": "1", "name": "Encore"}
        with self.assertRaises(IntegrityError):
            self.Code.create(values)
        later = self.Code.create(values | {"valid_from": date(2027, 1, 1)})
        with self.assertRaises(IntegrityError):
            later.copy()

    def test_code_in_use_is_kept(self):
        contract = self.new_contract()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            contract.apprentice_nationality_id.unlink()

    def test_code_is_shown_and_found_by_number_and_label(self):
        code = self.shipped("diploma_54")
        self.assertEqual(code.display_name, "54 – Brevet de technicien supérieur")
        domain = [("table", "=", "diploma")]
        for text in ("54", "technicien"):
            found = self.Code.name_search(text, domain)
            self.assertIn((code.id, code.display_name), found)

    def test_manager_edits_a_code_in_its_list(self):
        view = "l10n_fr_apprenticeship.apprenticeship_code_view_list"
        code = self.shipped("nationality_1").with_user(self.manager)
        with Form(code, view) as line:
            line.name = "De France"
        self.assertEqual(code.name, "De France")
