# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
from decimal import Decimal

from odoo import Command, api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..cerfa import form
from ..cerfa.circumstances import Circumstances, PreviousContract, TutorContract
from ..cerfa.clock import department_of
from ..cerfa.identifiers import compact, is_siret
from ..cerfa.legal_values import MAYOTTE, METROPOLE, NoLegalValue
from ..cerfa.nir_reading import read_nir
from ..cerfa.pay import gross_at_hiring, merge_pay_periods, pay_periods
from ..cerfa.rules import check, without_overridden
from ..cerfa_reading import (
    completeness_by_page,
    contract_field,
    contract_fields,
    form_page,
    read_pay_lines,
    reading_plan,
)

PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"

_logger = logging.getLogger(__name__)

MAYOTTE_DEPARTMENT = "976"
# Code of table « contract_type ».
PROLONGATION_AFTER_FAILURE = "33"
# What an apprentice's next contract most often repeats.
PROPOSED_FROM_PREVIOUS_CONTRACT = (
    "apprentice_nationality_id",
    "apprentice_social_scheme_id",
    "apprentice_nir",
    "apprentice_disabled_worker",
    "apprentice_disability_youth_equivalence",
    "apprentice_disability_boe_extension",
    "apprentice_last_class_id",
    "apprentice_last_diploma_prepared_id",
    "apprentice_last_diploma_title",
    "apprentice_highest_diploma_id",
    "apprentice_top_level_athlete",
)


def _period_values(period):
    return {name: getattr(period, name) for name in form.boxes(form.PayPeriod)}


class ApprenticeshipContract(models.Model):
    """The apprenticeship contract, form CERFA 10103.

    Fields are named after the boxes of `cerfa.form`: see `cerfa_reading`.
    """

    _name = "apprenticeship.contract"
    _description = "Apprenticeship Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "apprentice_id.name", "employer_id.name"]
    _check_company_auto = True

    # ---------------------------------------------------------------- the record
    name = fields.Char(
        string="Reference",
        required=True,
        readonly=True,
        copy=False,
        default="/",
        help="Reference of the contract in Odoo, drawn at its creation. The "
        "number given by the OPCO is another one.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="Company that manages the contract: only its people see it.",
    )
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.EUR"), required=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person in charge",
        default=lambda self: self.env.user,
        index=True,
        tracking=True,
        help="Whoever follows the contract, and is told by an activity when "
        "something has to be done.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("ready", "Ready"),
            ("active", "Active"),
            ("ended", "Ended"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
        help="Draft while the form is filled in, ready once nothing blocks it. "
        "What comes next follows from the answers of the OPCO, the dates "
        "and an early termination.",
    )
    cerfa_version = fields.Char(
        string="CERFA version",
        required=True,
        readonly=True,
        default=form.VERSION,
        help="Version of the form CERFA 10103 that this contract follows. It is "
        "set at creation and sent to the OPCO along with it.",
    )
    deca_number = fields.Char(
        string="DECA number",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="Deposit number of the contract, given by the OPCO: amendments and "
        "later contracts refer to it.",
    )
    origin_id = fields.Many2one(
        "apprenticeship.contract",
        string="Amended contract",
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The first contract, when this one is an amendment.",
    )
    amendment_ids = fields.One2many(
        "apprenticeship.contract", "origin_id", string="Amendments"
    )
    amendment_number = fields.Integer(
        readonly=True,
        copy=False,
        help="Rank of the amendment: 1 for the first one of the contract.",
    )
    is_current = fields.Boolean(
        compute="_compute_is_current",
        store=True,
        help="Neither amended nor replaced by a later amendment.",
    )
    findings = fields.Json(compute="_compute_findings")
    completeness = fields.Json(compute="_compute_findings")
    may_find_employer = fields.Boolean(compute="_compute_may_find_employer")
    override_ids = fields.One2many(
        "apprenticeship.override", "contract_id", string="Findings passed over"
    )

    # ------------------------------------------------------------- the employer
    employer_id = fields.Many2one(
        "res.partner",
        domain=[("is_company", "=", True)],
        check_company=True,
        index=True,
        tracking=True,
        help="Establishment where the apprentice really works, with a SIRET of "
        "its own: not always the head office.",
    )
    employer_siret = fields.Char(
        string="Employer's SIRET",
        related="employer_id.company_registry",
        readonly=False,
        help="14 digits, those of the place of work and not always of the head "
        "office. The establishment must be open on the day of conclusion: "
        "look at the Sirene register.",
    )
    employer_naf = fields.Char(
        string="NAF code", related="employer_id.apprenticeship_naf", readonly=False
    )
    employer_headcount = fields.Integer(
        related="employer_id.apprenticeship_headcount", readonly=False
    )
    employer_idcc = fields.Char(
        string="IDCC", related="employer_id.apprenticeship_idcc", readonly=False
    )
    employer_phone = fields.Char(
        string="Employer's phone",
        related="employer_id.phone",
        readonly=False,
        help="Number at which the employer answers about this contract: 10 "
        "digits, or +33 and 9 digits.",
    )
    employer_email = fields.Char(
        string="Employer's e-mail",
        related="employer_id.email",
        readonly=False,
        help="One address, that somebody reads: the agency that pays the "
        "employers' aids (ASP) writes to it.",
    )
    employer_street = fields.Char(
        string="Employer's street",
        related="employer_id.street",
        readonly=False,
        help="Address of the place of work, as the Sirene register writes it for "
        "this SIRET: number, then street.",
    )
    employer_street2 = fields.Char(
        string="Employer's address line 2",
        related="employer_id.street2",
        readonly=False,
        help="Building, stair or place name (lieu-dit) that the first line "
        "cannot hold. Empty otherwise.",
    )
    employer_zip = fields.Char(
        string="Employer's postal code",
        related="employer_id.zip",
        readonly=False,
        help="5 digits. When the town is still empty, it is proposed from the "
        "contacts already known.",
    )
    employer_city = fields.Char(
        string="Employer's town",
        related="employer_id.city",
        readonly=False,
        help="Town alone: the postal code has its own box, and CEDEX stays out.",
    )
    employer_type_id = fields.Many2one(
        related="employer_id.apprenticeship_employer_type_id", readonly=False
    )
    employer_specific_id = fields.Many2one(
        related="employer_id.apprenticeship_specific_employer_id", readonly=False
    )
    employer_pension_fund = fields.Char(
        related="employer_id.apprenticeship_pension_fund", readonly=False
    )
    employer_public_unemployment_scheme = fields.Boolean(
        related="employer_id.apprenticeship_public_unemployment_scheme",
        readonly=False,
    )
    employer_representative_name = fields.Char(
        string="Signatory's name",
        help="Name of the person who signs the contract for the employer.",
    )
    employer_representative_first_name = fields.Char(
        string="Signatory's first name",
        help="First name of the person who signs the contract for the employer.",
    )
    employer_tutor_eligibility_attested = fields.Boolean(
        string="Tutor's eligibility attested",
        copy=False,
        help="The employer certifies that the tutor meets the conditions of the "
        "branch or of article L6223-8-1. Tick it only once it is ticked on "
        "the signed CERFA.",
    )
    employer_supporting_documents_attested = fields.Boolean(
        string="Supporting documents attested",
        copy=False,
        help="The employer certifies to hold every supporting document: he keeps "
        "them for the whole contract and shows them on demand. Tick it only "
        "once it is ticked on the signed CERFA.",
    )

    # ----------------------------------------------------------- the apprentice
    apprentice_id = fields.Many2one(
        "res.partner",
        domain=[("is_company", "=", False)],
        check_company=True,
        index=True,
        tracking=True,
        help="Contact of the apprentice, a person apart: never a contact of the "
        "employer, who could then read it.",
    )
    apprentice_birth_name = fields.Char(
        string="Apprentice's birth name",
        related="apprentice_id.apprenticeship_birth_name",
        readonly=False,
    )
    apprentice_usage_name = fields.Char(
        string="Apprentice's name in use",
        related="apprentice_id.apprenticeship_usage_name",
        readonly=False,
    )
    apprentice_first_name = fields.Char(
        string="Apprentice's first name",
        related="apprentice_id.apprenticeship_first_name",
        readonly=False,
    )
    apprentice_sex = fields.Selection(
        related="apprentice_id.apprenticeship_sex", readonly=False
    )
    apprentice_birth_date = fields.Date(
        string="Apprentice's birth date",
        related="apprentice_id.apprenticeship_birth_date",
        readonly=False,
        help="As in the civil status. It decides the minimum pay, the age limits "
        "and, under 18, the need for a legal representative.",
    )
    apprentice_birth_department = fields.Char(
        related="apprentice_id.apprenticeship_birth_department", readonly=False
    )
    apprentice_birth_city = fields.Char(
        related="apprentice_id.apprenticeship_birth_city", readonly=False
    )
    apprentice_phone = fields.Char(
        string="Apprentice's phone",
        related="apprentice_id.phone",
        readonly=False,
        help="Number of the apprentice, not of the training centre: 10 digits, "
        "or +33 and 9 digits.",
    )
    apprentice_email = fields.Char(
        string="Apprentice's e-mail",
        related="apprentice_id.email",
        readonly=False,
        help="Personal address of the apprentice, that will outlive the "
        "training: not one of the training centre.",
    )
    apprentice_street = fields.Char(
        string="Apprentice's street",
        related="apprentice_id.street",
        readonly=False,
        help="Number and name of the street. « bis » or « ter » goes right after "
        "the number, a building on the second line.",
    )
    apprentice_street2 = fields.Char(
        string="Apprentice's address line 2",
        related="apprentice_id.street2",
        readonly=False,
        help="Building, stair or place name (lieu-dit) that the first line "
        "cannot hold. Empty otherwise.",
    )
    apprentice_zip = fields.Char(
        string="Apprentice's postal code",
        related="apprentice_id.zip",
        readonly=False,
        help="5 digits. When the town is still empty, it is proposed from the "
        "contacts already known.",
    )
    apprentice_city = fields.Char(
        string="Apprentice's town",
        related="apprentice_id.city",
        readonly=False,
        help="Town alone: the postal code has its own box, and CEDEX stays out.",
    )
    apprentice_nir = fields.Char(
        string="NIR",
        groups=PERSONAL_DATA,
        copy=False,
        help="Social security number of the apprentice, never of a parent: 13 "
        "characters, or 15 with its key. The apprentice's own certificate "
        "of rights (attestation de droits) gives it.",
    )
    apprentice_nationality_id = fields.Many2one(
        "apprenticeship.code",
        string="Nationality",
        domain=[("table", "=", "nationality")],
        ondelete="restrict",
        help="For a foreigner from outside the European Union, check that the "
        "residence permit and the right to work are valid at the start: the "
        "employer keeps their copies.",
    )
    apprentice_social_scheme_id = fields.Many2one(
        "apprenticeship.code",
        string="Social scheme",
        domain=[("table", "=", "social_scheme")],
        ondelete="restrict",
        help="MSA when the employer contributes to the agricultural scheme, "
        "URSSAF in every other case.",
    )
    apprentice_disabled_worker = fields.Boolean(
        string="Recognised as a disabled worker (RQTH)",
        groups=PERSONAL_DATA,
        copy=False,
        help="Tick when the apprentice declares a recognition in force (RQTH): "
        "there is then no age limit. The proof is kept, not sent.",
    )
    apprentice_disability_youth_equivalence = fields.Boolean(
        string="RQTH equivalence for the young",
        groups=PERSONAL_DATA,
        copy=False,
        help="Only without RQTH: from 15 to 20, a PCH, an AEEH or a PPS opens "
        "the rights attached to it.",
    )
    apprentice_disability_boe_extension = fields.Boolean(
        string="RQTH extension (BOE)",
        groups=PERSONAL_DATA,
        copy=False,
        help="Only without RQTH: for the other beneficiaries of the obligation "
        "of employment, themselves and not their dependants.",
    )
    apprentice_situation_before_id = fields.Many2one(
        "apprenticeship.code",
        string="Situation before this contract",
        domain=[("table", "=", "situation_before")],
        ondelete="restrict",
        help="What the apprentice was doing right before this contract. « "
        "Contrat d'apprentissage » calls for a type of contract from 21 to "
        "23.",
    )
    apprentice_last_diploma_prepared_id = fields.Many2one(
        "apprenticeship.code",
        string="Last diploma prepared",
        domain=[("table", "=", "diploma")],
        ondelete="restrict",
        help="Diploma prepared right before this contract, obtained or not. "
        "Whoever enters the second year of a BTS was already preparing the "
        "BTS: 54.",
    )
    apprentice_last_class_id = fields.Many2one(
        "apprenticeship.code",
        string="Last class attended",
        domain=[("table", "=", "last_class")],
        ondelete="restrict",
        help="01 only when the cycle was completed and its diploma obtained. "
        "Otherwise the first digit is the year reached, the second says "
        "whether it was passed (1) or not (2).",
    )
    apprentice_last_diploma_title = fields.Char(
        string="Exact title of the last diploma prepared",
        help="In full and with its speciality, as on the school certificate: « "
        "BTS Comptabilité et gestion » rather than « BTS ».",
    )
    apprentice_highest_diploma_id = fields.Many2one(
        "apprenticeship.code",
        string="Highest diploma obtained by the apprentice",
        domain=[("table", "=", "diploma")],
        ondelete="restrict",
        help="Highest diploma really obtained: that of the baccalauréat for "
        "whoever failed the BTS, « Aucun diplôme » (13) when there is none.",
    )
    apprentice_top_level_athlete = fields.Boolean(
        string="Top-level athlete",
        help="Tick when the apprentice is on the official list of top-level "
        "athletes: there is then no age limit.",
    )
    apprentice_business_project = fields.Boolean(
        string="Project of creating or taking over a business",
        help="Tick when the business to create or to take over depends on the "
        "diploma prepared. Over 29, an attestation on honour is joined.",
    )
    apprentice_emancipated = fields.Boolean(
        string="Emancipated minor",
        help="A minor emancipated by a judge or by marriage signs alone: no "
        "legal representative is then asked.",
    )
    legal_representative_birth_name = fields.Char(
        string="Representative's birth name",
        help="Birth name of the parent or guardian who signs: asked when the "
        "apprentice is under 18 on the day of conclusion.",
    )
    legal_representative_first_name = fields.Char(
        string="Representative's first name",
        help="One first name, of the parent or guardian who signs.",
    )
    legal_representative_email = fields.Char(
        string="Representative's e-mail",
        help="Address of the representative in person, not the apprentice's. No "
        "other data of the parents is asked for.",
    )
    legal_representative_street = fields.Char(
        string="Representative's street",
        help="Number and name of the street. « bis » or « ter » goes right after "
        "the number, a building on the second line.",
    )
    legal_representative_street2 = fields.Char(
        string="Representative's address line 2",
        help="Building, stair or place name (lieu-dit) that the first line "
        "cannot hold. Empty otherwise.",
    )
    legal_representative_zip = fields.Char(
        string="Representative's postal code",
        help="5 digits. When the town is still empty, it is proposed from the "
        "contacts already known.",
    )
    legal_representative_city = fields.Char(
        string="Representative's town",
        help="Town alone: the postal code has its own box, and CEDEX stays out.",
    )

    # --------------------------------------------------------------- the tutors
    tutor_id = fields.Many2one(
        "res.partner",
        domain=[("is_company", "=", False)],
        check_company=True,
        index="btree_not_null",
        tracking=True,
        help="Person of the company who trains the apprentice: of age, and with "
        "two apprentices at the same time at most, three when the training "
        "of one is prolonged after a failure.",
    )
    tutor_birth_name = fields.Char(
        string="Tutor's birth name",
        related="tutor_id.apprenticeship_birth_name",
        readonly=False,
    )
    tutor_first_name = fields.Char(
        string="Tutor's first name",
        related="tutor_id.apprenticeship_first_name",
        readonly=False,
    )
    tutor_birth_date = fields.Date(
        string="Tutor's birth date",
        related="tutor_id.apprenticeship_birth_date",
        readonly=False,
        help="As in the civil status. A tutor is 18 at least when the contract starts.",
    )
    tutor_email = fields.Char(
        string="Tutor's e-mail",
        related="tutor_id.email",
        readonly=False,
        help="Address at work of the tutor in person, rather than the general "
        "one of the company.",
    )
    tutor_job = fields.Char(
        string="Tutor's job",
        related="tutor_id.function",
        readonly=False,
        help="Job held, as on the payslip. It is related to the diploma that the "
        "apprentice prepares.",
    )
    tutor_diploma_title = fields.Char(
        string="Tutor's highest diploma",
        related="tutor_id.apprenticeship_diploma_title",
        readonly=False,
    )
    tutor_diploma_level_id = fields.Many2one(
        string="Level of the tutor's diploma",
        related="tutor_id.apprenticeship_diploma_level_id",
        readonly=False,
    )
    second_tutor_id = fields.Many2one(
        "res.partner",
        domain=[("is_company", "=", False)],
        check_company=True,
        index="btree_not_null",
        tracking=True,
        help="Only when two people share the task: all the boxes are then asked. "
        "Naming the second from the start spares an amendment when the "
        "first leaves.",
    )
    second_tutor_birth_name = fields.Char(
        string="Second tutor's birth name",
        related="second_tutor_id.apprenticeship_birth_name",
        readonly=False,
    )
    second_tutor_first_name = fields.Char(
        string="Second tutor's first name",
        related="second_tutor_id.apprenticeship_first_name",
        readonly=False,
    )
    second_tutor_birth_date = fields.Date(
        string="Second tutor's birth date",
        related="second_tutor_id.apprenticeship_birth_date",
        readonly=False,
        help="As in the civil status. A tutor is 18 at least when the contract starts.",
    )
    second_tutor_email = fields.Char(
        string="Second tutor's e-mail",
        related="second_tutor_id.email",
        readonly=False,
        help="Address at work of the tutor in person, rather than the general "
        "one of the company.",
    )
    second_tutor_job = fields.Char(
        string="Second tutor's job",
        related="second_tutor_id.function",
        readonly=False,
        help="Job held, as on the payslip. It is related to the diploma that the "
        "apprentice prepares.",
    )
    second_tutor_diploma_title = fields.Char(
        string="Second tutor's highest diploma",
        related="second_tutor_id.apprenticeship_diploma_title",
        readonly=False,
    )
    second_tutor_diploma_level_id = fields.Many2one(
        string="Level of the second tutor's diploma",
        related="second_tutor_id.apprenticeship_diploma_level_id",
        readonly=False,
    )

    # ------------------------------------------------------------- the contract
    contract_mode_id = fields.Many2one(
        "apprenticeship.code",
        string="Contractual mode",
        domain=[("table", "=", "contract_mode")],
        ondelete="restrict",
        help="1 for nearly all contracts, which have an end. 2 for the beginning "
        "of a permanent contract (CDI), 3 for temporary work, 4 for two "
        "seasonal employers.",
    )
    contract_type_id = fields.Many2one(
        "apprenticeship.code",
        string="Type of contract or amendment",
        domain=[("table", "=", "contract_type")],
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="11 only when the apprentice never had a contract of "
        "apprenticeship, anywhere. 21 to 23 follow a former one, 31 to 38 "
        "amend one: both ask for its number.",
    )
    derogation_id = fields.Many2one(
        "apprenticeship.code",
        string="Type of derogation",
        domain=[("table", "=", "derogation")],
        ondelete="restrict",
        help="Empty when there is none. 11 under 16, 12 from 30, 21 or 22 when "
        "the contract is shorter or longer than the course (with a "
        "tripartite agreement), 50 when several apply.",
    )
    previous_number = fields.Char(
        string="Number of the previous contract",
        help="Deposit number (DECA) of the contract before this one, even with "
        "another employer, or of the one amended: 15 characters, first the "
        "department. It stands at the foot of the deposited CERFA.",
    )
    date_conclusion = fields.Date(
        string="Date of conclusion",
        copy=False,
        tracking=True,
        help="Day when both the employer and the apprentice have signed: on the "
        "first day of the contract at the latest.",
    )
    date_start = fields.Date(
        string="Start of execution",
        copy=False,
        index=True,
        tracking=True,
        help="First real day, at the employer's or at the training centre. The 5 "
        "working days to deposit and the years of pay are counted from it.",
    )
    date_practical_training = fields.Date(
        string="Start of practical training",
        copy=False,
        help="First day of work at the employer's: neither before the start of "
        "execution nor more than 3 months after it.",
    )
    date_amendment_effect = fields.Date(
        string="Effect of the amendment",
        copy=False,
        help="For an amendment only: day from which what it changes applies, "
        "within the dates of the contract.",
    )
    date_end = fields.Date(
        string="End of the contract",
        copy=False,
        tracking=True,
        help="End of the contract, or of the apprenticeship period of an open-"
        "ended one. It covers the last examination, and goes 2 months past "
        "it at most.",
    )
    weekly_hours = fields.Integer(
        string="Weekly hours",
        default=35,
        help="35 most of the time and 40 at most; 35 as well when the hours "
        "above are given back as rest (RTT). A minor works 35 hours, but by "
        "leave of the labour inspectorate.",
    )
    weekly_minutes = fields.Integer(
        string="Weekly minutes",
        help="From 0 to 59, on top of the hours: 37 h 30 is 37 and 30, not 37 and 5.",
    )
    hazardous_work = fields.Boolean(
        string="Dangerous machines or particular risks",
        help="Tick when the apprentice uses dangerous machines or is exposed to "
        "a particular risk. For a minor, the employer first declares it to "
        "the labour inspectorate.",
    )
    pay_period_ids = fields.One2many(
        "apprenticeship.pay.period",
        "contract_id",
        string="Pay periods",
        copy=False,
        help="One line a year of execution, two when a birthday (18, 21 or 26) "
        "raises the minimum during that year. « Generate the pay » writes "
        "them at the legal minimum.",
    )
    gross_monthly_wage = fields.Monetary(
        string="Gross monthly wage at hiring",
        help="Wage of the first period, before contributions: its rate times the "
        "SMIC, or the SMC, in force on the first day.",
    )
    meal_benefit = fields.Monetary(
        string="Food (€ per meal)",
        help="What one meal provided counts for, in euros. 0 when the employer "
        "provides none.",
    )
    housing_benefit = fields.Monetary(
        string="Housing (€ per month)",
        help="What one month of housing provided counts for, in euros. 0 when "
        "the employer provides none.",
    )
    other_benefit = fields.Boolean(
        string="Other benefit in kind",
        help="Tick when the employer provides something else than meals and "
        "housing: the CERFA asks for no amount.",
    )
    signing_place = fields.Char(
        string="Signed at",
        help="Town where the contract was signed, as written before the signatures.",
    )
    proving_signature = fields.Boolean(
        string="Proving electronic signature",
        copy=False,
        help="Tick when every party signed the CERFA with a tool for electronic "
        "signatures that keeps the proof: a signed sheet once scanned is "
        "not one.",
    )

    # ------------------------------------------------------------- the training
    training_id = fields.Many2one(
        "apprenticeship.training",
        index=True,
        check_company=True,
        tracking=True,
        help="Training of the catalogue. It fills in the title, the codes and "
        "the hours of this contract, where they can still be changed.",
    )
    training_diploma_type_id = fields.Many2one(
        "apprenticeship.code",
        string="Diploma aimed at",
        domain=[("table", "=", "diploma")],
        ondelete="restrict",
        compute="_compute_training_diploma_type_id",
        store=True,
        readonly=False,
        help="Kind of diploma in the table of the notice: 54 for a BTS, 33 for a "
        "CAP. It agrees with the first digits of the diploma code.",
    )
    training_title = fields.Char(
        string="Exact title of the diploma",
        compute="_compute_training_title",
        store=True,
        readonly=False,
        help="Title as registered at the RNCP, to the word: neither an acronym "
        "nor the commercial name of the course.",
    )
    training_diploma_code = fields.Char(
        string="Diploma code",
        compute="_compute_training_diploma_code",
        store=True,
        readonly=False,
        help="8 characters such as 32031213 (code formation-diplôme), to be "
        "found with the RNCP sheet. A ninth letter, for the speciality, is "
        "left out.",
    )
    training_rncp = fields.Char(
        string="RNCP code",
        compute="_compute_training_rncp",
        store=True,
        readonly=False,
        help="Number of the sheet at the RNCP. It must be active on the day of "
        "conclusion, and about the same diploma as the other boxes.",
    )
    training_hours = fields.Integer(
        string="Hours of training",
        compute="_compute_training_hours",
        store=True,
        readonly=False,
        help="Hours of training over the whole contract, not per year: the same "
        "number as on the training agreement.",
    )
    training_distance_hours = fields.Integer(
        string="Hours at a distance",
        compute="_compute_training_distance_hours",
        store=True,
        readonly=False,
        help="Hours foreseen at a distance, already counted in the total; 0 when "
        "there are none. From 80 % of the total on, the funding is lower.",
    )
    training_date_start = fields.Date(
        string="Start of training",
        copy=False,
        help="First day at the training centre, 3 months before or after the "
        "start of execution at most.",
    )
    training_date_end = fields.Date(
        string="End of examinations",
        copy=False,
        help="Expected day of the last examination, even provisional. The "
        "contract lasts until then at least.",
    )

    # -------------------------------------------------------- the training centre
    training_centre_id = fields.Many2one(
        "res.partner",
        string="Responsible training centre",
        domain=[("is_company", "=", True)],
        check_company=True,
        default=lambda self: self.env.company.partner_id,
        index=True,
        tracking=True,
        help="Training centre (CFA) that answers for the training, even when "
        "another place gives the lessons.",
    )
    training_centre_siret = fields.Char(
        string="Training centre's SIRET",
        related="training_centre_id.company_registry",
        readonly=False,
        help="14 digits of the establishment that answers for the training, and "
        "that has the UAI beside it.",
    )
    training_centre_uai = fields.Char(
        string="Training centre's UAI",
        related="training_centre_id.apprenticeship_uai",
        readonly=False,
    )
    training_centre_street = fields.Char(
        string="Training centre's street",
        related="training_centre_id.street",
        readonly=False,
        help="Number and name of the street. « bis » or « ter » goes right after "
        "the number, a building on the second line.",
    )
    training_centre_street2 = fields.Char(
        string="Training centre's address line 2",
        related="training_centre_id.street2",
        readonly=False,
        help="Building, stair or place name (lieu-dit) that the first line "
        "cannot hold. Empty otherwise.",
    )
    training_centre_zip = fields.Char(
        string="Training centre's postal code",
        related="training_centre_id.zip",
        readonly=False,
        help="5 digits, those of the place itself and not of a CEDEX.",
    )
    training_centre_city = fields.Char(
        string="Training centre's town",
        related="training_centre_id.city",
        readonly=False,
        help="Town alone: the postal code has its own box, and CEDEX stays out.",
    )
    training_centre_in_house = fields.Boolean(
        string="In-house training centre",
        help="Tick for a training centre of the employer's company, or shared by "
        "several companies.",
    )
    training_centre_visa = fields.Boolean(
        string="Visa of the training centre",
        copy=False,
        help="Stamp and signature of the director on the CERFA: without them the "
        "contract is not processed.",
    )
    training_centre_is_main_place = fields.Boolean(
        string="Main place of training",
        default=True,
        help="Tick when most lessons are given at the responsible training "
        "centre. Otherwise name the other place.",
    )
    training_place_id = fields.Many2one(
        "res.partner",
        string="Main place of training, if another",
        domain=[("is_company", "=", True)],
        check_company=True,
        index="btree_not_null",
        help="Establishment where most lessons are given, such as a branch or a "
        "partner school.",
    )
    training_place_siret = fields.Char(
        string="Place's SIRET",
        related="training_place_id.company_registry",
        readonly=False,
        help="14 digits of that very place, not of the responsible training centre.",
    )
    training_place_uai = fields.Char(
        string="Place's UAI",
        related="training_place_id.apprenticeship_uai",
        readonly=False,
    )
    training_place_street = fields.Char(
        string="Place's street",
        related="training_place_id.street",
        readonly=False,
        help="Number and name of the street. « bis » or « ter » goes right after "
        "the number, a building on the second line.",
    )
    training_place_street2 = fields.Char(
        string="Place's address line 2",
        related="training_place_id.street2",
        readonly=False,
        help="Building, stair or place name (lieu-dit) that the first line "
        "cannot hold. Empty otherwise.",
    )
    training_place_zip = fields.Char(
        string="Place's postal code",
        related="training_place_id.zip",
        readonly=False,
        help="5 digits, those of the place itself and not of a CEDEX.",
    )
    training_place_city = fields.Char(
        string="Place's town",
        related="training_place_id.city",
        readonly=False,
        help="Town alone: the postal code has its own box, and CEDEX stays out.",
    )

    _amendment_uniq = models.UniqueIndex(
        "(origin_id, amendment_number) WHERE origin_id IS NOT NULL",
        "This contract already has an amendment with this number.",
    )

    @api.depends("name", "apprentice_id.name")
    def _compute_display_name(self):
        for contract in self:
            names = (contract.name, contract.apprentice_id.name)
            contract.display_name = " – ".join(filter(None, names))

    @api.depends(
        "amendment_number",
        "amendment_ids.amendment_number",
        "amendment_ids.state",
        "origin_id.amendment_ids.amendment_number",
        "origin_id.amendment_ids.state",
    )
    def _compute_is_current(self):
        for contract in self:
            siblings = (contract.origin_id or contract).amendment_ids.filtered(
                lambda amendment: amendment.state != "cancelled"
            )
            last = max(siblings.mapped("amendment_number"), default=0)
            contract.is_current = contract.amendment_number == last

    @api.depends("training_id")
    def _compute_training_diploma_type_id(self):
        self._copy_from_training("training_diploma_type_id", "diploma_type_id")

    @api.depends("training_id")
    def _compute_training_title(self):
        self._copy_from_training("training_title", "name")

    @api.depends("training_id")
    def _compute_training_diploma_code(self):
        self._copy_from_training("training_diploma_code", "diploma_code")

    @api.depends("training_id")
    def _compute_training_rncp(self):
        self._copy_from_training("training_rncp", "rncp")

    @api.depends("training_id")
    def _compute_training_hours(self):
        self._copy_from_training("training_hours", "hours")

    @api.depends("training_id")
    def _compute_training_distance_hours(self):
        self._copy_from_training("training_distance_hours", "distance_hours")

    def _copy_from_training(self, name, name_on_training):
        """Copy at choice: later changes of the training do not alter a contract.

        One compute method a field: a value given for one at creation would keep Odoo
        from computing the others of the same method.
        """
        for contract in self.filtered("training_id"):
            contract[name] = contract.training_id[name_on_training]

    @api.depends(lambda self: self._findings_depends())
    @api.depends_context("uid", "lang")
    def _compute_findings(self):
        checked = self._checked()
        for contract in self:
            cerfa, findings = checked[contract]
            contract.findings = [
                contract._finding_to_show(finding)
                for finding in findings
                # What is replaced is not corrected any more.
                if not contract.is_frozen
            ]
            contract.completeness = [
                {"page": page, "filled": filled, "expected": expected}
                for page, (filled, expected) in completeness_by_page(cerfa).items()
            ]

    @api.depends("employer_id")
    def _compute_may_find_employer(self):
        is_available = self.env["apprenticeship.establishment.search"]._is_available()
        for contract in self:
            contract.may_find_employer = is_available and bool(contract.employer_id)

    @api.constrains("apprentice_id", "employer_id")
    def _check_apprentice_apart_from_employer(self):
        for contract in self:
            employer = contract.employer_id
            company = contract.apprentice_id.commercial_partner_id
            if company in employer._apprenticeship_enterprise():
                raise ValidationError(
                    self.env._(
                        "%(apprentice)s is a contact of %(employer)s, which could "
                        "then read the apprentice's data. Remove the company from the "
                        "apprentice's contact.",
                        apprentice=contract.apprentice_id.display_name,
                        employer=company.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = [vals for vals in vals_list if vals.get("name", "/") == "/"]
        references = self._draw_references(len(unnamed))
        for vals, reference in zip(unnamed, references, strict=True):
            vals["name"] = reference
        return super().create(vals_list)

    def _creation_message(self):
        # Known in each language while Odoo installs, when the model's name is not yet.
        return self.env._("Apprenticeship contract created")

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        kept = self.filtered(lambda contract: contract.state != "draft")
        if kept:
            raise UserError(
                self.env._(
                    "Only drafts can be deleted. Cancel these contracts instead: "
                    "%(contracts)s",
                    contracts=", ".join(kept.mapped("name")),
                )
            )

    @api.onchange("apprentice_id")
    def _onchange_apprentice_id(self):
        previous = self._previous_contract()
        for name in PROPOSED_FROM_PREVIOUS_CONTRACT:
            field = self._fields[name]
            # Access first: without it, even looking at the box raises.
            if previous and self._has_field_access(field, "read") and not self[name]:
                self[name] = previous[name]

    @api.onchange("apprentice_nir")
    def _onchange_apprentice_nir(self):
        """Propose what the NIR says; what is typed already stays."""
        said = read_nir(self.apprentice_nir or "")
        if not said or not self.apprentice_id:
            return None
        self.apprentice_sex = self.apprentice_sex or said.sex
        if not self.apprentice_birth_department:
            self.apprentice_birth_department = said.department
        if self.apprentice_birth_date or not said.month:
            return None
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("Birth date"),
                "message": self.env._(
                    "The NIR says: born in month %(month)s of year %(year)s. Type the "
                    "birth date.",
                    month=f"{said.month:02}",
                    year=said.year,
                ),
            }
        }

    @api.onchange("employer_zip")
    def _onchange_employer_zip(self):
        self._propose_place("employer", "zip", "city")

    @api.onchange("employer_city")
    def _onchange_employer_city(self):
        self._propose_place("employer", "city", "zip")

    @api.onchange("apprentice_zip")
    def _onchange_apprentice_zip(self):
        self._propose_place("apprentice", "zip", "city")

    @api.onchange("apprentice_city")
    def _onchange_apprentice_city(self):
        self._propose_place("apprentice", "city", "zip")

    @api.onchange("legal_representative_zip")
    def _onchange_legal_representative_zip(self):
        self._propose_place("legal_representative", "zip", "city")

    @api.onchange("legal_representative_city")
    def _onchange_legal_representative_city(self):
        self._propose_place("legal_representative", "city", "zip")

    def _propose_place(self, part, known, wanted):
        """Fill in a town from its postal code, or the reverse, as known contacts do.

        Only when they all agree: a postal code may serve several towns. A box emptied
        on purpose stays empty until the other one changes.
        """
        value = self[f"{part}_{known}"]
        if not value or self[f"{part}_{wanted}"]:
            return
        found = self.env["res.partner"]._read_group(
            [(known, "=", value), (wanted, "!=", False)], [wanted], limit=2
        )
        if len(found) == 1:
            self[f"{part}_{wanted}"] = found[0][0]

    @api.onchange("apprentice_birth_date", "date_start", "date_end")
    def _onchange_pay_dates(self):
        """Propose the pay as soon as it can be computed; nothing entered is touched."""
        if self.pay_period_ids or not self._pay_dates_are_known():
            return
        try:
            self._generate_pay()
        except (NoLegalValue, ValueError) as error:
            # The findings say it at the right box.
            _logger.debug("%s: no pay proposed: %s", self.name, error)

    def action_generate_pay(self):
        """Write the minimum pay; rates entered above it stay, those under it do not."""
        self.ensure_one()
        if not self._pay_dates_are_known():
            raise UserError(
                self.env._(
                    "The pay needs the apprentice's birth date, the start and the end "
                    "of the contract."
                )
            )
        try:
            refused = self._generate_pay()
        except (NoLegalValue, ValueError) as error:
            raise UserError(self._pay_failure_message(error)) from error
        message = "\n".join(
            f"{finding.message} ({finding.article})" for finding in refused
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "info",
                "message": message
                or self.env._("The pay periods are at the legal minimum or above."),
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _pay_dates_are_known(self):
        return bool(
            self.apprentice_birth_date
            and self.date_start
            and self.date_end
            and self.date_start < self.date_end
        )

    def _generate_pay(self):
        """Set the pay periods and the wage at hiring.

        :return: the findings about the rates that were under the minimum
        :raises NoLegalValue: when no SMIC is known at the start
        :raises ValueError: when the contract is too long for the form
        """
        tables, zone = self._legal_tables(), self._smic_zone()
        generated = pay_periods(
            self.apprentice_birth_date, self.date_start, self.date_end, tables, zone
        )
        merged = merge_pay_periods(read_pay_lines(self.pay_period_ids), generated)
        self.pay_period_ids = [
            Command.clear(),
            *(Command.create(values) for values in map(_period_values, merged.periods)),
        ]
        first = merged.periods[0]
        minimum = gross_at_hiring(first, tables, self.date_start, zone)
        self.gross_monthly_wage = max(
            minimum, Decimal(f"{self.gross_monthly_wage:.2f}")
        )
        return merged.refused

    def _smic_zone(self):
        """Return the zone of the SMIC where the contract is executed."""
        department = department_of(compact(self.employer_zip or ""))
        return MAYOTTE if department == MAYOTTE_DEPARTMENT else METROPOLE

    def _pay_failure_message(self, error):
        if isinstance(error, NoLegalValue):
            return self.env._(
                "No SMIC, or no minimum pay at this age, is known on %(date)s. Check "
                "the birth date and the start, or add the line in Configuration.",
                date=self.date_start.strftime("%d/%m/%Y"),
            )
        return self.env._(
            "The form has room for four years of pay: check the start and the end of "
            "the contract."
        )

    def action_find_employer(self):
        """Fill in the employer's empty boxes from the State's public register."""
        self.ensure_one()
        self.employer_id.check_access("write")
        found = self._find_establishment(self.employer_siret)
        employer = self.employer_id
        employer.write(
            {
                name: value
                for name, value in found["values"].items()
                if value and not employer[name]
            }
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if found["is_closed"] else "info",
                "message": self._found_establishment_message(found),
                "sticky": found["is_closed"],
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _find_establishment(self, siret):
        """:raises UserError: when the SIRET is wrong, or nothing is found"""
        siret = compact(siret or "")
        if not is_siret(siret):
            raise UserError(
                self.env._("%(siret)s is not a valid SIRET.", siret=siret or "—")
            )
        found = self.env["apprenticeship.establishment.search"]._find(siret)
        if not found:
            raise UserError(
                self.env._(
                    "No establishment has the SIRET %(siret)s in the public register.",
                    siret=siret,
                )
            )
        return found

    def _found_establishment_message(self, found):
        if found["is_closed"]:
            return self.env._(
                "The public register says that this establishment is CLOSED: the OPCO "
                "will refuse the contract."
            )
        return self.env._(
            "%(name)s: the empty boxes are filled in. Headcount range of the "
            "enterprise in the register: %(range)s.",
            name=found["values"]["name"],
            range=found["headcount_range"] or "—",
        )

    def action_check(self):
        """Mark the contracts ready; say what blocks them when something does."""
        message = self._blocking_message()
        if message:
            raise UserError(message)
        self._mark_ready()

    def action_draft(self):
        self.filtered(
            lambda contract: contract.state in ("ready", "cancelled")
        ).state = "draft"

    def action_cancel(self):
        self.filtered(
            lambda contract: contract.state in ("draft", "ready")
        ).state = "cancelled"

    @api.model
    def _draw_references(self, count):
        """Return that many references, all drawn by one query when they can be."""
        sequences = self.env["ir.sequence"]
        code = "apprenticeship.contract"
        sequence = sequences.search(
            [("code", "=", code), ("company_id", "in", [self.env.company.id, False])],
            order="company_id",
            limit=1,
        )
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequences.next_by_code(code) for _number in range(count)]
        drawn = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        return [sequence.get_next_char(number) for (number,) in drawn]

    def _mark_ready(self):
        self.filtered(lambda contract: contract.state == "draft").state = "ready"

    def _previous_contract(self):
        return self._previous_contracts()[self]

    def _previous_contracts(self):
        """Return, by contract, the apprentice's contract that came before it."""
        apprentices = self.apprentice_id._origin
        found = self.search(
            [
                ("apprentice_id", "in", apprentices.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "!=", "cancelled"),
            ],
            # A draft without dates is not the latest contract.
            order="date_start desc nulls last, id desc",
        )
        by_apprentice = found.grouped("apprentice_id")
        return {
            contract: contract._latest_other(
                by_apprentice.get(contract.apprentice_id._origin, self.browse())
            ).with_prefetch(found.ids)
            for contract in self
        }

    def _latest_other(self, contracts):
        origin = (self.origin_id or self)._origin
        return contracts.filtered(
            lambda other: (
                (other.origin_id or other) != origin
                and other.company_id == self.company_id
                and (
                    not self.date_start
                    or not other.date_start
                    or other.date_start < self.date_start
                )
            )
        )[:1]

    def _to_cerfa(self):
        """Return the contract as a frozen `Cerfa`, read once.

        Whoever may read the contract gets the whole form, personal data included:
        what is shown to people is masked by those who show it.
        """
        self.ensure_one()
        self.check_access("read")
        return self.sudo()._form()

    def _preflight(self):
        """Return the findings of the pre-flight, the worst first."""
        _cerfa, findings = self._checked()[self]
        return findings

    def _checked(self):
        """Return, by contract, its form and what the rules find on it.

        Findings passed over are warnings. The database is asked the same number of
        times however many the contracts.
        """
        self.check_access("read")
        tables = self._legal_tables()
        circumstances = self._circumstances()
        checked = {}
        for contract, readable in zip(self, self.sudo(), strict=True):
            cerfa = readable._form()
            findings = check(cerfa, tables, circumstances[contract])
            reasons = readable._reasons_to_pass_over()
            if reasons:
                findings = without_overridden(findings, reasons)
            checked[contract] = (cerfa, findings)
        return checked

    def _reasons_to_pass_over(self):
        return {override.rule_id: override.reason for override in self.override_ids}

    @api.model
    def _legal_tables(self):
        return self.env["apprenticeship.legal.table"]._legal_tables()

    def _circumstances(self):
        """Return, by contract, what the rules need to know besides the form.

        Hook for the add-ons that know more of a contract, its documents or its deposit.
        """
        contracts = self.sudo()
        today = self._day_of_check()
        tutored = contracts._contracts_of_same_tutors()
        previous = contracts._previous_contracts()
        amended = contracts._amended_versions()
        return {
            contract: Circumstances(
                today=today,
                tutor_contracts=readable._tutor_contracts_among(tutored),
                previous_contract=previous[readable]._as_previous_contract(),
                amended=amended.get(readable, self.browse())._as_amended(),
            )
            for contract, readable in zip(self, contracts, strict=True)
        }

    @api.model
    def _day_of_check(self):
        return self._legal_day(fields.Datetime.now())

    @api.model
    def _legal_day(self, moment):
        """Return the day it is in Paris, wherever the person is."""
        in_paris = self.with_context(tz="Europe/Paris")
        return fields.Datetime.context_timestamp(in_paris, moment).date()

    def _contracts_of_same_tutors(self):
        """Return the running contracts of the tutors of these contracts."""
        tutors = (self.tutor_id | self.second_tutor_id)._origin
        if not tutors:
            return self.browse()
        running = self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("ready", "active")),
                ("date_start", "!=", False),
                ("date_end", "!=", False),
                "|",
                ("tutor_id", "in", tutors.ids),
                ("second_tutor_id", "in", tutors.ids),
            ]
        )
        return running._last_versions()

    def _tutor_contracts_among(self, contracts):
        """Return the other contracts of the same tutors that meet this one in time."""
        tutors = (self.tutor_id | self.second_tutor_id)._origin
        if not (tutors and self.date_start and self.date_end):
            return ()
        origin = (self.origin_id or self)._origin
        return tuple(
            TutorContract(
                birth_name=tutor.apprenticeship_birth_name or "",
                birth_date=tutor.apprenticeship_birth_date,
                date_start=other.date_start,
                date_end=other.date_end,
                is_prolonged=other.contract_type_id.code == PROLONGATION_AFTER_FAILURE,
            )
            for other in contracts
            if (other.origin_id or other) != origin
            and other.company_id == self.company_id
            and other.date_start <= self.date_end
            and other.date_end >= self.date_start
            for tutor in (other.tutor_id | other.second_tutor_id) & tutors
            if tutor.apprenticeship_birth_date
        )

    def _as_previous_contract(self):
        if not self:
            return None
        last_period = self.pay_period_ids.sorted(
            lambda period: (period.year, period.number)
        )[-1:]
        return PreviousContract(
            date_end=self.date_end or None,
            last_rate=Decimal(f"{last_period.rate:.2f}") if last_period else None,
        )

    def _overrides_for_journal(self):
        """Return who passed over what, when and why, for whoever keeps a journal."""
        return [
            {
                "rule": override.rule_id,
                "by": override.user_id.name,
                "on": fields.Datetime.to_string(override.create_date),
                "reason": override.reason,
                "is_personal": override.is_personal,
            }
            for override in self.sudo().override_ids
        ]

    def _blocking_findings(self):
        """Return, by contract that something blocks, what blocks it."""
        blocking = {
            contract: [finding for finding in findings if finding.is_blocking]
            for contract, (_cerfa, findings) in self._checked().items()
        }
        return {contract: found for contract, found in blocking.items() if found}

    def _finding_message(self, finding):
        """Return the sentence that this user may read."""
        if self.env.user.has_group(PERSONAL_DATA):
            return finding.message
        return finding.masked_message

    def _finding_to_show(self, finding):
        path = finding.paths[0]
        return {
            "rule": finding.rule_id,
            "severity": finding.severity.name.lower(),
            "message": self._finding_message(finding),
            "article": finding.article,
            "field": contract_field(path),
            "page": form_page(path),
        }

    def _blocking_message(self):
        """Return one text that says, for each blocked contract, what blocks it."""
        lines = []
        for contract, findings in self._blocking_findings().items():
            lines.append(contract.display_name)
            lines += [f"• {self._finding_message(finding)}" for finding in findings]
        return "\n".join(lines)

    @api.model
    def _findings_depends(self):
        periods = [f"pay_period_ids.{name}" for name in form.boxes(form.PayPeriod)]
        return (*contract_fields(), *periods)

    @api.model
    @tools.ormcache("from_partners")
    def _cerfa_plan(self, from_partners):
        return reading_plan(self._fields, from_partners=from_partners)
