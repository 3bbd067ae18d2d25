# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ApprenticeshipPurgeLine(models.TransientModel):
    """What one retention rule would empty."""

    _name = "apprenticeship.purge.line"
    _description = "Due by a Retention Rule"
    _order = "id"

    purge_id = fields.Many2one(
        "apprenticeship.purge", required=True, ondelete="cascade", index=True
    )
    rule_id = fields.Many2one(
        "apprenticeship.retention.rule",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    contract_ids = fields.Many2many("apprenticeship.contract", readonly=True)
    contract_count = fields.Integer(string="Contracts", readonly=True)
    what = fields.Text(string="What would be erased", readonly=True)

    def action_open_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_apprenticeship.apprenticeship_contract_action"
        )
        return action | {
            "domain": [("id", "in", self.contract_ids.ids)],
            "context": {},
            "target": "main",
        }
