# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..cerfa.findings import MASK
from .common import MANAGER, PERSONAL_DATA, USER, ApprenticeshipCase

REASON = "Immatriculation en cours, attestation du 12/11"
NIR_MISSING = "OBL-02"


@tagged("post_install", "-at_install")
class TestOverride(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("user", USER)
        cls.entitled = cls.new_user("personal", f"{USER},{PERSONAL_DATA}")
        cls.manager = cls.new_user("manager", MANAGER)
        cls.contract = cls.new_contract(apprentice_nir=False)

    def pass_over(self, rule=NIR_MISSING, user=None, **values):
        overrides = self.env["apprenticeship.override"].with_user(user or self.user)
        return overrides.create(
            {
                "contract_id": self.contract.id,
                "rule_id": rule,
                "reason": REASON,
                **values,
            }
        )

    def test_nir_missing_blocks_until_somebody_passes_it_over(self):
        contract = self.contract.with_user(self.user)
        with self.assertRaises(UserError):
            contract.action_check()
        self.assertEqual(self.rules_of(contract), [NIR_MISSING])
        self.pass_over()
        contract.action_check()
        self.assertEqual(contract.state, "ready")

    def test_who_when_and_why_are_kept(self):
        override = self.pass_over()
        self.assertEqual(override.user_id, self.user)
        self.assertEqual(override.reason, REASON)
        self.assertEqual(override.create_date, self.cr.now())
        self.assertEqual(self.contract.override_ids, override)

    def test_chatter_says_it_without_what_is_personal(self):
        override = self.pass_over()
        body = self.contract.message_ids[0].body
        self.assertIn(NIR_MISSING, body)
        self.assertNotIn(REASON, body)
        override.sudo().is_personal = False
        self.assertIn(REASON, override._said_in_chatter())

    def test_reason_on_personal_data_is_read_by_few(self):
        override = self.pass_over()
        self.assertTrue(override.is_personal)
        self.env.invalidate_all()
        overrides = self.env["apprenticeship.override"]
        domain = [("reason", "ilike", "attestation")]
        for user, found in (
            (self.user, override),
            (self.entitled, override),
            (self.manager, overrides),
        ):
            self.env.invalidate_all()
            self.assertEqual(overrides.with_user(user).search(domain), found)
            seen = self.contract.with_user(user).override_ids
            self.assertEqual(seen, found)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            with self.assertRaises(AccessError):
                override.with_user(self.manager).read(["reason"])

    def test_nobody_says_that_it_is_not_personal(self):
        self.assertTrue(self.pass_over(is_personal=False).is_personal)

    def test_finding_becomes_a_warning_that_says_why(self):
        self.pass_over()
        self.env.invalidate_all()
        [shown] = self.contract.with_user(self.entitled).findings
        self.assertEqual((shown["rule"], shown["severity"]), (NIR_MISSING, "warn"))
        self.assertEqual(shown["field"], "apprentice_nir")
        self.assertIn(REASON, shown["message"])

    def test_reason_on_personal_data_is_masked(self):
        self.pass_over()
        self.env.invalidate_all()
        [shown] = self.contract.with_user(self.user).findings
        self.assertIn(MASK, shown["message"])
        self.assertNotIn(REASON, shown["message"])

    def test_only_what_blocks_and_may_be_passed_over(self):
        self.contract.write(
            {
                "weekly_hours": 61,
                "contract_type_id": self.code("contract_type", "22").id,
            }
        )
        found = {finding.rule_id: finding for finding in self.contract._preflight()}
        self.assertTrue(found["FMT-07"].is_blocking)
        self.assertFalse(found["COH-01"].is_blocking)
        for rule in ("FMT-07", "COH-01", "MA-03", "XXX-99", ""):
            with self.assertRaises(ValidationError, msg=rule), self.cr.savepoint():
                self.pass_over(rule)
        self.assertFalse(self.contract.override_ids)

    def test_a_reason_is_needed(self):
        for reason in ("", "  \n"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.pass_over(reason=reason)

    @mute_logger("odoo.sql_db")
    def test_twice_the_same_is_refused(self):
        self.pass_over()
        with self.assertRaises(IntegrityError):
            self.pass_over()

    def test_nobody_answers_in_the_name_of_another(self):
        override = self.pass_over(user_id=self.manager.id)
        self.assertEqual(override.user_id, self.user)
        for user in (self.user, self.manager):
            with self.assertRaises(AccessError):
                override.with_user(user).write({"user_id": self.entitled.id})
            with self.assertRaises(AccessError):
                override.with_user(user).write({"reason": "Autre"})

    def test_contract_form_does_not_forge_it(self):
        self.contract.with_user(self.user).write(
            {
                "override_ids": [
                    (
                        0,
                        0,
                        {
                            "rule_id": NIR_MISSING,
                            "reason": REASON,
                            "user_id": self.manager.id,
                        },
                    )
                ]
            }
        )
        self.assertEqual(self.contract.override_ids.user_id, self.user)

    def test_screen_asks_for_the_reason_only(self):
        overrides = self.env["apprenticeship.override"].with_user(self.user)
        form = Form(
            overrides.with_context(
                default_contract_id=self.contract.id, default_rule_id=NIR_MISSING
            )
        )
        form.reason = REASON
        self.assertEqual(form.save().user_id, self.user)

    def test_journal_knows_who_when_and_why(self):
        self.assertEqual(self.contract._overrides_for_journal(), [])
        override = self.pass_over()
        self.assertEqual(
            self.contract.with_user(self.user)._overrides_for_journal(),
            [
                {
                    "rule": NIR_MISSING,
                    "by": self.user.name,
                    "on": Datetime.to_string(override.create_date),
                    "reason": REASON,
                    "is_personal": True,
                }
            ],
        )

    def test_only_a_manager_takes_it_back(self):
        override = self.pass_over()
        with self.assertRaises(AccessError):
            override.unlink()
        override.with_user(self.manager).unlink()
        self.env.invalidate_all()
        [finding] = self.contract._preflight()
        self.assertTrue(finding.is_blocking)

    def test_not_carried_by_a_copy(self):
        self.pass_over()
        self.assertFalse(self.contract.copy().override_ids)

    def test_contract_of_another_company(self):
        visitor = self.new_user("visitor", MANAGER, self.new_company("CFA AILLEURS"))
        with self.assertRaises(AccessError):
            self.pass_over(user=visitor)
        override = self.pass_over()
        found = override.with_user(visitor).search([("id", "=", override.id)])
        self.assertFalse(found)
