# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from odoo import api, fields, models

from odoo.addons.l10n_fr_apprenticeship.dialogs import dialog
from odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_contract import (
    PERSONAL_DATA,
)

from ..convergence.redact import redact_json


class OpcoSimulation(models.TransientModel):
    """Exactly what would leave, shown and not sent."""

    _name = "opco.simulation"
    _description = "Simulation of a Transmission"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, readonly=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("opco.connection", readonly=True)
    environment = fields.Selection(related="connection_id.environment")
    reasons = fields.Text(string="What was found", readonly=True)
    is_blocked = fields.Boolean(readonly=True)
    content = fields.Text(string="What would leave (JSON)", readonly=True)

    @api.model
    def _open(self, preparation):
        """Return the action that shows a `Preparation`."""
        wizard = self.sudo().create(
            {
                "contract_id": preparation.contract.id,
                "connection_id": preparation.connection and preparation.connection.id,
                "reasons": "\n".join(preparation.blocking + preparation.warnings),
                "is_blocked": not preparation.is_sendable,
                "content": self._laid_out(preparation.content),
            }
        )
        return dialog(wizard, self.env._("Simulation: nothing is sent"), "extra-large")

    @api.model
    def _laid_out(self, content):
        if not self.env.user.has_group(PERSONAL_DATA):
            content = redact_json(content)
        return json.dumps(content, indent=2, ensure_ascii=False)
