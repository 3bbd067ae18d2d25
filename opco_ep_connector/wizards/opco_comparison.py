# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.l10n_fr_apprenticeship.dialogs import dialog


class OpcoComparison(models.TransientModel):
    """What was sent and what the contract says now, box by box."""

    _name = "opco.comparison"
    _description = "Comparison with what was Sent"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, readonly=True, ondelete="cascade"
    )
    transmission_id = fields.Many2one(
        "opco.transmission", readonly=True, ondelete="cascade"
    )
    frozen_at = fields.Datetime(
        string="Transmitted on", related="transmission_id.create_date"
    )
    environment = fields.Selection(related="transmission_id.environment")
    kind = fields.Selection(related="contract_id.opco_difference_kind")
    text = fields.Char(related="contract_id.opco_difference_text")
    advice = fields.Char(related="contract_id.opco_difference_advice")
    line_ids = fields.One2many("opco.comparison.line", "comparison_id", readonly=True)

    @api.model
    def _open(self, contract):
        """Return the action that compares a contract with what was sent of it."""
        wizard = self.sudo().create({"contract_id": contract.id}).sudo(False)
        return wizard._show()

    def _show(self):
        """List what differs at this moment; return the action that shows it."""
        self._fill()
        return dialog(self, self.env._("Comparison with what was sent"), "extra-large")

    def _fill(self):
        """Replace the lines by what this user may read of what differs."""
        contract = self.contract_id
        found = contract._opco_differences().get(contract)
        lines = []
        if found and found.is_readable:
            lines = [
                self.env["opco.comparison.line"]._values_of(contract, change)
                for change in contract._opco_shown_changes(found)
            ]
        self.sudo().write(
            {
                "transmission_id": found and found.row.id,
                "line_ids": [Command.clear(), *map(Command.create, lines)],
            }
        )

    # ------------------------------------------------------------------ actions
    def action_amend(self):
        self.ensure_one()
        return self.contract_id.action_opco_amend()

    def action_replace(self):
        self.ensure_one()
        return self.contract_id.action_opco_replace()

    def action_transmit(self):
        self.ensure_one()
        return self.contract_id.action_transmit()
