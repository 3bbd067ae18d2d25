# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import PERSONAL_DATA, USER, ApprenticeshipCase


@tagged("post_install", "-at_install")
class TestPay(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("user", USER)

    def unpaid_contract(self, **changes):
        return self.new_contract(
            pay_period_ids=[], gross_monthly_wage=0, **changes
        ).with_user(self.user)

    def rates(self, contract):
        return [
            (line.year, line.number, line.date_start, line.date_end, line.rate)
            for line in contract.pay_period_ids
        ]

    def lines(self, *rates):
        """Return the lines of the contract of these tests, with these rates."""
        limits = [
            (1, 1, date(2026, 9, 1), date(2027, 5, 31)),
            (1, 2, date(2027, 6, 1), date(2027, 8, 31)),
            (2, 1, date(2027, 9, 1), date(2028, 8, 31)),
        ]
        return [(*line, rate) for line, rate in zip(limits, rates, strict=True)]

    def notification(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]

    # ---------------------------------------------------------------- one click
    def test_one_click_writes_the_legal_minimum(self):
        contract = self.unpaid_contract()
        shown = self.notification(contract.action_generate_pay())
        self.assertEqual(self.rates(contract), self.lines(43, 53, 61))
        self.assertEqual(set(contract.pay_period_ids.mapped("basis")), {"SMIC"})
        self.assertEqual(contract.gross_monthly_wage, 802.82)
        self.assertEqual((shown["type"], shown["sticky"]), ("info", False))
        self.assertEqual(contract._preflight(), ())

    def test_clicking_again_changes_nothing(self):
        contract = self.unpaid_contract()
        contract.action_generate_pay()
        before = self.rates(contract)
        contract.action_generate_pay()
        self.assertEqual(self.rates(contract), before)
        self.assertEqual(contract.gross_monthly_wage, 802.82)

    def test_higher_rates_are_kept(self):
        contract = self.new_contract().with_user(self.user)
        contract.pay_period_ids[0].rate = 50
        shown = self.notification(contract.action_generate_pay())
        self.assertEqual(self.rates(contract), self.lines(50, 53.5, 61))
        self.assertEqual(
            contract.pay_period_ids.mapped("basis"), ["SMIC", "SMIC", "SMC"]
        )
        self.assertEqual(contract.gross_monthly_wage, 933.51)
        self.assertEqual(shown["type"], "info")

    def test_lower_rates_are_refused_with_the_article(self):
        contract = self.new_contract().with_user(self.user)
        contract.pay_period_ids[0].rate = 42.5
        shown = self.notification(contract.action_generate_pay())
        self.assertEqual(self.rates(contract), self.lines(43, 53.5, 61))
        self.assertEqual((shown["type"], shown["sticky"]), ("warning", True))
        for text in ("du 01/09/2026 au 31/05/2027", "42,50", "43", "D6222-26"):
            self.assertIn(text, shown["message"])

    def test_lines_follow_the_dates_when_asked(self):
        contract = self.new_contract().with_user(self.user)
        contract.date_end = date(2027, 8, 31)
        contract.action_generate_pay()
        self.assertEqual(self.rates(contract), self.lines(43, 53.5, 61)[:2])

    def test_dates_are_needed(self):
        changes = (
            {"date_start": False},
            {"date_end": False},
            {"date_end": date(2026, 8, 31)},
            {"apprentice_birth_date": False},
        )
        for values in changes:
            contract = self.new_contract().with_user(self.user)
            contract.write(values)
            before = self.rates(contract)
            with self.assertRaises(UserError, msg=values):
                contract.action_generate_pay()
            self.assertEqual(self.rates(contract), before)

    def test_contract_too_long_for_the_form(self):
        contract = self.unpaid_contract(date_end=date(2030, 9, 1))
        with self.assertRaises(UserError):
            contract.action_generate_pay()
        self.assertFalse(contract.pay_period_ids)

    def test_apprentice_born_after_the_start(self):
        contract = self.unpaid_contract()
        contract.apprentice_birth_date = date(2027, 1, 1)
        with self.assertRaises(UserError) as raised:
            contract.action_generate_pay()
        self.assertIn("birth date", str(raised.exception))

    def test_pay_is_for_contract_users(self):
        internal = self.new_user("internal", "base.group_user")
        with self.assertRaises(AccessError):
            self.new_contract().with_user(internal).action_generate_pay()

    # -------------------------------------------------------------------- zones
    def test_zone_is_that_of_the_employer(self):
        for postal_code, wage in (
            ("75019", 802.82),
            ("97600", 623.47),
            ("97 600", 623.47),
            ("97400", 802.82),
            ("976", 802.82),
            (False, 802.82),
        ):
            contract = self.unpaid_contract()
            contract.employer_zip = postal_code
            contract.action_generate_pay()
            self.assertEqual(contract.gross_monthly_wage, wage, postal_code)

    # --------------------------------------------------------------- gross wage
    def test_higher_wage_is_kept(self):
        contract = self.unpaid_contract()
        contract.gross_monthly_wage = 900
        contract.action_generate_pay()
        self.assertEqual(contract.gross_monthly_wage, 900)

    def test_lower_wage_is_raised(self):
        contract = self.unpaid_contract()
        contract.gross_monthly_wage = 802.81
        contract.action_generate_pay()
        self.assertEqual(contract.gross_monthly_wage, 802.82)

    # ----------------------------------------------------------------- proposal
    def test_pay_is_proposed_as_soon_as_the_dates_are_known(self):
        user = self.new_user("personal", f"{USER},{PERSONAL_DATA}")
        form = Form(self.Contract.with_user(user))
        form.apprentice_id = self.new_apprentice()
        form.date_end = date(2028, 8, 31)
        self.assertFalse(len(form.pay_period_ids))
        form.date_start = date(2026, 9, 1)
        self.assertEqual(len(form.pay_period_ids), 3)
        self.assertEqual(form.gross_monthly_wage, 802.82)
        contract = form.save()
        self.assertEqual(self.rates(contract), self.lines(43, 53, 61))

    def test_birth_date_may_come_last(self):
        contract = self.unpaid_contract()
        contract.apprentice_birth_date = False
        with Form(contract) as form:
            form.apprentice_birth_date = date(2006, 5, 14)
            self.assertEqual(len(form.pay_period_ids), 3)
        self.assertEqual(self.rates(contract), self.lines(43, 53, 61))

    def test_entered_lines_are_not_touched(self):
        contract = self.new_contract().with_user(self.user)
        contract.pay_period_ids[0].rate = 10
        before = self.rates(contract)
        with Form(contract) as form:
            form.date_end = date(2027, 8, 31)
            form.date_start = date(2026, 9, 2)
        self.assertEqual(self.rates(contract), before)
        self.assertEqual(contract.gross_monthly_wage, 802.82)

    def test_nothing_is_proposed_when_it_cannot_be_computed(self):
        contract = self.unpaid_contract()
        with Form(contract) as form:
            for end in (date(2026, 9, 1), date(2026, 8, 1), date(2040, 1, 1)):
                form.date_end = end
                self.assertFalse(len(form.pay_period_ids), end)
