# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cerfa.termination import (
    CASES,
    FREE_DAYS,
    Initiative,
    Kind,
    Termination,
    check_termination,
    explain_kind,
    is_within_free_days,
    kind_of,
)
from ..models.apprenticeship_contract_termination import STATED

# A contract that never began has no legal case to meet.
OF_A_BROKEN_CONTRACT = ("case", "mediator_date", "practical_days")


class ApprenticeshipTermination(models.TransientModel):
    """Guided early termination: cancelled or broken, by whom, from when."""

    _name = "apprenticeship.termination"
    _description = "Early Termination of an Apprenticeship Contract"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, readonly=True, ondelete="cascade"
    )
    effect_date = fields.Date(
        string="Last day of the contract",
        help="Day when the termination takes effect.",
    )
    kind = fields.Selection(
        [("cancelled", "Cancelled before its start"), ("broken", "Broken")],
        compute="_compute_kind",
    )
    kind_explanation = fields.Text(compute="_compute_kind")
    case = fields.Selection(
        lambda self: self._selection_of("termination_case"), string="Legal case"
    )
    case_explanation = fields.Text(
        string="What it asks", compute="_compute_case_explanation"
    )
    initiative = fields.Selection(
        lambda self: self._selection_of("termination_initiative"),
        string="On the initiative of",
        compute="_compute_initiative",
        store=True,
        readonly=False,
    )
    practical_days = fields.Integer(
        string="Days of practical training done",
        help="Days spent in the company since the start of practical training; those "
        "at the training centre do not count.",
    )
    is_within_free_days = fields.Boolean(
        string=f"Within the first {FREE_DAYS} days",
        compute="_compute_is_within_free_days",
    )
    mediator_date = fields.Date(string="Mediator asked on")
    notice_date = fields.Date(string="Notice or agreement of")
    is_signed = fields.Boolean(
        string="Signed by whoever must",
        help="By both parties for an agreement, by the representative of a minor too.",
    )
    told_centre_on = fields.Date(
        string="Training centre told on",
        default=fields.Date.context_today,
        help="The employer tells the training centre without delay.",
    )
    blocking = fields.Text(compute="_compute_remarks")
    advice = fields.Text(compute="_compute_remarks")

    @api.model
    def _selection_of(self, name):
        contracts = self.env["apprenticeship.contract"]
        return contracts._fields[name]._description_selection(self.env)

    @api.depends("effect_date", "contract_id")
    def _compute_kind(self):
        self.kind = False
        self.kind_explanation = False
        for wizard in self.filtered("effect_date"):
            dates = (wizard.effect_date, wizard.contract_id.date_start)
            wizard.kind = kind_of(*dates).value
            wizard.kind_explanation = explain_kind(*dates)

    @api.depends("case")
    def _compute_case_explanation(self):
        for wizard in self:
            case = CASES.get(wizard.case)
            wizard.case_explanation = case and case.explanation

    @api.depends("case")
    def _compute_initiative(self):
        """Propose the only one who may; what the person chose stays when it may be."""
        for wizard in self:
            case = CASES.get(wizard.case)
            allowed = [one.value for one in case.initiatives] if case else []
            if case and wizard.initiative not in allowed:
                wizard.initiative = allowed[0] if len(allowed) == 1 else False

    @api.depends("practical_days")
    def _compute_is_within_free_days(self):
        for wizard in self:
            wizard.is_within_free_days = is_within_free_days(wizard.practical_days)

    @api.depends("contract_id", *STATED)
    def _compute_remarks(self):
        for wizard in self:
            found = wizard._check()
            wizard.blocking = "\n".join(
                remark.message for remark in found if remark.is_blocking
            )
            wizard.advice = "\n".join(
                remark.message for remark in found if not remark.is_blocking
            )

    def action_terminate(self):
        """Keep what is stated on the contract; nothing wrong goes further."""
        self.ensure_one()
        if self.blocking:
            raise UserError(self.blocking)
        stated = {name: self[name] for name in STATED}
        if self.kind == Kind.CANCELLED:
            # What was entered before the dates said so, and is shown no more.
            stated |= dict.fromkeys(OF_A_BROKEN_CONTRACT, False)
        self.contract_id._terminate(stated)
        return {"type": "ir.actions.act_window_close"}

    def _check(self):
        contract = self.contract_id
        stated = Termination(
            case=self.case or None,
            initiative=Initiative(self.initiative) if self.initiative else None,
            notice_date=self.notice_date or None,
            effect_date=self.effect_date or None,
            practical_days=self.practical_days,
            mediator_date=self.mediator_date or None,
            is_signed=self.is_signed,
        )
        first = contract.origin_id or contract
        return check_termination(
            stated,
            contract.date_start,
            contract.date_end,
            first.date_conclusion or None,
        )
