# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from .outcome_messages import remote_text


class OpcoTransmission(models.Model):
    """A document, attached to the OPCO's dossier.

    Only its rows say where a document stands: nothing is mirrored, so most events have
    nothing to do. The norm reads no document back: what is « unknown » waits for a
    person.
    """

    # An operation of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    operation = fields.Selection(
        selection_add=[("document", "Document")], ondelete={"document": "cascade"}
    )
    document_id = fields.Many2one(
        "apprenticeship.document",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    document_number = fields.Char(
        string="Document number",
        readonly=True,
        help="Given by the OPCO to the document; most give none.",
    )

    def _on_released_document(self):
        """Queued again, as the row says."""

    def _on_stranded_document(self):
        """What another environment was to receive is to be sent anew."""

    def _on_given_up_document(self):
        """It may be transmitted again."""

    def _on_unsendable_document(self):
        for row in self:
            row.contract_id._opco_ask_to_correct(row)

    def _on_outcome_document(self):
        for row in self.filtered(lambda row: row.state == "rejected"):
            row.contract_id._opco_ask_to_correct(row)

    def _outcome_sentence_document(self):
        # Its kind: a file's name may say more than everybody should read.
        document = self.document_id._kind_label()
        opco = self.profile_id.name
        sentences = {
            "sent": self.env._(
                "« %(document)s » received by %(opco)s, dossier %(number)s.",
                document=document,
                opco=opco,
                number=self.internal_number,
            ),
            "rejected": self.env._(
                "« %(document)s » rejected by %(opco)s:", document=document, opco=opco
            ),
            "retry": self.env._(
                "« %(document)s » not sent yet to %(opco)s, tried again:",
                document=document,
                opco=opco,
            ),
            "held": self.env._(
                "« %(document)s » held before %(opco)s:", document=document, opco=opco
            ),
            "cancelled": self.env._(
                "« %(document)s » not sent to %(opco)s:", document=document, opco=opco
            ),
            "unknown": self.env._(
                "« %(document)s » to be verified at %(opco)s:",
                document=document,
                opco=opco,
            ),
        }
        return sentences[self.state]

    def _what_to_correct(self):
        reasons = super()._what_to_correct()
        if self.operation != "document":
            return reasons
        first = self.env._(
            "%(document)s: %(reason)s",
            document=self.document_id._kind_label(),
            reason=reasons[0] if reasons else "—",
        )
        return [first, *reasons[1:]]

    def _record_accepted(self, receipt):
        result = super()._record_accepted(receipt)
        if self.operation == "document":
            self.document_number = receipt.document_number
        return result

    def _lost_message(self):
        if self.operation != "document":
            return super()._lost_message()
        return self.env._(
            "The document that was to be sent is lost: nothing left. Transmit the "
            "documents again."
        )

    def _unknown_message(self, message, error):
        if self.operation != "document":
            return super()._unknown_message(message, error)
        lines = [
            message,
            remote_text(error),
            self.env._(
                "It may have received the document all the same, and its API does not "
                "tell: look on its portal, then choose « Send again » or « Consider it "
                "received »."
            ),
        ]
        return "\n".join(filter(None, lines))

    # ---------------------------------------------------------- a person decides
    def _send_document_again(self):
        """The same bytes and the same file leave again, on a person's word."""
        for row in self._still_unknown():
            row.write(
                {
                    "state": "retry",
                    "next_try_at": fields.Datetime.now(),
                    "message": False,
                    "applied": True,
                }
            )
            row.contract_id._message_log(
                body=row.env._(
                    "%(person)s sends « %(document)s » again to %(opco)s.",
                    person=self.env.user.name,
                    document=row.document_id._kind_label(),
                    opco=row.profile_id.name,
                )
            )
        self._wake()

    def _consider_document_received(self):
        """A person has seen it on the OPCO's portal."""
        for row in self._still_unknown():
            message = row.env._(
                "Considered received by %(person)s, who has seen it on the OPCO's "
                "portal.",
                person=self.env.user.name,
            )
            row.write({"state": "sent", "message": message, "applied": False})
            row._apply()

    def _still_unknown(self):
        rows = self.sudo()
        rows.lock_for_update(allow_referencing=True)
        return rows.filtered(
            lambda row: row.operation == "document" and row.state == "unknown"
        )
