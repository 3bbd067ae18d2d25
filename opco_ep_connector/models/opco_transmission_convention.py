# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from .outcome_messages import remote_text


class OpcoTransmission(models.Model):
    """The training agreement of a contract that the OPCO has."""

    # An operation of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    operation = fields.Selection(
        selection_add=[("convention", "Training agreement")],
        ondelete={"convention": "cascade"},
    )

    def _on_released_convention(self):
        for row in self:
            row.contract_id.agreement_ids._opco_mirror(row)

    def _on_stranded_convention(self):
        self.contract_id.agreement_ids._opco_forget()

    def _on_given_up_convention(self):
        self.contract_id.agreement_ids._opco_forget()

    def _on_unsendable_convention(self):
        for row in self:
            row.contract_id.agreement_ids._opco_mirror_unsendable(row)

    def _on_outcome_convention(self):
        for row in self:
            row.contract_id.agreement_ids._opco_mirror(row)

    def _send_again(self):
        """Send the same bytes again: a person found that the OPCO does not have it."""
        self.write(
            {
                "state": "retry",
                "next_try_at": fields.Datetime.now(),
                "message": self.env._(
                    "Sent again by %(person)s, who did not find it on the portal.",
                    person=self.env.user.name,
                ),
            }
        )
        self._wake()

    def _record_seen(self):
        """A person has seen on the portal that the OPCO has it."""
        self.write(
            {
                "state": "sent",
                "message": self.env._(
                    "Seen on the OPCO's portal by %(person)s: no receipt came.",
                    person=self.env.user.name,
                ),
            }
        )

    def _lost_message(self):
        if self.operation != "convention":
            return super()._lost_message()
        return self.env._(
            "The training agreement that was to be sent is lost: nothing left. "
            "Transmit it again."
        )

    def _unknown_message(self, message, error):
        if self.operation != "convention":
            return super()._unknown_message(message, error)
        lines = [
            message,
            remote_text(error),
            self.env._(
                "It may have received the training agreement all the same: only "
                "somebody who looks on its portal can tell."
            ),
        ]
        return "\n".join(filter(None, lines))

    def _outcome_sentence_convention(self):
        opco = self.profile_id.name
        sentences = {
            "sent": self.env._(
                "Training agreement received by %(opco)s for the dossier %(number)s "
                "(file %(file)s).",
                opco=opco,
                number=self.internal_number,
                file=self.file_name,
            ),
            "rejected": self.env._(
                "Training agreement rejected by %(opco)s:", opco=opco
            ),
            "retry": self.env._(
                "Training agreement not sent yet to %(opco)s, tried again:", opco=opco
            ),
            "held": self.env._("Training agreement held before %(opco)s:", opco=opco),
            "cancelled": self.env._(
                "Training agreement not sent to %(opco)s:", opco=opco
            ),
            "unknown": self.env._(
                "Training agreement to be verified at %(opco)s:", opco=opco
            ),
        }
        return sentences[self.state]
