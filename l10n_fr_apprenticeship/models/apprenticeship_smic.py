# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from decimal import Decimal

from odoo import api, fields, models

from ..cerfa.legal_values import Smic, shipped_smics


class ApprenticeshipSmic(models.Model):
    _name = "apprenticeship.smic"
    _description = "Minimum Wage (SMIC)"
    _inherit = ["apprenticeship.legal.table"]
    _order = "zone, date_from desc"
    _rec_name = "date_from"

    sequence = fields.Integer(default=10)
    zone = fields.Selection(
        [("metropole", "France, without Mayotte"), ("mayotte", "Mayotte")],
        required=True,
        default="metropole",
    )
    date_from = fields.Date(string="In force from", required=True)
    hourly = fields.Float(string="Gross, per hour (€)", digits=(8, 2), required=True)
    monthly = fields.Float(
        string="Gross, per month (€)",
        digits=(8, 2),
        required=True,
        help="For 35 hours a week.",
    )

    _date_uniq = models.Constraint(
        "UNIQUE(zone, date_from)", "This zone already has a SMIC from this day on."
    )
    _positive = models.Constraint(
        "CHECK(hourly > 0 AND monthly > 0)", "A SMIC is more than zero."
    )

    @api.model
    def _shipped_rows(self):
        return shipped_smics()

    @api.model
    def _shipped_name(self, row):
        return f"smic_{row.zone}_{row.date_from:%Y%m%d}"

    @api.model
    def _values_of(self, row):
        return {
            "zone": row.zone,
            "date_from": row.date_from,
            "hourly": row.hourly,
            "monthly": row.monthly,
        }

    def _to_row(self):
        return Smic(
            zone=self.zone,
            date_from=self.date_from,
            hourly=Decimal(f"{self.hourly:.2f}"),
            monthly=Decimal(f"{self.monthly:.2f}"),
        )
