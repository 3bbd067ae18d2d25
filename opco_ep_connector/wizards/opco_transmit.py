# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class OpcoTransmit(models.TransientModel):
    """What is ready, what is not and why, before anything leaves."""

    _name = "opco.transmit"
    _description = "Transmit Contracts to the OPCO"

    line_ids = fields.One2many("opco.transmit.line", "wizard_id")
    sendable_count = fields.Integer(compute="_compute_counts")
    warning_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.status", "line_ids.is_selected")
    def _compute_counts(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.sendable_count = len(lines._selected())
            wizard.warning_count = len(
                lines.filtered_domain([("status", "=", "warning")])
            )
            wizard.blocked_count = len(
                lines.filtered_domain([("status", "=", "blocked")])
            )

    @api.model
    def _open(self, preparations):
        """Return the action that shows these contracts, the blocked ones first."""
        order = {"blocked": 0, "warning": 1, "ready": 2}
        values = [
            {
                "contract_id": preparation.contract.id,
                "status": self._status(preparation),
                "reasons": "\n".join(preparation.blocking + preparation.warnings),
                "is_selected": preparation.is_sendable,
            }
            for preparation in preparations
        ]
        values.sort(key=lambda line: order[line["status"]])
        # Only by this way: a line shows names of its contract.
        wizard = self.sudo().create(
            {"line_ids": [fields.Command.create(v) for v in values]}
        )
        return wizard._reopen()

    @api.model
    def _status(self, preparation):
        if not preparation.is_sendable:
            return "blocked"
        return "ready" if preparation.is_simply_ready else "warning"

    def action_send(self):
        """Queue the selected lines; what stays is listed again."""
        self.ensure_one()
        lines = self.line_ids._selected()
        contracts = lines.contract_id
        contracts._opco_check_transmitter()
        contracts._transmit()
        lines.sudo().unlink()
        notification = contracts._opco_queued_notification(contracts)
        if self.line_ids:
            notification["params"]["next"] = self._reopen()
        return notification

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transmit to the OPCO"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
