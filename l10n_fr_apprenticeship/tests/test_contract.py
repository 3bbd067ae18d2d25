# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MANAGER, NIR, PERSONAL_DATA, USER, ApprenticeshipCase


@tagged("post_install", "-at_install")
class TestContract(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("user", USER)
        cls.personal_user = cls.new_user("personal", f"{USER},{PERSONAL_DATA}")
        cls.manager = cls.new_user("manager", MANAGER)
        cls.contract = cls.new_contract()

    # ------------------------------------------------------------------- names
    def test_reference_is_given_at_creation(self):
        other = self.Contract.create([{}, {"name": "/"}])
        names = [self.contract.name, *other.mapped("name")]
        self.assertEqual(len(set(names)), 3)
        for name in names:
            self.assertRegex(name, r"^CA\d{4}-\d{5}$")

    def test_reference_given_by_an_import_is_kept(self):
        self.assertEqual(self.Contract.create({"name": "ANCIEN-7"}).name, "ANCIEN-7")

    def test_its_creation_is_told_in_french_while_the_model_has_no_french_name(self):
        model = self.env["ir.model"]._get("apprenticeship.contract")
        model.with_context(lang="fr_FR").name = "Apprenticeship Contract"
        contract = self.Contract.with_context(
            lang="fr_FR", tracking_disable=False
        ).create({})
        self.assertIn("apprentissage créé", contract.message_ids.body)

    def test_display_name_holds_the_apprentice(self):
        name = self.contract.name
        self.assertEqual(self.contract.display_name, f"{name} – MARTIN Alix")
        self.contract.apprentice_id.name = "MARTIN Alexandra"
        self.assertEqual(self.contract.display_name, f"{name} – MARTIN Alexandra")
        self.contract.apprentice_id = False
        self.assertEqual(self.contract.display_name, name)

    def test_found_by_reference_apprentice_and_employer(self):
        contract = self.new_contract(
            apprentice_id=self.new_apprentice(name="ZYGOMAR Alix").id,
            employer_id=self.new_employer(name="QUINCAILLERIE UBU").id,
        )
        for text in (contract.name, "zygomar", "ubu"):
            found = [row[0] for row in self.Contract.name_search(text)]
            self.assertEqual(found, contract.ids, text)

    # ------------------------------------------------------------------ states
    def test_contract_starts_as_a_draft_of_its_company(self):
        contract = self.Contract.with_user(self.user).create({})
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "draft",
                    "company_id": self.company.id,
                    "training_centre_id": self.company.partner_id.id,
                    "user_id": self.user.id,
                    "currency_id": self.env.ref("base.EUR").id,
                    "cerfa_version": "10103*14",
                    "weekly_hours": 35,
                    "training_centre_is_main_place": True,
                    "is_current": True,
                }
            ],
        )

    def test_complete_contract_becomes_ready(self):
        self.assertEqual(self.contract._preflight(), ())
        self.contract.with_user(self.user).action_check()
        self.assertEqual(self.contract.state, "ready")

    def test_blocked_contract_stays_a_draft_and_says_why(self):
        self.contract.write({"training_centre_visa": False, "weekly_hours": 61})
        with self.assertRaises(UserError) as raised:
            self.contract.with_user(self.user).action_check()
        name, *reasons = str(raised.exception).splitlines()
        self.assertEqual(name, self.contract.display_name)
        self.assertEqual(len(reasons), 2)
        self.assertIn("61 heure(s) n'est pas possible", reasons[0])
        self.assertIn("Le CFA n'a pas visé le contrat", reasons[1])
        self.assertEqual(self.contract.state, "draft")

    def test_message_names_only_the_blocked_contracts(self):
        blocked = self.new_contract(signing_place=False)
        empty = self.Contract.create({})
        with self.assertRaises(UserError) as raised:
            (self.contract | blocked | empty).action_check()
        lines = str(raised.exception).splitlines()
        self.assertNotIn(self.contract.display_name, lines)
        self.assertIn("Fait à : à renseigner", lines[1])
        self.assertLess(
            lines.index(blocked.display_name), lines.index(empty.display_name)
        )

    def test_warning_does_not_block(self):
        self.contract.contract_type_id = self.code("contract_type", "22")
        [finding] = self.contract._preflight()
        self.assertEqual((finding.rule_id, finding.is_blocking), ("COH-01", False))
        self.contract.action_check()
        self.assertEqual(self.contract.state, "ready")

    def test_check_moves_drafts_only(self):
        for state in ("ready", "active", "ended", "broken", "cancelled"):
            self.contract.state = state
            self.contract.action_check()
            self.assertEqual(self.contract.state, state)

    def test_draft_and_cancel_move_what_has_not_left(self):
        after = {
            "action_cancel": {"draft": "cancelled", "ready": "cancelled"},
            "action_draft": {"ready": "draft", "cancelled": "draft"},
        }
        states = dict(self.Contract._fields["state"].selection)
        self.assertEqual(len(states), 6)
        for action, moves in after.items():
            for state in states:
                self.contract.state = state
                getattr(self.contract.with_user(self.user), action)()
                self.assertEqual(self.contract.state, moves.get(state, state), state)

    def test_state_is_followed_in_the_chatter(self):
        contract = self.contract.with_context(tracking_disable=False)
        self.flush_tracking()
        contract.action_check()
        self.flush_tracking()
        tracked = contract.message_ids.sudo().tracking_value_ids
        self.assertIn(
            ("state", "Draft", "Ready"),
            [
                (value.field_id.name, value.old_value_char, value.new_value_char)
                for value in tracked
            ],
        )

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    # ---------------------------------------------------------------- findings
    def test_findings_lead_to_their_field(self):
        self.contract.employer_id.zip = "7501"
        [shown] = self.contract.findings
        self.assertEqual(shown["rule"], "FMT-04")
        self.assertEqual(shown["severity"], "block")
        self.assertEqual(shown["field"], "employer_zip")
        self.assertEqual(shown["page"], "employer")
        self.assertIsNone(shown["article"])
        self.assertIn("« 7501 » n'est pas un code postal", shown["message"])

    def test_findings_follow_the_boxes(self):
        self.assertFalse(self.contract.findings)
        self.contract.pay_period_ids[0].rate = 0
        [shown] = self.contract.findings
        self.assertEqual((shown["rule"], shown["field"]), ("FMT-15", "pay_period_ids"))
        self.contract.pay_period_ids[0].rate = 43
        self.contract.tutor_id.email = "pas une adresse"
        [shown] = self.contract.findings
        self.assertEqual((shown["rule"], shown["field"]), ("FMT-02", "tutor_email"))

    def test_findings_follow_the_form_while_it_is_filled_in(self):
        with Form(self.contract.with_user(self.user)) as form:
            self.assertFalse(form.findings)
            form.weekly_minutes = 75
            self.assertEqual([shown["rule"] for shown in form.findings], ["FMT-08"])
            form.weekly_minutes = 30
            self.assertEqual([shown["rule"] for shown in form.findings], ["EMP-06"])
            form.weekly_minutes = 0
            self.assertFalse(form.findings)

    def test_findings_follow_the_partners_boxes_before_they_are_saved(self):
        with Form(self.contract.with_user(self.user)) as form:
            form.employer_zip = "7501"
            [shown] = form.findings
            self.assertEqual(shown["field"], "employer_zip")
            form.employer_zip = "75012"
            self.assertFalse(form.findings)
        self.assertEqual(self.contract.employer_id.zip, "75012")

    # --------------------------------------------------------------- amendments
    def new_amendment(self, number, **changes):
        return self.new_contract(
            origin_id=self.contract.id, amendment_number=number, **changes
        )

    def test_the_last_amendment_is_current(self):
        self.assertTrue(self.contract.is_current)
        first = self.new_amendment(1)
        self.assertEqual((self.contract | first).mapped("is_current"), [False, True])
        second = self.new_amendment(2)
        self.assertEqual(
            (self.contract | first | second).mapped("is_current"), [False, False, True]
        )
        self.assertEqual(self.contract.amendment_ids, first | second)

    def test_is_current_is_stored_and_searched(self):
        amendment = self.new_amendment(1)
        rows = self.contract | amendment
        found = self.Contract.search(
            [("id", "in", rows.ids), ("is_current", "=", True)]
        )
        self.assertEqual(found, amendment)

    def test_deleting_an_amendment_gives_its_place_back(self):
        amendment = self.new_amendment(1)
        self.assertFalse(self.contract.is_current)
        amendment.unlink()
        self.assertTrue(self.contract.is_current)

    def test_amendments_of_others_do_not_count(self):
        other = self.new_contract()
        self.new_amendment(1)
        self.assertTrue(other.is_current)

    @mute_logger("odoo.sql_db")
    def test_two_amendments_with_the_same_number_are_refused(self):
        self.new_amendment(1)
        with self.assertRaises(IntegrityError):
            self.new_amendment(1)

    def test_amended_contract_is_of_the_same_company(self):
        elsewhere = self.new_company("CFA AILLEURS")
        with self.assertRaises(UserError):
            self.Contract.create(
                {
                    "company_id": elsewhere.id,
                    "origin_id": self.contract.id,
                    "training_centre_id": elsewhere.partner_id.id,
                    "amendment_number": 1,
                }
            )

    @mute_logger("odoo.sql_db")
    def test_amended_contract_is_not_deleted(self):
        self.new_amendment(1)
        with self.assertRaises(IntegrityError):
            self.contract.unlink()

    # ----------------------------------------------------------------- deletion
    def test_draft_is_deleted_with_its_pay_periods(self):
        periods = self.contract.pay_period_ids
        self.assertEqual(len(periods), 3)
        self.contract.with_user(self.manager).unlink()
        self.assertFalse(self.contract.exists())
        self.assertFalse(periods.exists())

    def test_only_drafts_are_deleted(self):
        draft = self.new_contract()
        for state in ("ready", "active", "ended", "broken", "cancelled"):
            self.contract.state = state
            with self.assertRaises(UserError) as raised:
                (self.contract | draft).with_user(self.manager).unlink()
            self.assertIn(self.contract.name, str(raised.exception))
            self.assertNotIn(draft.name, str(raised.exception))
        self.assertTrue(draft.exists())

    # -------------------------------------------------------------- duplication
    def test_copy_is_a_new_draft_to_be_concluded(self):
        self.contract.write({"state": "active", "deca_number": "075202609001234"})
        copy = self.contract.with_user(self.user).copy().sudo()
        self.assertNotEqual(copy.name, self.contract.name)
        self.assertEqual(copy.state, "draft")
        self.assertEqual(copy.employer_id, self.contract.employer_id)
        self.assertEqual(copy.apprentice_id, self.contract.apprentice_id)
        for name in (
            "apprentice_nir",
            "contract_type_id",
            "date_conclusion",
            "date_start",
            "deca_number",
            "employer_supporting_documents_attested",
            "employer_tutor_eligibility_attested",
            "pay_period_ids",
            "proving_signature",
            "training_centre_visa",
        ):
            self.assertFalse(copy[name], name)

    # -------------------------------------------------- apprentice and employer
    def test_apprentice_is_not_a_contact_of_the_employer(self):
        employer = self.new_employer()
        contact = self.new_apprentice(parent_id=employer.id)
        with self.assertRaises(ValidationError):
            self.new_contract(employer_id=employer.id, apprentice_id=contact.id)

    def test_contract_is_not_moved_to_the_apprentice_s_company(self):
        employer = self.new_employer()
        self.contract.apprentice_id.parent_id = employer
        self.contract.apprentice_id.parent_id = False
        self.contract.employer_id = employer
        contact = self.new_apprentice(parent_id=employer.id)
        with self.assertRaises(ValidationError):
            self.contract.apprentice_id = contact

    def test_apprentice_does_not_become_a_contact_of_the_employer(self):
        with self.assertRaisesRegex(ValidationError, "could then read"):
            self.contract.apprentice_id.parent_id = self.contract.employer_id

    def test_apprentice_is_not_a_contact_of_the_head_office(self):
        office = self.new_employer(company_registry="90000003500018")
        self.contract.employer_id.parent_id = office
        with self.assertRaisesRegex(ValidationError, "could then read"):
            self.contract.apprentice_id.parent_id = office
        self.contract.employer_id.parent_id = False
        self.contract.apprentice_id.parent_id = office
        with self.assertRaisesRegex(ValidationError, "could then read"):
            self.contract.employer_id.parent_id = office

    def test_apprentice_may_be_a_contact_of_another_company(self):
        contact = self.new_apprentice(parent_id=self.new_employer().id)
        contract = self.new_contract(apprentice_id=contact.id)
        self.assertEqual(contract.apprentice_id, contact)

    def test_contract_without_employer_nor_apprentice_is_kept(self):
        contract = self.Contract.create({})
        self.assertFalse(contract.employer_id or contract.apprentice_id)

    # ---------------------------------------------------- the previous contract
    def previous_contract(self):
        self.contract.write(
            {
                "apprentice_nationality_id": self.code("nationality", "2").id,
                "apprentice_disabled_worker": True,
                "apprentice_top_level_athlete": True,
            }
        )
        return self.contract

    def test_previous_contract_is_proposed(self):
        previous = self.previous_contract()
        form = Form(self.Contract.with_user(self.personal_user))
        form.apprentice_id = previous.apprentice_id
        contract = form.save()
        for name in (
            "apprentice_nationality_id",
            "apprentice_social_scheme_id",
            "apprentice_nir",
            "apprentice_disabled_worker",
            "apprentice_last_class_id",
            "apprentice_last_diploma_prepared_id",
            "apprentice_last_diploma_title",
            "apprentice_highest_diploma_id",
            "apprentice_top_level_athlete",
        ):
            self.assertTrue(contract[name], name)
            self.assertEqual(contract[name], previous[name], name)
        self.assertFalse(contract.apprentice_situation_before_id)
        self.assertFalse(contract.date_start)

    def test_proposal_leaves_what_is_filled_in(self):
        previous = self.previous_contract()
        form = Form(self.Contract.with_user(self.personal_user))
        # The apprentice's boxes show once there is one.
        form.apprentice_id = self.new_apprentice(name="PREMIER")
        form.apprentice_last_diploma_title = "CAP Pâtissier"
        form.apprentice_id = previous.apprentice_id
        self.assertEqual(form.apprentice_last_diploma_title, "CAP Pâtissier")
        self.assertEqual(form.apprentice_nir, NIR)

    def test_proposal_gives_personal_data_to_nobody_else(self):
        previous = self.previous_contract()
        form = Form(self.Contract.with_user(self.user))
        form.apprentice_id = previous.apprentice_id
        contract = form.save()
        self.assertEqual(
            contract.apprentice_nationality_id, previous.apprentice_nationality_id
        )
        self.assertFalse(contract.sudo().apprentice_nir)
        self.assertFalse(contract.sudo().apprentice_disabled_worker)

    def test_apprentice_is_changed_by_a_user_without_personal_data(self):
        previous = self.previous_contract()
        contract = self.new_contract(
            apprentice_nir=False,
            apprentice_nationality_id=False,
            date_start=date(2028, 9, 1),
        )
        with Form(contract.with_user(self.user)) as form:
            form.apprentice_id = previous.apprentice_id
        self.assertEqual(
            contract.apprentice_nationality_id, previous.apprentice_nationality_id
        )
        self.assertFalse(contract.apprentice_nir)

    def test_the_latest_contract_is_proposed(self):
        previous = self.previous_contract()
        self.new_contract(
            apprentice_id=previous.apprentice_id.id,
            apprentice_last_diploma_title="BEP Alimentation",
            date_start=date(2024, 9, 2),
        )
        self.Contract.create(
            {
                "company_id": self.company.id,
                "training_centre_id": False,
                "apprentice_id": previous.apprentice_id.id,
                "apprentice_last_diploma_title": "Sans dates",
            }
        )
        form = Form(self.Contract.with_user(self.personal_user))
        form.apprentice_id = previous.apprentice_id
        self.assertEqual(form.apprentice_last_diploma_title, "CAP Boulanger")

    def test_contract_of_another_company_is_not_proposed(self):
        elsewhere = self.new_company("CFA AILLEURS")
        visitor = self.new_user("visitor", f"{USER},{PERSONAL_DATA}", elsewhere)
        apprentice = self.contract.apprentice_id
        apprentice.company_id = False
        form = Form(self.Contract.with_user(visitor))
        form.apprentice_id = apprentice
        self.assertFalse(form.apprentice_nir)
        self.assertFalse(form.apprentice_last_diploma_title)

    def test_nothing_is_proposed_to_a_first_contract(self):
        form = Form(self.Contract.with_user(self.personal_user))
        form.apprentice_id = self.new_apprentice(name="PREMIER")
        self.assertFalse(form.apprentice_nir)
        self.assertFalse(form.apprentice_nationality_id)

    # -------------------------------------------------------------- the training
    def assertTrainingCopied(self, contract, training):
        self.assertEqual(contract.training_title, training.name)
        self.assertEqual(contract.training_diploma_type_id, training.diploma_type_id)
        for name in ("diploma_code", "rncp", "hours", "distance_hours"):
            self.assertTrue(training[name], name)
            self.assertEqual(contract[f"training_{name}"], training[name], name)

    def other_training(self):
        return self.new_training(
            name="BTS Management commercial opérationnel",
            diploma_type_id=self.code("diploma", "54").id,
            diploma_code="32031213",
            rncp="38362",
            hours=1350,
            distance_hours=100,
        )

    def test_training_is_copied_at_choice(self):
        self.assertTrainingCopied(self.contract, self.contract.training_id)
        other = self.other_training()
        with Form(self.contract.with_user(self.user)) as form:
            form.training_id = other
            self.assertEqual(form.training_title, other.name)
        self.assertTrainingCopied(self.contract, other)

    def test_training_changed_later_does_not_alter_contracts(self):
        before = self.contract._to_cerfa().training
        self.contract.training_id.write(
            {
                "name": "BP Boulanger (2027)",
                "diploma_type_id": self.code("diploma", "41").id,
                "diploma_code": "45022105",
                "rncp": "99999",
                "hours": 1,
                "distance_hours": 1,
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.contract.signing_place = "LYON"
        self.assertEqual(self.contract._to_cerfa().training, before)

    def test_copied_training_may_be_adapted(self):
        with Form(self.contract.with_user(self.user)) as form:
            form.training_hours = 600
        self.env.flush_all()
        self.assertEqual(self.contract.training_hours, 600)
        self.assertEqual(self.contract.training_id.hours, 840)

    def test_training_given_with_its_own_boxes_keeps_them(self):
        contract = self.new_contract(training_title="Titre de l'import")
        self.assertEqual(contract.training_title, "Titre de l'import")

    # -------------------------------------------------------- filling in a form
    def test_user_fills_in_a_contract_from_scratch(self):
        """One screen fills the form, the partners' boxes included."""
        country = self.env.ref("base.fr")
        partners = self.env["res.partner"].with_user(self.personal_user)
        form = Form(self.Contract.with_user(self.personal_user))
        form.employer_id = partners.create(
            {"name": "LIBRAIRIE UBU", "is_company": True, "country_id": country.id}
        )
        form.apprentice_id = partners.create({"name": "ROUX Jo"})
        form.training_id = self.new_training()
        self.fill(form, self.employer_boxes())
        self.fill(form, self.apprentice_boxes())
        form.tutor_id = partners.create({"name": "LEROY Marc"})
        self.fill(form, self.tutor_boxes())
        self.fill(form, self.contract_boxes())
        self.assertEqual(len(form.pay_period_ids), 3)
        self.assertFalse(form.findings)
        contract = form.save()
        contract.action_check()
        self.assertEqual(contract.state, "ready")
        self.assertEqual(contract.employer_id.company_registry, "900 000 019 00027")
        self.assertEqual(
            contract.apprentice_id.apprenticeship_birth_date, date(2006, 5, 14)
        )
        self.assertEqual(contract.tutor_id.function, "Libraire")

    def fill(self, form, values):
        for name, value in values.items():
            form[name] = value

    def employer_boxes(self):
        return {
            "employer_siret": "900 000 019 00027",
            "employer_street": "2 RUE DU LIVRE",
            "employer_zip": "75005",
            "employer_city": "PARIS",
            "employer_phone": "0142000003",
            "employer_email": "contact@librairie-ubu.example",
            "employer_type_id": self.code("employer_type", "12"),
            "employer_specific_id": self.code("specific_employer", "0"),
            "employer_naf": "47.61Z",
            "employer_headcount": 3,
            "employer_idcc": "3013",
            "employer_pension_fund": "CAISSE EXEMPLE",
            "employer_tutor_eligibility_attested": True,
            "employer_supporting_documents_attested": True,
        }

    def apprentice_boxes(self):
        return {
            "apprentice_birth_name": "ROUX",
            "apprentice_first_name": "Jo",
            "apprentice_sex": "F",
            "apprentice_birth_date": date(2006, 5, 14),
            "apprentice_birth_department": "75",
            "apprentice_birth_city": "PARIS",
            "apprentice_nir": NIR,
            "apprentice_nationality_id": self.code("nationality", "1"),
            "apprentice_social_scheme_id": self.code("social_scheme", "2"),
            "apprentice_street": "4 RUE DU LAC",
            "apprentice_zip": "75006",
            "apprentice_city": "PARIS",
            "apprentice_phone": "0600000003",
            "apprentice_email": "jo.roux@courrier.example",
            "apprentice_situation_before_id": self.code("situation_before", "1"),
            "apprentice_last_diploma_prepared_id": self.code("diploma", "42"),
            "apprentice_last_class_id": self.code("last_class", "01"),
            "apprentice_last_diploma_title": "Baccalauréat général",
            "apprentice_highest_diploma_id": self.code("diploma", "42"),
        }

    def tutor_boxes(self):
        return {
            "tutor_birth_name": "LEROY",
            "tutor_first_name": "Marc",
            "tutor_birth_date": date(1975, 7, 19),
            "tutor_email": "marc.leroy@librairie-ubu.example",
            "tutor_job": "Libraire",
            "tutor_diploma_title": "Licence professionnelle",
            "tutor_diploma_level_id": self.code("tutor_diploma_level", "6"),
        }

    def contract_boxes(self):
        return {
            "contract_mode_id": self.code("contract_mode", "1"),
            "contract_type_id": self.code("contract_type", "11"),
            "date_conclusion": date(2026, 8, 20),
            "date_start": date(2026, 9, 1),
            "date_practical_training": date(2026, 9, 1),
            "date_end": date(2028, 8, 31),
            "signing_place": "PARIS",
            "gross_monthly_wage": 802.82,
            "training_date_start": date(2026, 9, 7),
            "training_date_end": date(2028, 7, 5),
            "training_centre_visa": True,
        }


@tagged("post_install", "-at_install")
class TestPartner(ApprenticeshipCase):
    def test_person_is_named_after_the_civil_status(self):
        partner = self.env["res.partner"].new(
            {"apprenticeship_birth_name": "ROUX", "apprenticeship_first_name": "Jo"}
        )
        partner._onchange_apprenticeship_names()
        self.assertEqual(partner.name, "ROUX Jo")

    def test_name_given_is_kept(self):
        partner = self.env["res.partner"].new(
            {"name": "Jo", "apprenticeship_birth_name": "ROUX"}
        )
        partner._onchange_apprenticeship_names()
        self.assertEqual(partner.name, "Jo")

    def test_pay_period_is_named_as_on_the_form(self):
        contract = self.new_contract()
        self.assertEqual(
            contract.pay_period_ids.mapped("display_name"), ["1.1", "1.2", "2.1"]
        )
