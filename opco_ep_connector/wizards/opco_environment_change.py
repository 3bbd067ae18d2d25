# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.dialogs import dialog


class OpcoEnvironmentChange(models.TransientModel):
    """Lead a connection to another environment, in full knowledge of what it means."""

    _name = "opco.environment.change"
    _description = "Change the Environment of an OPCO Connection"

    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="cascade"
    )
    present_environment = fields.Selection(related="connection_id.environment")
    test_result = fields.Selection(related="connection_id.test_result")
    environment = fields.Selection(
        [
            ("sandbox", "Sandbox"),
            ("test", "Test"),
            ("production", "Production"),
        ],
        string="New environment",
        required=True,
        default="production",
    )
    base_url = fields.Char(string="API address", help="Given by the OPCO.")
    token_url = fields.Char(string="Token address", help="Given by the OPCO.")
    received_count = fields.Integer(compute="_compute_received_count")
    is_understood = fields.Boolean(
        string="I have understood: from now on, what is transmitted is real"
    )

    @api.depends("connection_id")
    def _compute_received_count(self):
        for wizard in self:
            wizard.received_count = len(wizard._contracts_received_here())

    def _contracts_received_here(self):
        transmissions = self.env["opco.transmission"].sudo()
        return transmissions.search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("environment", "=", self.connection_id.environment),
                ("state", "=", "sent"),
                ("is_live", "=", True),
            ]
        ).contract_id

    @api.model
    def _open(self, connection):
        other = "production" if connection.environment != "production" else "sandbox"
        wizard = self.create({"connection_id": connection.id, "environment": other})
        return dialog(wizard, self.env._("Change the environment"))

    def action_change(self):
        """Lead the connection there; its token is to be pasted again and tested."""
        self.ensure_one()
        connection = self.connection_id
        connection._check_key_administrator()
        if self.environment == connection.environment:
            raise UserError(
                self.env._("The connection is already in this environment.")
            )
        if self.environment == "production":
            self._check_ready_for_production()
        # A secret is of one environment, even where two share a host.
        connection._forget_secrets()
        # As the superuser: production is refused to any other way.
        connection.sudo().write(
            {
                "environment": self.environment,
                "base_url": self.base_url,
                "token_url": self.token_url,
            }
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_ready_for_production(self):
        if self.connection_id.test_result != "passed":
            raise UserError(
                self.env._(
                    "The last test of this connection did not pass: test it with "
                    "success before going to production."
                )
            )
        if not self.is_understood:
            raise UserError(
                self.env._(
                    "Read what going to production means, then tick that you have "
                    "understood."
                )
            )
