# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from decimal import Decimal

from odoo import api, fields, models

from ..cerfa.legal_values import PayRate, shipped_pay_rates


class ApprenticeshipPayRate(models.Model):
    _name = "apprenticeship.pay.rate"
    _description = "Minimum Pay of an Apprentice"
    _inherit = ["apprenticeship.legal.table"]
    _order = "valid_from desc, year, age_min"
    _rec_name = "rate"

    sequence = fields.Integer(default=10)
    valid_from = fields.Date(string="In force from")
    year = fields.Integer(string="Year of execution", required=True)
    age_min = fields.Integer(string="From age", required=True)
    age_max = fields.Integer(string="To age", help="Empty: no upper limit.")
    rate = fields.Float(string="Minimum (%)", digits=(6, 2), required=True)
    may_be_smc = fields.Boolean(
        string="Of the SMC if higher",
        help="The minimum is a part of the minimum wage of the branch when it is "
        "higher than the SMIC.",
    )

    _rate_uniq = models.UniqueIndex(
        "(year, age_min, COALESCE(valid_from, '0001-01-01'))",
        "This year and age already have a minimum from this day on.",
    )

    @api.model
    def _shipped_rows(self):
        return shipped_pay_rates()

    @api.model
    def _shipped_name(self, row):
        since = f"{row.valid_from:%Y%m%d}" if row.valid_from else "always"
        return f"pay_rate_{since}_{row.year}_{row.age_min}"

    @api.model
    def _values_of(self, row):
        return {
            "valid_from": row.valid_from,
            "year": row.year,
            "age_min": row.age_min,
            "age_max": row.age_max,
            "rate": row.rate,
            "may_be_smc": row.may_be_smc,
        }

    def _to_row(self):
        return PayRate(
            year=self.year,
            age_min=self.age_min,
            age_max=self.age_max or None,
            rate=Decimal(f"{self.rate:.2f}"),
            may_be_smc=self.may_be_smc,
            valid_from=self.valid_from or None,
        )
