# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from urllib.parse import urlencode

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql


class OpcoExchange(models.Model):
    """Which answers a purge erases."""

    _inherit = "opco.exchange"

    @api.model
    def _of_contracts(self, contracts):
        """Return the exchanges about these contracts, their dossiers read included."""
        return self.sudo().search(self._domain_of_contracts(contracts))

    @api.model
    def _domain_of_contracts(self, contracts):
        dossiers = contracts.sudo()._opco_every_dossier()
        domain = Domain("transmission_id.contract_id", "in", contracts.ids)
        domain |= Domain("dossier_id", "in", dossiers.ids)
        for dossier in dossiers:
            # Rows older than this link only have the number, in their address.
            written = urlencode({"numeroInterne": dossier.internal_number})
            domain |= (
                Domain("connection_id", "=", dossier.connection_id.id)
                & Domain("environment", "=", dossier.environment)
                & Domain("transmission_id", "=", False)
                & Domain("dossier_id", "=", False)
                & Domain("url", "=like", f"%{escape_psql(written)}")
            )
        return domain
