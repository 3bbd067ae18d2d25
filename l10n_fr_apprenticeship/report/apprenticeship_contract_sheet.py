# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ..cerfa.findings import shown
from ..cerfa.sheet import Group, Line, Section, Table, masked_sheet, sheet
from ..cerfa.sheet_rows import rows

PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"

# The form, the employer, the apprentice and the tutors; the contract starts the second.
SECTIONS_ON_FIRST_PAGE = 4


class ApprenticeshipContractSheet(models.AbstractModel):
    """The sheet of a contract: every box of the form, in its order and language."""

    _name = "report.l10n_fr_apprenticeship.contract_sheet"
    _description = "Sheet of an Apprenticeship Contract"

    @api.model
    def _get_report_values(self, docids, data=None):
        contracts = self.env["apprenticeship.contract"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": contracts._name,
            "docs": contracts,
            "pages_of": self._pages,
            "rows": rows,
            "printed_on": shown(fields.Date.context_today(self)),
        }

    @api.model
    def _pages(self, contract):
        sections = self._sections(contract)
        return sections[:SECTIONS_ON_FIRST_PAGE], sections[SECTIONS_ON_FIRST_PAGE:]

    @api.model
    def _sections(self, contract):
        """Return the sections of one contract that this user may read."""
        entitled = self.env.user.has_group(PERSONAL_DATA)
        write = sheet if entitled else masked_sheet
        tables = self.env["apprenticeship.legal.table"]._legal_tables()
        return (
            *write(contract._to_cerfa(), tables),
            self._deposit_section(contract),
            *self._changes_sections(contract),
        )

    @api.model
    def _deposit_section(self, contract):
        """Return the frame that the form reserves to the body in charge of deposit."""
        number = str(contract.amendment_number) if contract.origin_id else ""
        lines = (
            Line("deca_number", "N° de dépôt (DECA)", contract.deca_number or ""),
            Line("amendment_number", "N° d'avenant", number),
        )
        title = "Cadre réservé à l'organisme en charge du dépôt"
        return Section(title, (Group(None, lines),))

    @api.model
    def _changes_sections(self, contract):
        """Return what an amendment changes, box by box."""
        changes = contract._changes_since_amended()
        if not changes:
            return ()
        table = Table(
            paths=("section", "label", "before", "after"),
            labels=("Partie", "Case", "Avant l'avenant", "Après l'avenant"),
            rows=tuple(
                (change.section, change.label, change.before, change.after)
                for change in changes
            ),
        )
        return (Section("Ce que l'avenant modifie", (Group(None, table=table),)),)
