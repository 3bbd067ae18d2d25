# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.dialogs import dialog


class OpcoTransmit(models.TransientModel):
    """What is ready, what is not and why, before anything leaves."""

    _name = "opco.transmit"
    _description = "Transmit Contracts to the OPCO"

    line_ids = fields.One2many("opco.transmit.line", "wizard_id")
    origin_id = fields.Many2one("opco.batch", readonly=True, ondelete="cascade")
    sendable_count = fields.Integer(compute="_compute_counts")
    warning_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    send_text = fields.Char(compute="_compute_send_text")

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

    @api.depends("line_ids.status", "line_ids.is_selected")
    def _compute_send_text(self):
        for wizard in self:
            lines = wizard.line_ids._selected()
            wizard.send_text = (
                self.env._("Transmit the %(count)s ready ones", count=len(lines))
                if set(lines.mapped("status")) == {"ready"}
                else self.env._(
                    "Transmit the %(count)s selected ones", count=len(lines)
                )
            )

    @api.model
    def _open(self, preparations, origin=None):
        """Return the action that shows these contracts, the blocked ones first.

        :param origin: the batch whose failures are sent again
        """
        is_asked_for = len(preparations) == 1 and not origin
        order = {"blocked": 0, "warning": 1, "ready": 2}
        values = [
            {
                "contract_id": preparation.contract.id,
                "status": self._status(preparation),
                "reasons": "\n".join(preparation.blocking + preparation.warnings),
                # The only one is what somebody has just asked for.
                "is_selected": preparation.is_sendable
                and (is_asked_for or not preparation.is_unchanged),
            }
            for preparation in preparations
        ]
        values.sort(key=lambda line: order[line["status"]])
        # Only by this way: a line shows names of its contract.
        wizard = self.sudo().create(
            {
                "origin_id": origin and origin.id,
                "line_ids": [fields.Command.create(v) for v in values],
            }
        )
        return wizard._reopen()

    @api.model
    def _status(self, preparation):
        if not preparation.is_sendable:
            return "blocked"
        return "ready" if preparation.is_simply_ready else "warning"

    def action_send(self):
        """Queue the selected lines; one blocked since then does not stop the others."""
        self.ensure_one()
        contracts = self.line_ids._selected().contract_id
        contracts._opco_check_transmitter()
        preparations = contracts._opco_prepare()
        sendable = [one for one in preparations if one.is_sendable]
        if not sendable:
            raise UserError(contracts._opco_blocked_message(preparations))
        if len(sendable) == 1 and not self.origin_id:
            return self._send_one(sendable[0])
        leaving = contracts.browse(one.contract.id for one in sendable)
        batches = self.env["opco.batch"]._queue(
            sendable,
            origin=self.origin_id,
            left_out=self.line_ids.contract_id - leaving,
        )
        return batches._open()

    def _send_one(self, preparation):
        """Queue one contract; what stays is listed again."""
        contract = preparation.contract
        contract._opco_queue([preparation])
        sent = self.line_ids.filtered(lambda line: line.contract_id == contract)
        sent.sudo().unlink()
        notification = contract._opco_queued_notification(contract)
        if self.line_ids:
            notification["params"]["next"] = self._reopen()
        return notification

    def _reopen(self):
        return dialog(self, self.env._("Transmit to the OPCO"), "extra-large")
