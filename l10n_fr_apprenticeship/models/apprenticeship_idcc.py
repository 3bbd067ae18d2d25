# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ..cerfa.legal_values import Idcc, shipped_idccs


class ApprenticeshipIdcc(models.Model):
    _name = "apprenticeship.idcc"
    _description = "Collective Agreement (IDCC)"
    _inherit = ["apprenticeship.legal.table"]
    _order = "code, valid_from"
    _rec_names_search = ["code", "name"]

    sequence = fields.Integer(default=10)
    code = fields.Char(required=True, help="4 digits.")
    name = fields.Char(string="Label")
    opco_ep = fields.Boolean(string="OPCO EP is its OPCO")
    valid_from = fields.Date(string="In force from")
    valid_to = fields.Date(string="In force until")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(valid_from, '0001-01-01'))",
        "This agreement already exists from this day on.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for idcc in self:
            idcc.display_name = " – ".join(filter(None, (idcc.code, idcc.name)))

    @api.model
    def _shipped_rows(self):
        return shipped_idccs()

    @api.model
    def _shipped_name(self, row):
        since = f"_{row.valid_from:%Y%m%d}" if row.valid_from else ""
        return f"idcc_{row.code}{since}"

    @api.model
    def _values_of(self, row):
        return {
            "code": row.code,
            "name": row.label,
            "opco_ep": row.opco_ep,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }

    def _to_row(self):
        return Idcc(
            code=self.code,
            label=self.name or "",
            opco_ep=self.opco_ep,
            valid_from=self.valid_from or None,
            valid_to=self.valid_to or None,
        )
