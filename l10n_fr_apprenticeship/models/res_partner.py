# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

# Civil status is for whoever fills in contracts, not for whoever reads contacts.
CONTRACT_USER = "l10n_fr_apprenticeship.group_contract_user"


class ResPartner(models.Model):
    _inherit = "res.partner"

    apprenticeship_naf = fields.Char(
        string="NAF code",
        help="Main activity (code APE): 4 digits and a letter, such as 1071C. "
        "The payslips and the Sirene register give it.",
    )
    apprenticeship_headcount = fields.Integer(
        string="Headcount of the enterprise",
        help="Employees of the whole enterprise (SIREN), all establishments "
        "together: the CERFA does not ask for those of this establishment.",
    )
    apprenticeship_idcc = fields.Char(
        string="IDCC",
        help="Collective agreement applied, on 4 digits: its title is on the "
        "payslips. 9999 when there is none, 9998 while one is being "
        "negotiated; 843 is written 0843.",
    )
    apprenticeship_employer_type_id = fields.Many2one(
        "apprenticeship.code",
        string="Type of employer",
        domain=[("table", "=", "employer_type")],
        ondelete="restrict",
        help="11 for a craftsman or, in Alsace-Moselle, an enterprise of the "
        "local register; 12 for an enterprise at the trade register only. "
        "Public employers begin with 2.",
    )
    apprenticeship_specific_employer_id = fields.Many2one(
        "apprenticeship.code",
        string="Specific employer",
        domain=[("table", "=", "specific_employer")],
        ondelete="restrict",
        help="0 when none of the cases applies, which is the most common: the "
        "box is never left empty.",
    )
    apprenticeship_pension_fund = fields.Char(
        string="Supplementary pension fund",
        help="Institution to which the employer pays the supplementary pension "
        "contributions, such as AG2R or Malakoff Humanis: the payslips name "
        "it.",
    )
    apprenticeship_public_unemployment_scheme = fields.Boolean(
        string="Specific unemployment scheme",
        help="Public employers only: the apprentice joins the specific unemployment "
        "insurance scheme.",
    )
    apprenticeship_uai = fields.Char(
        string="UAI",
        help="Number given by the education authority, not the SIRET: 7 digits, "
        "the first of them the department, and a letter.",
    )

    apprenticeship_birth_name = fields.Char(
        string="Birth name",
        help="Name of the civil status, as on the identity card: never the name "
        "in use, that of a spouse for instance.",
    )
    apprenticeship_usage_name = fields.Char(
        string="Name in use",
        help="Only when it differs from the birth name. It never replaces it.",
    )
    apprenticeship_first_name = fields.Char(
        string="First name",
        help="One first name only, the first of the civil status, even when "
        "another one is in use.",
    )
    apprenticeship_sex = fields.Selection(
        [("F", "Female"), ("M", "Male")],
        string="Sex",
        groups=CONTRACT_USER,
        help="As in the civil status. The NIR says the same: it begins with 1 "
        "for a man, with 2 for a woman.",
    )
    apprenticeship_birth_date = fields.Date(
        string="Birth date",
        groups=CONTRACT_USER,
        help="As in the civil status. The age of an apprentice decides the "
        "minimum pay; a tutor is of age.",
    )
    apprenticeship_birth_department = fields.Char(
        string="Birth department",
        groups=CONTRACT_USER,
        help="75, 2A, 974… and 99 when born abroad: the same as in the NIR, "
        "after the month.",
    )
    apprenticeship_birth_city = fields.Char(
        string="Birth town",
        groups=CONTRACT_USER,
        help="Town of the civil status. For a birth abroad, the town too, not "
        "the country.",
    )
    apprenticeship_diploma_title = fields.Char(
        string="Highest diploma obtained",
        help="For a tutor: title in full of the highest diploma obtained.",
    )
    apprenticeship_diploma_level_id = fields.Many2one(
        "apprenticeship.code",
        string="Level of the diploma",
        domain=[("table", "=", "tutor_diploma_level")],
        ondelete="restrict",
        help="For a tutor: 0 without diploma, 3 for a CAP, up to 8. Below the "
        "level that the apprentice prepares, two years of practice of the "
        "trade are needed.",
    )

    @api.constrains("parent_id")
    def _check_apprentice_apart_from_employer(self):
        """A contact may be given a company after the contract was made."""
        contracts = self.env["apprenticeship.contract"].sudo()
        contracts.search(
            ["|", ("apprentice_id", "in", self.ids), ("employer_id", "in", self.ids)]
        )._check_apprentice_apart_from_employer()

    @api.onchange("apprenticeship_birth_name", "apprenticeship_first_name")
    def _onchange_apprenticeship_names(self):
        if not self.name and not self.is_company:
            names = (self.apprenticeship_birth_name, self.apprenticeship_first_name)
            self.name = " ".join(filter(None, names))

    def _apprenticeship_enterprise(self):
        """Return this establishment and those above it: their people read below."""
        enterprise, establishment = self.browse(), self.sudo()
        while establishment - enterprise:
            enterprise |= establishment
            establishment = establishment.parent_id
        return enterprise
