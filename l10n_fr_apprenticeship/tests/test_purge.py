# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..models.apprenticeship_contract_purge import PERSONAL_BOXES, PERSONAL_STATEMENTS
from ..models.res_partner_purge import ERASED
from .common import MANAGER, NIR, USER, ApprenticeshipCase


@tagged("post_install", "-at_install")
class TestPurge(ApprenticeshipCase):
    """What is kept no longer than the law says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("manager", MANAGER)
        cls.user = cls.new_user("user", USER)
        cls.old = cls.new_old_contract()

    @classmethod
    def new_old_contract(cls, **changes):
        """A contract of 2016 whose five years ended long ago."""
        values = {
            "date_conclusion": date(2016, 8, 20),
            "date_start": date(2016, 9, 1),
            "date_end": date(2018, 8, 31),
            "legal_representative_birth_name": "MARTIN",
            "apprentice_disabled_worker": True,
            "employer_representative_name": "PETIT",
        }
        contract = cls.new_contract(**values | changes)
        contract.state = "ended"
        return contract

    # ------------------------------------------------------------ what is due
    def test_five_years_from_the_conclusion(self):
        rule = self.rule("before_2020")
        with freeze_time("2021-08-20"):
            self.assertNotIn(self.old, rule._due_contracts())
        with freeze_time("2021-08-21"):
            self.assertIn(self.old, rule._due_contracts())

    def test_years_of_european_money_are_kept_until_2031(self):
        contract = self.new_old_contract(
            date_conclusion=date(2020, 7, 1), date_end=date(2022, 6, 30)
        )
        rule = self.rule("2020_2023")
        with freeze_time("2031-12-31"):
            self.assertNotIn(contract, self.due())
        with freeze_time("2032-01-01"):
            self.assertIn(contract, rule._due_contracts())
            self.assertNotIn(self.old, rule._due_contracts())

    def test_what_still_runs_is_kept(self):
        running = self.new_contract(
            date_conclusion=date(2016, 8, 20), date_end=date(2027, 8, 31)
        )
        running.state = "active"
        with freeze_time("2026-12-01"):
            self.assertNotIn(running, self.due())
            running.state = "broken"
            self.assertIn(running, self.due())

    def test_amendments_and_first_contract_go_together(self):
        amendment = self.new_contract(
            origin_id=self.old.id,
            amendment_number=1,
            date_conclusion=date(2024, 1, 5),
            date_end=date(2027, 8, 31),
        )
        with freeze_time("2026-12-01"):
            self.assertNotIn(self.old, self.due())
        amendment.date_conclusion = date(2017, 1, 5)
        amendment.date_end = date(2018, 12, 31)
        with freeze_time("2026-12-01"):
            self.assertLessEqual(self.old | amendment, self.due())

    @mute_logger("odoo.sql_db")
    def test_rule_has_one_term(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rule("2020_2023").keep_months = 12
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rule("2020_2023").keep_until = False

    # ------------------------------------------------------- what is emptied
    def test_preview_says_it_and_erases_nothing(self):
        self.attach(self.old)
        purge = self.preview()
        [line] = purge.line_ids.filtered(
            lambda one: self.old in one.contract_ids and one.rule_id.subject == "file"
        )
        self.assertIn("1 attached documents", line.what)
        self.assertIn("2 people", line.what)
        self.assertEqual(line.contract_count, len(line.contract_ids))
        self.assertEqual(self.old.apprentice_nir, NIR)
        self.assertFalse(self.old.file_purged_on)

    def test_boxes_people_messages_and_documents(self):
        self.old.message_post(body=f"NIR {NIR}")
        attachment = self.attach(self.old)
        apprentice = self.old.apprentice_id
        name, siret = self.old.name, self.old.employer_siret
        self.purge()
        for box in PERSONAL_BOXES:
            self.assertFalse(self.old[box], box)
        self.assertFalse(attachment.exists())
        for box in ERASED:
            self.assertFalse(apprentice[box], box)
        self.assertFalse(apprentice.active)
        self.assertNotIn("MARTIN", self.old.display_name)
        bodies = str(self.old.message_ids.mapped("body"))
        self.assertIn("Personal data erased", bodies)
        self.assertNotIn(NIR, bodies)
        self.assertEqual((self.old.name, self.old.employer_siret), (name, siret))
        self.assertEqual(self.old.date_start, date(2016, 9, 1))
        self.assertTrue(self.old.file_purged_on)
        self.assertNotIn(self.old, self.due())

    def test_every_personal_box_of_the_form_is_emptied(self):
        restricted = {
            name
            for name, field in self.Contract._fields.items()
            if field.groups and "group_personal_data" in field.groups
        }
        stated = {
            name
            for name, field in self.Contract._fields.items()
            if field.store
            and not field.related
            and name.startswith(("apprentice_", "legal_representative_"))
        }
        self.assertLessEqual(
            restricted | stated - {"apprentice_id"}, set(PERSONAL_BOXES)
        )

    def test_every_statement_of_an_early_end_is_emptied_or_kept_on_purpose(self):
        stated = {
            name
            for name, field in self.Contract._fields.items()
            if name.startswith("termination_") and field.store
        }
        kept = {
            "termination_kind",
            "termination_notice_date",
            "termination_effect_date",
            "termination_practical_days",
            "termination_is_signed",
            "termination_told_centre_on",
        }
        self.assertEqual(stated - kept, set(PERSONAL_STATEMENTS) - {"snapshot"})

    def test_form_as_concluded_and_cause_of_an_early_end(self):
        self.old.state = "active"
        reason = self.code("contract_type", "36")
        amendment = self.old._amend(reason, date(2017, 1, 5))
        amendment.write(
            {
                "state": "broken",
                "date_conclusion": date(2017, 1, 5),
                "termination_kind": "broken",
                "termination_effect_date": date(2017, 6, 30),
                "termination_case": "resignation",
                "termination_initiative": "apprentice",
                "termination_mediator_date": date(2017, 5, 15),
            }
        )
        self.assertEqual(self.old.snapshot["apprentice"]["nir"], NIR)
        self.purge()
        for contract in self.old | amendment:
            for name in PERSONAL_STATEMENTS:
                self.assertFalse(contract[name], name)
        self.assertEqual(amendment.termination_kind, "broken")
        self.assertEqual(amendment.termination_effect_date, date(2017, 6, 30))
        # Shown as it is now, without its people.
        self.assertFalse(self.old._form().apprentice.nir)

    def test_nothing_of_the_person_is_left_in_the_database(self):
        self.old.apprentice_id.name = "UNIQUEMENT Zoe"
        self.old.apprentice_id.apprenticeship_birth_name = "UNIQUEMENT"
        self.old.with_context(tracking_disable=False).message_post(body="UNIQUEMENT")
        self.old._keep_as_concluded(self.old._to_cerfa())
        self.env.flush_all()
        self.assertTrue(self.tables_with("UNIQUEMENT"))
        self.purge()
        self.env.flush_all()
        self.assertEqual(self.tables_with("UNIQUEMENT"), [])

    def test_people_of_another_contract_stay(self):
        recent = self.new_contract(
            apprentice_id=self.old.apprentice_id.id, tutor_id=self.old.tutor_id.id
        )
        self.purge()
        self.assertFalse(self.old.apprentice_nir)
        self.assertEqual(recent.apprentice_nir, NIR)
        self.assertEqual(recent.apprentice_birth_name, "MARTIN")
        self.assertEqual(recent.tutor_birth_name, "DURAND")
        self.assertTrue(recent.apprentice_id.active)

    def test_people_that_something_else_needs_stay(self):
        self.env["res.users"].create(
            {
                "login": "alix.martin",
                "partner_id": self.old.apprentice_id.id,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.purge()
        self.assertEqual(self.old.apprentice_birth_name, "MARTIN")
        self.assertFalse(self.old.tutor_birth_name)

    # ------------------------------------------------------------- who, how
    def test_only_managers(self):
        purges = self.env["apprenticeship.purge"]
        with self.assertRaises(AccessError):
            purges.with_user(self.user).action_preview()
        purge = self.preview()
        purge.is_understood = True
        with self.assertRaises(AccessError):
            purge.with_user(self.user).action_purge()
        other = self.new_user("other_manager", MANAGER)
        with self.assertRaises(AccessError):
            purge.with_user(other).action_purge()

    def test_only_after_ticking_the_box(self):
        purge = self.preview()
        with self.assertRaises(UserError):
            purge.action_purge()
        self.assertEqual(self.old.apprentice_nir, NIR)

    def test_contracts_of_another_company_are_left(self):
        stranger = self.new_user(
            "stranger_manager", MANAGER, self.new_company("Elsewhere")
        )
        purges = self.env["apprenticeship.purge"].with_user(stranger)
        purge = purges.browse(purges.action_preview()["res_id"])
        self.assertNotIn(self.old, purge.sudo().line_ids.contract_ids)

    def test_what_is_due_no_more_is_left(self):
        purge = self.preview()
        self.old.date_end = date(2099, 1, 1)
        purge.is_understood = True
        purge.action_purge()
        self.assertEqual(self.old.apprentice_nir, NIR)

    def test_scheduled_action_is_off_and_works_when_on(self):
        cron = self.env.ref("l10n_fr_apprenticeship.ir_cron_purge")
        self.assertFalse(cron.active)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self.old.apprentice_nir)

    # --------------------------------------------------------------- helpers
    def rule(self, name):
        return self.env.ref(f"l10n_fr_apprenticeship.retention_file_{name}")

    def due(self):
        rules = self.env["apprenticeship.retention.rule"].search(
            [("subject", "=", "file")]
        )
        return self.Contract.union(*(rule._due_contracts() for rule in rules))

    def preview(self):
        purges = self.env["apprenticeship.purge"].with_user(self.manager)
        return purges.browse(purges.action_preview()["res_id"])

    def purge(self):
        purge = self.preview()
        purge.is_understood = True
        purge.action_purge()
        self.env.invalidate_all()

    def attach(self, contract):
        return self.env["ir.attachment"].create(
            {
                "name": "cerfa.pdf",
                "raw": b"signed",
                "res_model": contract._name,
                "res_id": contract.id,
            }
        )

    def tables_with(self, text):
        """Return the tables of which a row holds this text, in any column."""
        tables = self.env.execute_query(
            SQL(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        )
        return [
            table
            for (table,) in tables
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS held WHERE strpos(held::text, %s) > 0 LIMIT 1",
                    SQL.identifier(table),
                    text,
                )
            )
        ]
