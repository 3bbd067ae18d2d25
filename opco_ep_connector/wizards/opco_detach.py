# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.exceptions import UserError


class OpcoDetach(models.TransientModel):
    """Undo a link made by mistake: the dossier is not this contract's."""

    _name = "opco.detach"
    _description = "Detach a Contract from an OPCO Dossier"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Char(
        string="OPCO number", related="contract_id.opco_internal_number"
    )
    reason = fields.Char(
        required=True, help="Kept in the history of the contract, with your name."
    )

    def action_detach(self):
        """Detach; the contract may be transmitted, or linked to another dossier."""
        self.ensure_one()
        contract = self.contract_id
        contract._opco_check_transmitter()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why."))
        contract._opco_detach(self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
