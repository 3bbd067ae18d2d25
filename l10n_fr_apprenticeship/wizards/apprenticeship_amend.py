# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cerfa.amendments import REASONS
from ..cerfa.clock import department_of, deposit_deadline
from ..cerfa.identifiers import compact


class ApprenticeshipAmend(models.TransientModel):
    """Guided creation of an amendment: why, from when, and what follows."""

    _name = "apprenticeship.amend"
    _description = "Amendment of an Apprenticeship Contract"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, readonly=True, ondelete="cascade"
    )
    deca_number = fields.Char(
        string="Number of the amended contract", related="contract_id.deca_number"
    )
    reason_id = fields.Many2one(
        "apprenticeship.code",
        required=True,
        ondelete="cascade",
        domain=lambda self: self._domain_reasons(),
    )
    explanation = fields.Text(compute="_compute_explanation")
    date_effect = fields.Date(string="Date of effect", required=True)
    deposit_deadline = fields.Date(
        string="To be deposited before the end of",
        compute="_compute_deposit_deadline",
        help="Like the contract: 5 working days, counted from the effect.",
    )

    @api.model
    def _domain_reasons(self):
        return [
            ("table", "=", "contract_type"),
            ("code", "in", list(REASONS)),
            ("valid_to", "=", False),
        ]

    @api.depends("reason_id")
    def _compute_explanation(self):
        for wizard in self:
            reason = REASONS.get(wizard.reason_id.code)
            wizard.explanation = reason and reason.explanation

    @api.depends("date_effect", "contract_id")
    def _compute_deposit_deadline(self):
        for wizard in self:
            department = department_of(compact(wizard.contract_id.employer_zip or ""))
            wizard.deposit_deadline = wizard.date_effect and deposit_deadline(
                wizard.date_effect, department
            )

    def action_create(self):
        """Create the amendment and open it."""
        self.ensure_one()
        contract = self.contract_id
        if not contract.date_start <= self.date_effect <= contract.date_end:
            raise UserError(
                self.env._(
                    "The amendment takes effect while the contract runs, from "
                    "%(start)s to %(end)s.",
                    start=f"{contract.date_start:%d/%m/%Y}",
                    end=f"{contract.date_end:%d/%m/%Y}",
                )
            )
        amendment = contract._amend(self.reason_id, self.date_effect)
        return amendment._get_records_action(name=self.env._("Amendment"))
