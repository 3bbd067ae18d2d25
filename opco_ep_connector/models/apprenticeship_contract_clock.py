# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.l10n_fr_apprenticeship.cerfa.clock import (
    answer_alert,
    answer_deadline,
)

# In these states the OPCO has answered; one that is not known is not an answer.
ANSWERED_STATES = ("committed", "refused", "cancelled", "broken", "settled")


class ApprenticeshipContract(models.Model):
    """The second legal clock, that of the OPCO; and what stops the first."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_answer_deadline = fields.Date(
        string="Answer expected by",
        compute="_compute_opco_answer_deadline",
        store=True,
        index="btree_not_null",
        help="20 days after the receipt, the silence of the OPCO is a refusal (article "
        "D6224-3). Where it asked for missing documents, its 20 days run from the day "
        "it had them all, which it does not say. Empty once it has answered, or when "
        "the day of the receipt is not known.",
    )

    @api.depends(
        "opco_transport_state", "opco_state", "opco_answered_at", "termination_kind"
    )
    def _compute_opco_answer_deadline(self):
        for contract in self:
            received_on = (
                contract._opco_awaits_answer() and contract._opco_received_on()
            )
            contract.opco_answer_deadline = received_on and answer_deadline(received_on)

    @api.depends("opco_transport_state", "opco_answer_deadline")
    def _compute_deadline(self):
        return super()._compute_deadline()

    # ----------------------------------------------------------------- business
    def _awaits_deposit(self):
        return super()._awaits_deposit() and self.opco_transport_state != "sent"

    def _running_clock(self):
        if self.opco_answer_deadline:
            return self.opco_answer_deadline, answer_alert(self._opco_received_on())
        return super()._running_clock()

    def _opco_awaits_answer(self):
        return (
            self.opco_transport_state == "sent"
            and self.opco_state not in ANSWERED_STATES
            # Nobody waits for an answer about what never began.
            and self.termination_kind != "cancelled"
        )

    def _opco_received_on(self):
        """Return the day of the receipt, unknown of what was deposited elsewhere."""
        moment = self.opco_answered_at
        return moment and self._legal_day(moment)

    def _deadline_sentence(self, today):
        if not self.opco_answer_deadline:
            return super()._deadline_sentence(today)
        deadline = format_date(self.env, self.deadline)
        days = (self.deadline - today).days
        if days < 0:
            return self.env._(
                "No answer since the receipt: refused by silence on %(deadline)s",
                deadline=deadline,
            )
        if days == 0:
            return self.env._("Answer of the OPCO expected today, the last day")
        if days == 1:
            return self.env._(
                "Answer of the OPCO expected by %(deadline)s (1 day left)",
                deadline=deadline,
            )
        return self.env._(
            "Answer of the OPCO expected by %(deadline)s (%(days)s days left)",
            deadline=deadline,
            days=days,
        )

    def _circumstances(self):
        circumstances = super()._circumstances()
        sent = self.filtered(lambda one: one.opco_transport_state == "sent").sudo()
        dossiers = {one.contract_id.id: one for one in sent._opco_dossiers()}
        for contract in self:
            # A contract being edited on a form has the dossier of the stored one.
            dossier = dossiers.get(contract._origin.id)
            if dossier:
                circumstances[contract] = replace(
                    circumstances[contract], **dossier._days_of_deposit()
                )
        return circumstances
