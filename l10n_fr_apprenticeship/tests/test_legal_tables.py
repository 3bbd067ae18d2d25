# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MANAGER, USER, ApprenticeshipCase

MODELS = (
    "apprenticeship.code",
    "apprenticeship.smic",
    "apprenticeship.pay.rate",
    "apprenticeship.idcc",
)


@tagged("post_install", "-at_install")
class TestLegalTables(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("user", USER)
        cls.manager = cls.new_user("manager", MANAGER)

    def shipped(self, model, row):
        name = self.env[model]._shipped_name(row)
        return self.env.ref(f"l10n_fr_apprenticeship.{name}")

    def smic_of(self, day):
        return self.env["apprenticeship.smic"].search(
            [("zone", "=", "metropole"), ("date_from", "=", day)]
        )

    def unpaid_contract(self, **changes):
        return self.new_contract(
            pay_period_ids=[], gross_monthly_wage=0, **changes
        ).with_user(self.user)

    def test_every_shipped_row_is_loaded(self):
        for model in MODELS:
            rows = self.env[model]._shipped_rows()
            self.assertTrue(rows, model)
            for row in rows:
                self.assertEqual(self.shipped(model, row)._to_row(), row)

    def test_each_shipped_row_has_its_own_record(self):
        for model in MODELS:
            rows = self.env[model]._shipped_rows()
            records = {self.shipped(model, row) for row in rows}
            self.assertEqual(len(records), len(rows), model)

    def test_tables_hold_every_record(self):
        tables = self.env["apprenticeship.legal.table"]._legal_tables()
        counts = {
            "apprenticeship.smic": sum(map(len, tables.smics.values())),
            "apprenticeship.pay.rate": len(tables.pay_rates),
            "apprenticeship.idcc": sum(map(len, tables.idccs.values())),
        }
        for model, count in counts.items():
            self.assertEqual(count, self.env[model].search_count([]), model)

    def test_new_smic_is_used_at_once(self):
        contract = self.unpaid_contract()
        contract.action_generate_pay()
        self.assertEqual(contract.gross_monthly_wage, 802.82)
        self.env["apprenticeship.smic"].with_user(self.manager).create(
            {"date_from": date(2026, 9, 1), "hourly": 13.19, "monthly": 2000}
        )
        contract.action_generate_pay()
        self.assertEqual(contract.gross_monthly_wage, 860)

    def test_edited_and_deleted_smic_is_used_at_once(self):
        contract = self.unpaid_contract()
        smic = self.smic_of(date(2026, 6, 1))
        smic.with_user(self.manager).monthly = 2000
        contract.action_generate_pay()
        self.assertEqual(contract.gross_monthly_wage, 860)
        contract.gross_monthly_wage = 0
        smic.unlink()
        contract.action_generate_pay()
        self.assertEqual(contract.gross_monthly_wage, 783.9)

    def test_edited_pay_rate_is_used_at_once(self):
        rate = self.env["apprenticeship.pay.rate"].search(
            [("year", "=", 1), ("age_min", "=", 18)]
        )
        rate.with_user(self.manager).rate = 45
        contract = self.unpaid_contract()
        contract.action_generate_pay()
        self.assertEqual(contract.pay_period_ids[0].rate, 45)

    def test_agreement_made_here_reaches_the_check(self):
        contract = self.new_contract()
        contract.employer_id.apprenticeship_idcc = "7777"
        before = self.rules_of(contract)
        self.assertTrue(before)
        self.env["apprenticeship.idcc"].with_user(self.manager).create(
            {"code": "7777", "name": "Accord exemple", "opco_ep": True}
        )
        self.assertEqual(self.rules_of(contract), [])

    def test_start_before_the_first_smic(self):
        contract = self.unpaid_contract(
            date_start=date(2020, 9, 1), date_end=date(2022, 8, 31)
        )
        with self.assertRaises(UserError) as raised:
            contract.action_generate_pay()
        self.assertIn("01/09/2020", str(raised.exception))
        self.assertFalse(contract.pay_period_ids)
        with Form(contract) as form:
            form.date_start = date(2020, 9, 2)
            self.assertFalse(len(form.pay_period_ids))
        self.assertEqual(contract.date_start, date(2020, 9, 2))

    def test_loading_again_keeps_edits(self):
        edits = {
            "apprenticeship.code": {"name": "Écrit ici", "sequence": 99},
            "apprenticeship.smic": {"hourly": 20, "monthly": 3000},
            "apprenticeship.pay.rate": {"rate": 99, "may_be_smc": True},
            "apprenticeship.idcc": {"name": "Écrit ici", "valid_to": date(2026, 1, 1)},
        }
        self.assertEqual(set(edits), set(MODELS))
        for model, values in edits.items():
            row = self.env[model]._shipped_rows()[0]
            record = self.shipped(model, row)
            record.with_user(self.manager).write(values)
            count = self.env[model].search_count([])
            self.env[model]._load_shipped()
            self.env.invalidate_all()
            self.assertRecordValues(record, [values])
            self.assertEqual(self.env[model].search_count([]), count, model)

    @mute_logger("odoo.sql_db")
    def test_same_line_twice_is_refused(self):
        for model in ("apprenticeship.smic", "apprenticeship.pay.rate"):
            record = self.env[model].search([], limit=1)
            with self.assertRaises(IntegrityError), self.cr.savepoint():
                record.copy()
        idcc = self.env["apprenticeship.idcc"].search([], limit=1)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            idcc.copy()

    @mute_logger("odoo.sql_db")
    def test_smic_is_more_than_zero(self):
        with self.assertRaises(IntegrityError):
            self.env["apprenticeship.smic"].create(
                {"date_from": date(2030, 1, 1), "hourly": 0, "monthly": 0}
            )
