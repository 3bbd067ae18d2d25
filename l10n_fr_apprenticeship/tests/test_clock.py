# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date
from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import format_date

from .common import ApprenticeshipCase


@tagged("post_install", "-at_install")
class TestDepositClock(ApprenticeshipCase):
    """5 working days to deposit: the last one is stored, « late » depends on today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")

    def deadline(self, start, **changes):
        contract = self.new_contract(date_start=start, **changes)
        return contract.deposit_alert_on, contract.deposit_deadline

    def test_ordinary_week(self):
        alert, deadline = self.deadline(date(2026, 9, 1))
        self.assertEqual((alert, deadline), (date(2026, 9, 4), date(2026, 9, 7)))

    def test_public_holidays(self):
        for name, start, zip_code, deadline in (
            ("1 May", date(2026, 4, 27), "44000", date(2026, 5, 4)),
            ("Easter Monday", date(2026, 4, 1), "44000", date(2026, 4, 8)),
            ("Good Friday in Strasbourg", date(2026, 4, 1), "67000", date(2026, 4, 9)),
            ("22 May in Martinique", date(2026, 5, 18), "97200", date(2026, 5, 26)),
            ("22 May in Nantes", date(2026, 5, 18), "44000", date(2026, 5, 23)),
        ):
            with self.subTest(name):
                employer = self.new_employer(zip=zip_code)
                self.assertEqual(
                    self.deadline(start, employer_id=employer.id)[1], deadline
                )

    def test_moves_with_the_start_and_with_the_address(self):
        contract = self.new_contract(date_start=date(2026, 4, 1))
        self.assertEqual(contract.deposit_deadline, date(2026, 4, 8))
        contract.employer_id.zip = "67 000"
        self.assertEqual(contract.deposit_deadline, date(2026, 4, 9))
        contract.date_start = date(2026, 9, 1)
        self.assertEqual(contract.deposit_deadline, date(2026, 9, 7))
        contract.date_start = False
        self.assertFalse(contract.deposit_deadline)
        self.assertFalse(contract.deadline)

    def test_amendment_counts_from_its_effect_and_warns_from_its_signature(self):
        amendment = self.new_contract(
            contract_type_id=self.code("contract_type", "36").id,
            date_start=date(2025, 9, 1),
            date_conclusion=date(2026, 11, 2),
            date_amendment_effect=date(2026, 12, 1),
        )
        self.assertEqual(amendment.deposit_deadline, date(2026, 12, 7))
        self.assertEqual(amendment.deposit_alert_on, date(2026, 11, 5))
        amendment.date_conclusion = date(2026, 12, 10)
        self.assertEqual(amendment.deposit_alert_on, date(2026, 12, 4))

    def test_any_date_can_be_typed(self):
        for start in (date.min, date(1900, 1, 1), date.max):
            self.assertTrue(self.new_contract(date_start=start).deposit_deadline)

    def test_late_and_at_risk_depend_on_today(self):
        contract = self.new_contract()
        for today, late, at_risk in (
            (date(2026, 9, 3), False, False),
            (date(2026, 9, 4), False, True),
            (date(2026, 9, 7), False, True),
            (date(2026, 9, 8), True, False),
        ):
            with self.subTest(today=today), self.on(today):
                self.assert_is(contract, late, at_risk)

    def test_today_is_that_of_paris(self):
        contract = self.new_contract(date_start=date(2026, 8, 31))
        self.assertEqual(contract.deposit_deadline, date(2026, 9, 5))
        contract.date_start = date(2026, 9, 1)
        original = patch.object(
            type(contract), "_day_of_check", self.inherited("_day_of_check")
        )
        for tz in ("Europe/Paris", "America/Martinique", "Indian/Reunion"):
            person = contract.with_context(tz=tz)
            with original, freeze_time("2026-09-07 21:59:00"):
                self.assertFalse(self.now(person).is_late)
            with original, freeze_time("2026-09-07 22:01:00"):
                self.assertTrue(self.now(person).is_late)

    def inherited(self, name):
        """Return the method as the add-on wrote it, which these tests replace."""
        return next(
            vars(base)[name]
            for base in type(self.Contract).mro()[1:]
            if name in vars(base)
        )

    def test_only_what_awaits_its_deposit_is_late(self):
        states = {"draft": True, "ready": True}
        with self.on(date(2026, 10, 1)):
            for state, _label in self.Contract._fields["state"].selection:
                contract = self.new_contract(state=state)
                with self.subTest(state):
                    self.assert_is(contract, states.get(state, False), False)
            self.assert_is(self.new_contract(deca_number="0752609"), False, False)
            self.assert_is(self.new_contract(date_start=False), False, False)

    def test_terminated_or_cancelled_is_not_late(self):
        contract = self.new_contract(state="ready")
        contract.action_cancel()
        with self.on(date(2026, 10, 1)):
            self.assert_is(contract, False, False)

    def test_the_contrary_is_found_too(self):
        late = self.new_contract(date_start=date(2026, 7, 1))
        undated = self.new_contract(date_start=False)
        both = late | undated
        with self.on(date(2026, 8, 1)):
            for domain, found in (
                ([("is_late", "!=", True)], undated),
                ([("is_late", "=", False)], undated),
                ([("is_late", "!=", False)], late),
                ([("is_at_risk", "=", False)], both),
            ):
                with self.subTest(domain):
                    self.assertEqual(
                        self.Contract.search([("id", "in", both.ids), *domain]), found
                    )

    def test_sentence(self):
        contract = self.new_contract()
        speaking = contract.with_context(lang="en_US")
        day = format_date(speaking.env, date(2026, 9, 7))
        for today, sentence in (
            (date(2026, 8, 1), f"To be deposited by {day}"),
            (date(2026, 8, 31), f"To be deposited by {day}"),
            (
                date(2026, 9, 1),
                f"To be deposited by {day} (5 working days left)",
            ),
            (
                date(2026, 9, 5),
                f"To be deposited by {day} (1 working day left)",
            ),
            (date(2026, 9, 7), "To be deposited today, the last day"),
            (date(2026, 9, 8), f"Late by 1 day: to be deposited by {day}"),
            (date(2026, 9, 17), f"Late by 10 days: to be deposited by {day}"),
        ):
            with self.subTest(today), self.on(today):
                self.assertEqual(self.now(speaking).deadline_text, sentence)
        contract.state = "cancelled"
        self.assertFalse(contract.deadline_text)

    def test_sentence_in_french(self):
        contract = self.new_contract().with_context(lang="fr_FR")
        with self.on(date(2026, 9, 10)):
            self.assertIn("07/09/2026", self.now(contract).deadline_text)

    def test_computed_for_many_as_for_few(self):
        """An update computes what it adds without a query for each contract."""
        employer = self.new_employer()
        contracts = self.Contract.create(
            [self.contract_values(employer_id=employer.id) for _ in range(100)]
        )
        few, many = (self.count_recompute(some) for some in (contracts[:10], contracts))
        self.assertLessEqual(many, few + 2)

    def count_recompute(self, contracts):
        names = ("deposit_deadline", "deposit_alert_on", "deadline")
        self.env.flush_all()
        self.env.invalidate_all()
        for name in names:
            self.env.add_to_compute(contracts._fields[name], contracts)
        before = self.env.cr.sql_log_count
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def on(self, today):
        self.env.invalidate_all()
        return patch.object(
            type(self.Contract), "_day_of_check", lambda contracts: today
        )

    def now(self, contract):
        """Return the contract as it is read at this moment."""
        self.env.flush_all()
        contract.invalidate_recordset()
        return contract

    def assert_is(self, contract, late, at_risk):
        self.now(contract)
        self.assertEqual((contract.is_late, contract.is_at_risk), (late, at_risk))
        for name, value in (("is_late", late), ("is_at_risk", at_risk)):
            found = self.Contract.search([("id", "=", contract.id), (name, "=", True)])
            self.assertEqual(bool(found), value, name)
