# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    apprenticeship_naf = fields.Char(
        string="NAF code", help="Main activity of the establishment, such as 1071C."
    )
    apprenticeship_headcount = fields.Integer(
        string="Headcount of the enterprise",
        help="Employees of the whole enterprise (SIREN), not of the establishment.",
    )
    apprenticeship_idcc = fields.Char(
        string="IDCC",
        help="Collective agreement that applies, on 4 digits. 9999: none; 9998: being "
        "negotiated.",
    )
    apprenticeship_employer_type_id = fields.Many2one(
        "apprenticeship.code",
        string="Type of employer",
        domain=[("table", "=", "employer_type")],
        ondelete="restrict",
    )
    apprenticeship_specific_employer_id = fields.Many2one(
        "apprenticeship.code",
        string="Specific employer",
        domain=[("table", "=", "specific_employer")],
        ondelete="restrict",
    )
    apprenticeship_pension_fund = fields.Char(string="Supplementary pension fund")
    apprenticeship_public_unemployment_scheme = fields.Boolean(
        string="Specific unemployment scheme",
        help="Public employers only: the apprentice joins the specific unemployment "
        "insurance scheme.",
    )
    apprenticeship_uai = fields.Char(
        string="UAI", help="Number of the training centre, 7 digits and a letter."
    )

    apprenticeship_birth_name = fields.Char(
        string="Birth name", help="As written in the civil status."
    )
    apprenticeship_usage_name = fields.Char(string="Name in use")
    apprenticeship_first_name = fields.Char(
        string="First name", help="Only the first one, as in the civil status."
    )
    apprenticeship_sex = fields.Selection(
        [("F", "Female"), ("M", "Male")], string="Sex"
    )
    apprenticeship_birth_date = fields.Date(string="Birth date")
    apprenticeship_birth_department = fields.Char(
        string="Birth department", help="75, 2A, 974… and 99 when born abroad."
    )
    apprenticeship_birth_city = fields.Char(string="Birth town")
    apprenticeship_diploma_title = fields.Char(
        string="Highest diploma obtained", help="Of a tutor, in full."
    )
    apprenticeship_diploma_level_id = fields.Many2one(
        "apprenticeship.code",
        string="Level of the diploma",
        domain=[("table", "=", "tutor_diploma_level")],
        ondelete="restrict",
    )

    @api.onchange("apprenticeship_birth_name", "apprenticeship_first_name")
    def _onchange_apprenticeship_names(self):
        if not self.name and not self.is_company:
            names = (self.apprenticeship_birth_name, self.apprenticeship_first_name)
            self.name = " ".join(filter(None, names))
