# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from odoo.addons.l10n_fr_apprenticeship.dialogs import dialog


class OpcoKeyRotation(models.TransientModel):
    """Replace the key while the queue is held; the key itself never comes here."""

    _name = "opco.key.rotation"
    _description = "Replace the OPCO Token"

    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(related="connection_id.state")
    siret = fields.Char(related="connection_id.siret")
    waiting_count = fields.Integer(related="connection_id.waiting_count")
    api_key_last_four = fields.Char(related="connection_id.api_key_last_four")
    api_key_saved_at = fields.Datetime(related="connection_id.api_key_saved_at")
    client_secret_saved_at = fields.Datetime(
        related="connection_id.client_secret_saved_at"
    )
    key_path = fields.Text(related="connection_id.profile_id.key_path")

    @api.model
    def _open(self, connection):
        wizard = self.create({"connection_id": connection.id})
        return dialog(wizard, self.env._("Replace the token"))

    def action_give_up(self):
        """Close the wizard; contracts leave again with the present token."""
        self.connection_id.action_end_rotation()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
