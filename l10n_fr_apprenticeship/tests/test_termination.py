# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import USER, ApprenticeshipCase

NOTICE = date(2027, 3, 1)


@tagged("post_install", "-at_install")
class TestTermination(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_user("terminate_clerk", USER)
        cls.contract = cls.new_contract()
        cls.contract.state = "active"

    def wizard(self):
        contract = self.contract.with_user(self.clerk)
        action = contract.action_terminate()
        return Form(
            contract.env["apprenticeship.termination"].with_context(**action["context"])
        )

    def agreed(self):
        wizard = self.wizard()
        wizard.effect_date = NOTICE
        wizard.case = "agreement"
        wizard.notice_date = NOTICE
        wizard.is_signed = True
        wizard.practical_days = 90
        return wizard

    def test_broken(self):
        wizard = self.agreed()
        self.assertIn("Rupture", wizard.kind_explanation)
        self.assertEqual(wizard.initiative, "both")
        self.assertFalse(wizard.blocking)
        wizard.save().action_terminate()
        self.assertRecordValues(
            self.contract,
            [
                {
                    "termination_kind": "broken",
                    "termination_case": "agreement",
                    "termination_initiative": "both",
                    "termination_notice_date": NOTICE,
                    "termination_effect_date": NOTICE,
                    "termination_practical_days": 90,
                    "termination_is_signed": True,
                    "state": "broken",
                }
            ],
        )
        self.assertIn("Rupture", self.contract.message_ids[0].body)

    def test_what_is_deposited_elsewhere_is_not_told_to_hurry(self):
        def rules(contract):
            return {finding.rule_id for finding in contract._preflight()}

        draft = self.new_contract(
            date_start=date(2020, 9, 1), date_end=date(2099, 8, 31)
        )
        self.assertIn("DAT-13", rules(draft))
        draft.write({"state": "active", "deca_number": "044202609004322"})
        self.assertNotIn("DAT-13", rules(draft))

    def test_cancelled_before_its_start(self):
        wizard = self.wizard()
        wizard.effect_date = date(2026, 8, 31)
        wizard.notice_date = date(2026, 8, 25)
        self.assertIn("Annulation", wizard.kind_explanation)
        wizard.save().action_terminate()
        self.assertEqual(self.contract.termination_kind, "cancelled")
        self.assertEqual(self.contract.state, "cancelled")

    def test_year_typed_wrong(self):
        wizard = self.wizard()
        wizard.effect_date = date(2025, 9, 1)
        wizard.notice_date = date(2025, 8, 25)
        self.assertIn("a été conclu le", wizard.blocking)
        with self.assertRaisesRegex(UserError, "a été conclu le"):
            wizard.save().action_terminate()

    def test_what_was_stated_of_a_broken_contract_is_not_kept_of_a_cancelled_one(self):
        wizard = self.agreed()
        wizard.effect_date = date(2026, 8, 31)
        wizard.notice_date = date(2026, 8, 25)
        wizard.save().action_terminate()
        self.assertEqual(self.contract.termination_kind, "cancelled")
        self.assertFalse(self.contract.termination_case)
        self.assertFalse(self.contract.termination_practical_days)

    def test_what_is_wrong_goes_no_further(self):
        wizard = self.agreed()
        wizard.is_signed = False
        self.assertIn("signé", wizard.blocking)
        with self.assertRaisesRegex(UserError, "signé"):
            wizard.save().action_terminate()
        self.assertFalse(self.contract.termination_kind)
        self.assertEqual(self.contract.state, "active")

    def test_days_in_the_company(self):
        wizard = self.wizard()
        wizard.effect_date = wizard.notice_date = NOTICE
        wizard.case = "first_days"
        self.assertFalse(wizard.initiative)
        wizard.initiative = "apprentice"
        wizard.practical_days = 46
        self.assertFalse(wizard.is_within_free_days)
        self.assertIn("46", wizard.blocking)
        wizard.practical_days = 45
        self.assertTrue(wizard.is_within_free_days)
        self.assertFalse(wizard.blocking)

    def test_only_a_contract_in_force(self):
        for state in ("draft", "ended", "broken", "cancelled"):
            self.contract.state = state
            with self.assertRaisesRegex(UserError, "cannot be terminated"):
                self.contract.with_user(self.clerk).action_terminate()

    def test_other_company_does_not_terminate(self):
        other = self.new_user("terminate_other", USER, self.new_company("CFA AUTRE"))
        with self.assertRaises(AccessError):
            self.contract.with_user(other)._terminate({})

    def test_copy_is_not_terminated(self):
        self.agreed().save().action_terminate()
        self.assertFalse(self.contract.copy().termination_kind)
