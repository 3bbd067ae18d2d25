# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class OpcoTransmitLine(models.TransientModel):
    _name = "opco.transmit.line"
    _description = "Contract to Transmit"
    _order = "id"

    wizard_id = fields.Many2one("opco.transmit", required=True, ondelete="cascade")
    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, readonly=True, ondelete="cascade"
    )
    employer_id = fields.Many2one(related="contract_id.employer_id")
    status = fields.Selection(
        [
            ("blocked", "Blocked"),
            ("warning", "With warnings"),
            ("ready", "Ready"),
        ],
        required=True,
        readonly=True,
    )
    reasons = fields.Text(string="What was found", readonly=True)
    is_selected = fields.Boolean(string="Send", default=True)

    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id._get_records_action()

    def _selected(self):
        return self.filtered(
            lambda line: line.is_selected and line.status in ("ready", "warning")
        )
