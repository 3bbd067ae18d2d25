# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cerfa.termination import CASES, explain_kind, kind_of

# What the person states, and the contract keeps.
STATED = (
    "case",
    "initiative",
    "mediator_date",
    "notice_date",
    "effect_date",
    "practical_days",
    "is_signed",
    "told_centre_on",
)


class ApprenticeshipContract(models.Model):
    """The early end of a contract, as the parties decided it."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    termination_kind = fields.Selection(
        [("cancelled", "Cancelled before its start"), ("broken", "Broken")],
        string="Early termination",
        readonly=True,
        copy=False,
        tracking=True,
        help="A contract is cancelled when it ends before its start, and was "
        "never executed; otherwise it is broken.",
    )
    termination_case = fields.Selection(
        [(case.code, f"{case.label} ({case.article})") for case in CASES.values()],
        string="Legal case",
        readonly=True,
        copy=False,
        help="Case of the Labour code that allows the end: the document to sign "
        "and the notice depend on it.",
    )
    termination_initiative = fields.Selection(
        [
            ("employer", "Employer"),
            ("apprentice", "Apprentice"),
            ("both", "Both parties"),
            ("other", "Somebody else"),
        ],
        string="On the initiative of",
        readonly=True,
        copy=False,
        help="Whoever asked for the end: the cases that the law allows are not "
        "the same for each.",
    )
    termination_mediator_date = fields.Date(
        string="Mediator asked on",
        readonly=True,
        copy=False,
        help="When the apprentice leaves after the first 45 days, day when the "
        "mediator was asked first.",
    )
    termination_notice_date = fields.Date(
        string="Notice or agreement of",
        readonly=True,
        copy=False,
        help="Date written on the letter of notice, or on the agreement signed "
        "by both parties.",
    )
    termination_effect_date = fields.Date(
        string="Last day of the contract",
        readonly=True,
        copy=False,
        tracking=True,
        help="Last day of execution. The funding of the training stops there, "
        "and the OPCO is told of this date.",
    )
    termination_practical_days = fields.Integer(
        string="Days of practical training done",
        readonly=True,
        copy=False,
        help="Days spent in the company, without those at the training centre. "
        "Up to 45, either party may end the contract alone.",
    )
    termination_is_signed = fields.Boolean(
        string="Signed by whoever must",
        readonly=True,
        copy=False,
        help="Signed by both parties for an agreement, and by the legal "
        "representative of a minor too.",
    )
    termination_told_centre_on = fields.Date(
        string="Training centre told on",
        readonly=True,
        copy=False,
        help="Day when the training centre was told, which the employer does "
        "without delay.",
    )
    may_be_terminated = fields.Boolean(compute="_compute_may_be_terminated")
    may_withdraw_termination = fields.Boolean(
        compute="_compute_may_withdraw_termination"
    )

    @api.depends("is_current", "state", "origin_id", "date_start", "date_end")
    def _compute_may_be_terminated(self):
        in_force = self.filtered(
            lambda contract: (
                contract.is_current
                and contract.date_start
                and contract.date_end
                and (
                    contract.state == "active"
                    or (contract.state == "ready" and not contract.origin_id)
                )
            )
        )
        for contract in self:
            contract.may_be_terminated = contract in in_force

    @api.depends("termination_kind", "is_current")
    def _compute_may_withdraw_termination(self):
        for contract in self:
            contract.may_withdraw_termination = bool(
                contract.termination_kind
                and contract.is_current
                and contract._is_termination_only_here()
            )

    # ------------------------------------------------------------------ actions
    def action_draft(self):
        cancelled = self.filtered(lambda contract: contract.state == "cancelled")
        result = super().action_draft()
        cancelled.filtered("termination_kind")._forget_termination()
        return result

    def action_withdraw_termination(self):
        """Take back an early termination that was stated by mistake."""
        self.ensure_one()
        self.check_access("write")
        if not self.may_withdraw_termination:
            raise UserError(
                self.env._(
                    "The early termination of %(contract)s is not withdrawn: somebody "
                    "else has or may have it.",
                    contract=self.display_name,
                )
            )
        effect = self.termination_effect_date
        if self.state == self.termination_kind and not self._is_decided_elsewhere():
            self.state = "active" if self.deca_number else "ready"
        self._forget_termination()
        self._message_log(
            body=self.env._(
                "Early termination of %(day)s withdrawn: it was stated by mistake.",
                day=f"{effect:%d/%m/%Y}",
            )
        )

    def action_terminate(self):
        """Open the guided early termination; what was stated already is proposed."""
        self.ensure_one()
        self._check_may_be_terminated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Early termination"),
            "res_model": "apprenticeship.termination",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_contract_id": self.id}
            | {
                f"default_{name}": self[f"termination_{name}"]
                for name in STATED
                if self[f"termination_{name}"]
            },
        }

    # ----------------------------------------------------------------- business
    def _terminate(self, stated):
        """Keep what is stated of the early end, and tell whoever must know.

        :param stated: values by name of `STATED`, checked
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_be_terminated()
        effect = stated["effect_date"]
        kind = kind_of(effect, self.date_start)
        self.write(
            {f"termination_{name}": stated[name] for name in STATED}
            | {"termination_kind": kind.value}
        )
        self._message_log(body=explain_kind(effect, self.date_start))
        if not self._is_decided_elsewhere():
            self.state = kind.value

    def _forget_termination(self):
        stated = [f"termination_{name}" for name in STATED]
        self.write(dict.fromkeys((*stated, "termination_kind"), False))

    def _is_termination_only_here(self):
        """Tell whether nobody else has been told of the early termination.

        Hook for the add-ons that tell.
        """
        return True

    def _is_decided_elsewhere(self):
        """Tell whether the state is read from who holds the deposited contract.

        Hook for the add-ons that deposit.
        """
        return False

    def _check_may_be_terminated(self):
        if not self.may_be_terminated:
            raise UserError(
                self.env._(
                    "%(contract)s cannot be terminated: only the version in force of "
                    "a contract that is ready or active can.",
                    contract=self.display_name,
                )
            )
