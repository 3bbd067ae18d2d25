# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models


class OpcoTransmission(models.Model):
    """The notice of an early termination."""

    # An operation of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    def _on_released_termination(self):
        for row in self:
            row.contract_id._opco_mirror_termination(row)

    def _on_stranded_termination(self):
        self.contract_id._opco_forget_termination()

    def _on_given_up_termination(self):
        self.contract_id._opco_forget_termination()

    def _on_unsendable_termination(self):
        for row in self:
            row.contract_id._opco_leave_termination_to_portal()

    def _on_outcome_termination(self):
        for row in self:
            row.contract_id._opco_mirror_termination(row)

    def _lost_message(self):
        if self.operation != "termination":
            return super()._lost_message()
        return self.env._(
            "The early termination that was to be told to the OPCO is lost: nothing "
            "left. State it again: « Correct », in the tab « Early termination »."
        )

    def _outcome_sentence_termination(self):
        opco = self.profile_id.name
        sentences = {
            "sent": self.env._("Early termination received by %(opco)s.", opco=opco),
            "rejected": self.env._(
                "Early termination rejected by %(opco)s:", opco=opco
            ),
            "retry": self.env._(
                "Early termination not sent yet to %(opco)s, tried again:", opco=opco
            ),
            "held": self.env._("Early termination held before %(opco)s:", opco=opco),
            "cancelled": self.env._(
                "Early termination not sent to %(opco)s:", opco=opco
            ),
            "unknown": self.env._(
                "Early termination to be verified at %(opco)s:", opco=opco
            ),
        }
        return sentences[self.state]
