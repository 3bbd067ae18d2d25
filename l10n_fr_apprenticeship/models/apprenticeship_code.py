# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models, tools

from ..cerfa.codes import Code, shipped_codes
from ..cerfa.legal import LegalTables


class ApprenticeshipCode(models.Model):
    _name = "apprenticeship.code"
    _description = "Code of the CERFA 10103"
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
        readonly=True,
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

    @api.depends("code", "name")
    def _compute_display_name(self):
        for code in self:
            code.display_name = f"{code.code} – {code.name}"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache()
    def _legal_tables(self):
        """Return the legal values, as edited in this database, as a LegalTables."""
        return LegalTables.from_codes(
            Code(
                table=row.table,
                code=row.code,
                label=row.name,
                valid_from=row.valid_from or None,
                valid_to=row.valid_to or None,
            )
            for row in self.sudo().search([])
        )

    @api.model
    def _ids_by_start(self):
        """Return the ids by table, code and first day of validity, None if none."""
        return {
            (row.table, row.code, row.valid_from or None): row.id
            for row in self.sudo().search([])
        }

    @api.model
    def _load_shipped(self):
        """Create the codes of the notice that this database does not have yet.

        Rows that exist are left as their administrator wrote them.
        """
        self._load_records(
            [
                {
                    "xml_id": self._shipped_xml_id(code),
                    "noupdate": True,
                    "values": {
                        "table": code.table,
                        "sequence": sequence,
                        "code": code.code,
                        "name": code.label,
                        "valid_from": code.valid_from,
                        "valid_to": code.valid_to,
                    },
                }
                for sequence, code in enumerate(shipped_codes())
            ],
            update=True,
        )

    @api.model
    def _shipped_xml_id(self, code):
        since = f"_{code.valid_from:%Y%m%d}" if code.valid_from else ""
        return f"l10n_fr_apprenticeship.code_{code.table}_{code.code}{since}"
