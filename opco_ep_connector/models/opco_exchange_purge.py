# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class OpcoExchange(models.Model):
    """The one change that the journal allows: a body and its salt are erased.

    The digests stay, so that the row still verifies; without its salt, a digest does
    not even confirm a guess.
    """

    _inherit = "opco.exchange"

    @api.model
    def _of_contracts(self, contracts):
        """Return the exchanges about these contracts, their dossiers read included."""
        domain = Domain("transmission_id.contract_id", "in", contracts.ids)
        for dossier in contracts._opco_dossiers():
            # A reading carries no transmission, only the number in its address.
            domain |= (
                Domain("connection_id", "=", dossier.connection_id.id)
                & Domain("environment", "=", dossier.environment)
                & Domain("transmission_id", "=", False)
                & Domain("url", "=like", f"%numeroInterne={dossier.internal_number}")
            )
        return self.sudo().search(domain)

    def _erase_bodies(self):
        """Erase bodies and salts, whatever the rules of the journal."""
        if not self:
            return
        self.flush_recordset()
        # Not by the ORM, which refuses any change of the journal.
        self.env.cr.execute(
            SQL(
                "UPDATE opco_exchange SET response_body = NULL, response_salt = NULL"
                " WHERE id IN %s",
                self._ids,
            )
        )
        self.invalidate_recordset()
