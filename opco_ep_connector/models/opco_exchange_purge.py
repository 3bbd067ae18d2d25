# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models
from odoo.fields import Domain


class OpcoExchange(models.Model):
    """Which answers a purge erases."""

    _inherit = "opco.exchange"

    @api.model
    def _of_contracts(self, contracts):
        """Return the exchanges about these contracts, their dossiers read included."""
        return self.sudo().search(self._domain_of_contracts(contracts))

    @api.model
    def _domain_of_contracts(self, contracts):
        domain = Domain("transmission_id.contract_id", "in", contracts.ids)
        for dossier in contracts.sudo()._opco_every_dossier():
            # A reading carries no transmission, only the number in its address.
            domain |= (
                Domain("connection_id", "=", dossier.connection_id.id)
                & Domain("environment", "=", dossier.environment)
                & Domain("transmission_id", "=", False)
                & Domain("url", "=like", f"%numeroInterne={dossier.internal_number}")
            )
        return domain
