# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models, tools

from ..cerfa.legal import LegalTables


class ApprenticeshipLegalTable(models.AbstractModel):
    """A table of the law or of the notice, as dated records.

    Rows ship with the add-on and belong to the administrator once loaded: an update
    adds what is new and rewrites nothing.
    """

    _name = "apprenticeship.legal.table"
    _description = "Dated Legal Values"

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
        return LegalTables.from_rows(
            codes=self.env["apprenticeship.code"]._all_rows(),
            smics=self.env["apprenticeship.smic"]._all_rows(),
            pay_rates=self.env["apprenticeship.pay.rate"]._all_rows(),
            idccs=self.env["apprenticeship.idcc"]._all_rows(),
        )

    @api.model
    def _all_rows(self):
        return [record._to_row() for record in self.sudo().search([])]

    @api.model
    def _load_shipped(self):
        """Create the rows that this database does not have yet."""
        self._load_records(
            [
                {
                    "xml_id": f"l10n_fr_apprenticeship.{self._shipped_name(row)}",
                    "noupdate": True,
                    "values": {"sequence": sequence, **self._values_of(row)},
                }
                for sequence, row in enumerate(self._shipped_rows())
            ],
            update=True,
        )

    @api.model
    def _shipped_rows(self):
        """Return the rows of the shipped CSV, as values of the `cerfa` package."""
        raise NotImplementedError

    @api.model
    def _shipped_name(self, row):
        """Return the name, within the add-on, of the record of a shipped row."""
        raise NotImplementedError

    @api.model
    def _values_of(self, row):
        raise NotImplementedError

    def _to_row(self):
        raise NotImplementedError
