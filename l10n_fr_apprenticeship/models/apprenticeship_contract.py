# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..cerfa import form

PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"


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

    @api.model
    def _legal_tables(self):
        return self.env["apprenticeship.legal.table"]._legal_tables()

    @api.model
    def _day_of_check(self):
        return self._legal_day(fields.Datetime.now())

    @api.model
    def _legal_day(self, moment):
        """Return the day it is in Paris, wherever the person is."""
        in_paris = self.with_context(tz="Europe/Paris")
        return fields.Datetime.context_timestamp(in_paris, moment).date()
