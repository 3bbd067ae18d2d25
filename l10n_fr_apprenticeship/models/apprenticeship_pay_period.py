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
    year = fields.Integer(
        string="Year of execution",
        required=True,
        default=1,
        help="From 1 to 4, counted from the start of the contract and not by "
        "calendar year.",
    )
    number = fields.Integer(
        string="Period",
        required=True,
        default=1,
        help="1, then 2 when the rate changes during the year: on the first day "
        "of the month that follows the birthday.",
    )
    date_start = fields.Date(
        string="From",
        required=True,
        help="Start of the contract for the first line, then the day that "
        "follows the line above.",
    )
    date_end = fields.Date(
        string="To",
        required=True,
        help="Last day at this rate. The last line ends with the contract.",
    )
    rate = fields.Float(
        string="Rate (%)",
        required=True,
        digits=(6, 2),
        help="Part of the SMIC or of the SMC. A branch or company agreement may "
        "set more than the legal minimum, never less.",
    )
    basis = fields.Selection(
        [("SMIC", "SMIC"), ("SMC", "SMC")],
        required=True,
        default="SMIC",
        help="SMIC; or SMC, from 21 on, when the minimum wage that the branch "
        "sets for the job is higher.",
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
