# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ..cerfa.codes import Code, shipped_codes


class ApprenticeshipCode(models.Model):
    _name = "apprenticeship.code"
    _description = "Code of the CERFA 10103"
    _inherit = ["apprenticeship.legal.table"]
    _order = "table, sequence, code, valid_from"
    _rec_names_search = ["code", "name"]

    table = fields.Selection(
        [
            ("contract_mode", "Contractual mode"),
            ("employer_type", "Type of employer"),
            ("specific_employer", "Specific employer"),
            ("nationality", "Nationality"),
            ("social_scheme", "Social scheme"),
            ("situation_before", "Situation before the contract"),
            ("last_class", "Last class attended"),
            ("tutor_diploma_level", "Tutor's diploma level"),
            ("contract_type", "Type of contract or amendment"),
            ("derogation", "Type of derogation"),
            ("diploma", "Diploma or title"),
        ],
        required=True,
        index=True,
    )
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    name = fields.Char(string="Label", required=True)
    valid_from = fields.Date(help="First day of conclusion that may use this code.")
    valid_to = fields.Date(help="Last day of conclusion that may use this code.")

    _code_uniq = models.UniqueIndex(
        "(\"table\", code, COALESCE(valid_from, '0001-01-01'))",
        "This code already exists in this table for the same starting date.",
    )

    @api.depends("code", "name", "valid_to")
    def _compute_display_name(self):
        for code in self:
            code.display_name = (
                f"{code.code} – {code.name} (→ {code.valid_to:%d/%m/%Y})"
                if code.valid_to
                else f"{code.code} – {code.name}"
            )

    @api.model
    def _shipped_rows(self):
        return shipped_codes()

    @api.model
    def _shipped_name(self, row):
        since = f"_{row.valid_from:%Y%m%d}" if row.valid_from else ""
        return f"code_{row.table}_{row.code}{since}"

    @api.model
    def _values_of(self, row):
        return {
            "table": row.table,
            "code": row.code,
            "name": row.label,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }

    def _to_row(self):
        return Code(
            table=self.table,
            code=self.code,
            label=self.name,
            valid_from=self.valid_from or None,
            valid_to=self.valid_to or None,
        )

    @api.model
    def _ids_by_start(self):
        """Return the ids by table, code and first day of validity, None if none."""
        return {
            (row.table, row.code, row.valid_from or None): row.id
            for row in self.sudo().search([])
        }
