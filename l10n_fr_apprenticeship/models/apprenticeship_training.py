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
        help="Title of the diploma as registered at the RNCP.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    diploma_type_id = fields.Many2one(
        "apprenticeship.code",
        string="Diploma aimed at",
        domain=[("table", "=", "diploma")],
        ondelete="restrict",
        tracking=True,
    )
    diploma_code = fields.Char(
        help="Code of the diploma (code formation-diplôme), 8 characters.",
        tracking=True,
    )
    rncp = fields.Char(string="RNCP code", tracking=True)
    hours = fields.Integer(
        string="Hours of training", help="Total over the contract.", tracking=True
    )
    distance_hours = fields.Integer(
        string="Of which at a distance", help="0 when there are none.", tracking=True
    )
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.EUR"), required=True
    )
    yearly_cost = fields.Monetary(
        string="Yearly funding level",
        help="Niveau de prise en charge (NPEC) of one year of contract.",
    )
    first_equipment_cost = fields.Monetary(string="First equipment")
    meal_count = fields.Integer(string="Meals over the contract")
    night_count = fields.Integer(string="Nights over the contract")
