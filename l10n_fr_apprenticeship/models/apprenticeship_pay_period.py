# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ApprenticeshipPayPeriod(models.Model):
    _name = "apprenticeship.pay.period"
    _description = "Pay Period of an Apprenticeship Contract"
    _order = "contract_id, year, number, id"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, ondelete="cascade", index=True
    )
    year = fields.Integer(string="Year of execution", required=True, default=1)
    number = fields.Integer(string="Period", required=True, default=1)
    date_start = fields.Date(string="From", required=True)
    date_end = fields.Date(string="To", required=True)
    rate = fields.Float(string="Rate (%)", required=True, digits=(6, 2))
    basis = fields.Selection(
        [("SMIC", "SMIC"), ("SMC", "SMC")],
        required=True,
        default="SMIC",
        help="SMIC, or SMC when the minimum wage of the branch is higher.",
    )

    @api.depends("year", "number")
    def _compute_display_name(self):
        for period in self:
            period.display_name = f"{period.year}.{period.number}"

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        periods.contract_id._check_not_frozen()
        return periods

    def write(self, vals):
        self.contract_id._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_of_frozen(self):
        self.contract_id._check_not_frozen()
