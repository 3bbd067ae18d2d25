# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import NIR, PERSONAL_DATA, USER, ApprenticeshipCase

DECA = "075202609001234"
EFFECT = date(2027, 1, 4)


@tagged("post_install", "-at_install")
class TestAmendment(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_user("amend_clerk", f"{USER},{PERSONAL_DATA}")
        cls.junior = cls.new_user("amend_junior", USER)
        cls.contract = cls.new_contract()
        cls.contract.write({"state": "active", "deca_number": DECA})

    def amend(self, code="36", contract=None, user=None):
        """Go through the wizard as a person does; return the amendment."""
        contract = (contract or self.contract).with_user(user or self.clerk)
        action = contract.action_amend()
        wizard = Form(
            contract.env["apprenticeship.amend"].with_context(**action["context"])
        )
        wizard.reason_id = self.code("contract_type", code)
        self.assertTrue(wizard.explanation)
        wizard.date_effect = EFFECT
        opened = wizard.save().action_create()
        return self.Contract.browse(opened["res_id"])

    # ----------------------------------------------------------------- creation
    def test_everything_is_restated(self):
        amendment = self.amend()
        self.assertRecordValues(
            amendment,
            [
                {
                    "origin_id": self.contract.id,
                    "amendment_number": 1,
                    "state": "draft",
                    "previous_number": DECA,
                    "deca_number": False,
                    "date_amendment_effect": EFFECT,
                    "date_conclusion": False,
                    "date_start": date(2026, 9, 1),
                    "date_end": date(2028, 8, 31),
                    "apprentice_nir": NIR,
                    "training_centre_visa": False,
                    "is_current": True,
                }
            ],
        )
        self.assertEqual(amendment.contract_type_id.code, "36")
        self.assertEqual(len(amendment.pay_period_ids), 3)
        self.assertEqual(amendment.pay_period_ids[1].rate, 53.5)
        self.assertFalse(amendment.amendment_changes)
        self.assertIn("AVE-01", self.rules_of(amendment))

    def test_what_a_person_may_not_read_is_restated_too(self):
        amendment = self.amend(user=self.junior)
        self.assertEqual(amendment.apprentice_nir, NIR)

    def test_second_amendment_follows_the_first(self):
        first = self.amend()
        first.write({"state": "active", "deca_number": "075202701005678"})
        second = self.amend(contract=first)
        self.assertRecordValues(
            second,
            [
                {
                    "origin_id": self.contract.id,
                    "amendment_number": 2,
                    "previous_number": "075202701005678",
                }
            ],
        )
        self.assertEqual(second.amended_id, first)
        self.assertEqual(
            (self.contract | first | second).mapped("is_frozen"), [True, True, False]
        )
        self.assertEqual(second.version_count, 3)

    def test_only_the_version_in_force_is_amended(self):
        draft = self.new_contract()
        with self.assertRaisesRegex(UserError, "cannot be amended"):
            draft.with_user(self.clerk).action_amend()
        self.amend()
        with self.assertRaisesRegex(UserError, "cannot be amended"):
            self.amend()

    def test_effect_is_within_the_contract(self):
        wizard = self.env["apprenticeship.amend"].create(
            {
                "contract_id": self.contract.id,
                "reason_id": self.code("contract_type", "36").id,
                "date_effect": date(2028, 9, 1),
            }
        )
        with self.assertRaisesRegex(UserError, "31/08/2028"):
            wizard.action_create()
        self.assertFalse(self.contract.amendment_ids)

    def test_deadline_of_the_deposit(self):
        wizard = self.env["apprenticeship.amend"].new(
            {"contract_id": self.contract.id, "date_effect": EFFECT}
        )
        # Monday 4 January, then five working days.
        self.assertEqual(wizard.deposit_deadline, date(2027, 1, 9))

    def test_other_company_does_not_amend(self):
        other = self.new_user("amend_other", USER, self.new_company("CFA AUTRE"))
        with self.assertRaises(AccessError):
            self.contract.with_user(other)._amend(
                self.code("contract_type", "36"), EFFECT
            )

    def test_both_chatters_say_it(self):
        amendment = self.amend()
        for contract in self.contract | amendment:
            self.assertIn("Amendment no. 1", contract.message_ids[0].body)

    # ------------------------------------------------------------- what changes
    def test_differences_are_shown(self):
        amendment = self.amend()
        amendment.tutor_id = self.new_tutor(
            apprenticeship_birth_name="LEROY", function="Chef pâtissier"
        )
        changes = {one["field"]: one for one in amendment.amendment_changes}
        self.assertEqual(changes.keys(), {"tutor_birth_name", "tutor_job"})
        self.assertEqual(changes["tutor_job"]["before"], "Cheffe boulangère")
        self.assertEqual(changes["tutor_job"]["after"], "Chef pâtissier")
        self.assertNotIn("AVE-01", self.rules_of(amendment))
        self.assertNotIn("AVE-02", self.rules_of(amendment))

    def test_change_that_the_reason_does_not_cover(self):
        amendment = self.amend("33")
        amendment.tutor_id = self.new_tutor(function="Chef pâtissier")
        self.assertIn("AVE-02", self.rules_of(amendment))
        self.assertIn("AVE-03", self.rules_of(amendment))
        [finding] = [one for one in amendment.findings if one["rule"] == "AVE-02"]
        self.assertEqual(finding["field"], "tutor_job")

    def test_restricted_differences_are_masked(self):
        amendment = self.amend("34")
        amendment.apprentice_disabled_worker = True
        seen = amendment.with_user(self.clerk).amendment_changes
        self.assertEqual([one["after"] for one in seen], ["oui"])
        masked = amendment.with_user(self.junior).amendment_changes
        self.assertEqual([one["after"] for one in masked], ["•••"])

    def test_sheet_lists_the_differences(self):
        amendment = self.amend()
        amendment.weekly_hours = 30
        sheet = self.env["report.l10n_fr_apprenticeship.contract_sheet"]
        sections = {one.title: one for one in sheet._sections(amendment)}
        [group] = sections["Ce que l'avenant modifie"].groups
        self.assertIn("30", group.table.rows[0])
        self.assertNotIn(
            "Ce que l'avenant modifie",
            [one.title for one in sheet._sections(self.contract)],
        )

    def test_asks_the_database_no_more_for_many_amendments(self):
        def check(contracts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts._checked()
            return self.env.cr.sql_log_count - before

        def amended():
            contract = self.new_contract()
            contract.write({"state": "active", "deca_number": DECA})
            return contract._amend(self.code("contract_type", "36"), EFFECT)

        few = amended() | amended()
        check(few)
        asked = check(few)
        many = few | amended() | amended() | amended()
        self.assertEqual(check(many), asked)

    def test_tutor_has_the_contract_while_its_amendment_is_a_draft(self):
        other = self.new_contract(tutor_id=self.contract.tutor_id.id)
        count = len(other._circumstances()[other].tutor_contracts)
        amendment = self.amend()
        self.assertEqual(len(other._circumstances()[other].tutor_contracts), count)
        amendment.state = "active"
        self.assertEqual(len(other._circumstances()[other].tutor_contracts), count)
        self.assertEqual(count, 1)

    # ------------------------------------------------------------------- frozen
    def test_replaced_version_is_what_was_concluded(self):
        before = self.contract._to_cerfa()
        amendment = self.amend()
        self.contract.tutor_id.function = "Directrice"
        self.contract.employer_id.street = "1 RUE NEUVE"
        self.assertEqual(self.contract._to_cerfa(), before)
        self.assertEqual(amendment._to_cerfa().tutor.job, "Directrice")
        changed = {one["field"] for one in amendment.amendment_changes}
        self.assertEqual(changed, {"tutor_job", "employer_street"})
        sheet = self.env["report.l10n_fr_apprenticeship.contract_sheet"]
        self.assertIn("12 RUE DES LILAS", str(sheet._sections(self.contract)))

    def test_replaced_version_does_not_change(self):
        amendment = self.amend()
        frozen = self.contract.with_user(self.clerk)
        for values in (
            {"weekly_hours": 30},
            {"tutor_id": False},
            {"training_id": False},
            {"employer_street": "1 RUE NEUVE"},
            {"pay_period_ids": [Command.clear()]},
        ):
            with self.assertRaisesRegex(UserError, amendment.name):
                frozen.write(values)
        period = frozen.pay_period_ids[0]
        with self.assertRaisesRegex(UserError, amendment.name):
            period.rate = 100
        with self.assertRaisesRegex(UserError, amendment.name):
            period.unlink()
        with self.assertRaisesRegex(UserError, amendment.name):
            period.copy({"number": 5})
        frozen.user_id = self.clerk
        self.assertFalse(frozen.findings)

    def test_cancelled_amendment_gives_the_version_back(self):
        amendment = self.amend()
        amendment.with_user(self.clerk).action_cancel()
        self.assertTrue(self.contract.is_current)
        self.assertFalse(self.contract.is_frozen)
        self.contract.with_user(self.clerk).weekly_hours = 30
        self.assertEqual(self.contract._to_cerfa().contract.weekly_hours, 30)
        again = self.amend()
        self.assertEqual(again.amendment_number, 2)
        self.assertEqual(again.amended_id, self.contract)

    def test_cancelled_amendment_comes_back_unless_replaced(self):
        amendment = self.amend()
        amendment.action_cancel()
        amendment.action_draft()
        self.assertTrue(amendment.is_current)
        amendment.action_cancel()
        self.amend()
        with self.assertRaisesRegex(UserError, "taken its place"):
            amendment.with_user(self.clerk).action_draft()

    def test_contract_without_dates_is_neither_amended_nor_terminated(self):
        self.contract.date_end = False
        self.assertFalse(self.contract.may_be_amended)
        self.assertFalse(self.contract.may_be_terminated)

    def test_deleted_draft_gives_the_version_back(self):
        self.amend().unlink()
        self.assertTrue(self.contract.is_current)
        self.assertFalse(self.contract.is_frozen)

    def test_snapshot_is_not_read(self):
        self.amend()
        with self.assertRaises(AccessError):
            self.contract.with_user(self.clerk).read(["snapshot"])
        self.assertFalse(self.contract.copy().snapshot)

    def test_fields_of_a_frozen_form_are_readonly(self):
        self.amend()
        with Form(self.contract.with_user(self.clerk)) as form:
            self.assertTrue(form._view["modifiers"]["weekly_hours"]["readonly"])
            with self.assertRaisesRegex(AssertionError, "readonly"):
                form.weekly_hours = 30
