# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ApprenticeshipTraining(models.Model):
    _name = "apprenticeship.training"
    _description = "Apprenticeship Training"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(
        string="Exact title",
        required=True,
        tracking=True,
        help="Title as registered at the RNCP, to the word: neither an acronym "
        "nor the commercial name of the course.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty when every company may choose this training.",
    )
    diploma_type_id = fields.Many2one(
        "apprenticeship.code",
        string="Diploma aimed at",
        domain=[("table", "=", "diploma")],
        ondelete="restrict",
        tracking=True,
        help="Kind of diploma in the table of the notice: 54 for a BTS, 33 for a "
        "CAP. It agrees with the first digits of the diploma code.",
    )
    diploma_code = fields.Char(
        help="8 characters such as 32031213 (code formation-diplôme), to be "
        "found with the RNCP sheet. A ninth letter, for the speciality, is "
        "left out.",
        tracking=True,
    )
    rncp = fields.Char(
        string="RNCP code",
        tracking=True,
        help="Number of the sheet at the RNCP. It must be active on the day of "
        "conclusion, and about the same diploma as the other boxes.",
    )
    hours = fields.Integer(
        string="Hours of training",
        help="Hours of training over the whole contract, not per year: the same "
        "number as on the training agreement.",
        tracking=True,
    )
    distance_hours = fields.Integer(
        string="Of which at a distance",
        help="Hours foreseen at a distance, already counted in the total; 0 when "
        "there are none. From 80 % of the total on, the funding is lower.",
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.EUR"), required=True
    )
    yearly_cost = fields.Monetary(
        string="Yearly funding level",
        help="Level of funding (NPEC) of one year of contract for this diploma, "
        "as the branch sets it.",
    )
    first_equipment_cost = fields.Monetary(
        string="First equipment",
        help="What the first equipment of one apprentice costs, for the whole "
        "contract. 0 when there is none.",
    )
    meal_count = fields.Integer(
        string="Meals over the contract",
        help="Meals of one apprentice over the whole contract, on the days at "
        "the training centre.",
    )
    night_count = fields.Integer(
        string="Nights over the contract",
        help="Nights of one apprentice over the whole contract, during the weeks "
        "at the training centre.",
    )

    def _creation_message(self):
        # Known in each language while Odoo installs, when the model's name is not yet.
        return self.env._("Apprenticeship training created")
