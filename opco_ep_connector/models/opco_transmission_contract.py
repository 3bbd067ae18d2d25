# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class OpcoTransmission(models.Model):
    """The deposit of a contract, as the OPCO's journal and the contract show it."""

    # An operation of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    def _on_released_contract(self):
        self.contract_id._opco_mirror_transport("queued")

    def _on_stranded_contract(self):
        for row in self:
            row.contract_id._opco_mirror_environment(row.connection_id.environment)

    def _on_given_up_contract(self):
        self.contract_id._opco_forget_transmission()
        self.contract_id.agreement_ids._opco_wait_no_more()

    def _on_unsendable_contract(self):
        self._on_given_up_contract()

    def _on_outcome_contract(self):
        received = self.filtered(lambda row: row.state == "sent")
        dossiers = self.env["opco.dossier"]._adopt(received)
        received.contract_id._mark_ready()
        received.connection_id._end_silence()
        for row in self:
            row.contract_id._opco_mirror_delivery(row, dossiers.get(row.id))
        for row in self.filtered(lambda row: row.state == "rejected"):
            row.contract_id._opco_ask_to_correct(row)
        received.contract_id.agreement_ids._opco_wake_for_waiting()

    def _outcome_sentence_contract(self):
        person = self.contract_id.user_id
        opco = self.profile_id.name
        at = fields.Datetime.context_timestamp(
            self.with_context(tz=person.tz or "Europe/Paris"),
            # What was held with its queue has had no answer of its own.
            self.answered_at or fields.Datetime.now(),
        )
        sentences = {
            "sent": self.env._(
                "Received by %(opco)s on %(at)s under the number %(number)s.",
                opco=opco,
                at=f"{at:%d/%m/%Y %H:%M:%S}",
                number=self.internal_number,
            ),
            "rejected": self.env._("Rejected by %(opco)s:", opco=opco),
            "retry": self.env._("Not sent yet to %(opco)s, tried again:", opco=opco),
            "held": self.env._("Held before %(opco)s:", opco=opco),
            "cancelled": self.env._("Not sent to %(opco)s:", opco=opco),
            "unknown": self.env._("To be verified at %(opco)s:", opco=opco),
        }
        return sentences[self.state]
