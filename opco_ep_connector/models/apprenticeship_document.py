# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import os

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.cerfa.documents import CONVENTION, KINDS

from ..convergence.document import file_info
from ..convergence.files import FileToSend, UnusableFile, check_file
from ..preparation import Preparation
from .outcome_messages import explain_unsendable

CONSULT = "opco_ep_connector.group_consult"
TRANSMIT = "opco_ep_connector.group_transmit"


class ApprenticeshipDocument(models.Model):
    """A document on its way to the OPCO."""

    _inherit = "apprenticeship.document"

    opco_transmission_ids = fields.One2many(
        "opco.transmission", "document_id", string="Transmissions", groups=CONSULT
    )

    opco_delivery = fields.Char(
        string="At the OPCO", compute="_compute_opco_delivery", groups=CONSULT
    )

    @api.depends(
        "contract_id.opco_environment",
        "opco_transmission_ids.state",
        "opco_transmission_ids.is_live",
    )
    @api.depends_context("lang")
    def _compute_opco_delivery(self):
        for document in self:
            row = document._opco_rows()
            document.opco_delivery = self._opco_badge(row)["text"] if row else False

    @api.ondelete(at_uninstall=False)
    def _unlink_never_sent(self):
        sent = self.sudo().filtered("opco_transmission_ids")
        if sent:
            raise UserError(
                self.env._(
                    "What was sent to the OPCO, or queued, stays: %(names)s",
                    names=", ".join(sent.mapped("name")),
                )
            )

    def _decide(self, state, reason):
        result = super()._decide(state, reason)
        if state == "rejected":
            self._opco_give_up_waiting()
        return result

    def _replace(self):
        self._opco_give_up_waiting()
        return super()._replace()

    def _opco_give_up_waiting(self):
        """A document that is not the right one does not leave."""
        rows = self.sudo().opco_transmission_ids
        rows.filtered(lambda row: row.state in row.NEVER_LEFT_STATES)._give_up()
        for document in self:
            document._opco_agreement_with_it()._opco_give_up_waiting()

    def _opco_agreement_with_it(self):
        """Return the training agreement of which this is the signed file."""
        if self.kind != CONVENTION:
            return self.env["apprenticeship.agreement"].sudo()
        return self.contract_id.sudo().agreement_ids.filtered(
            lambda agreement: agreement._holds(self)
        )

    # ------------------------------------------------------------------ actions
    def action_opco_send_again(self):
        """Send once more what the OPCO may have: a person has looked."""
        self._opco_rows_to_decide()._send_document_again()

    def action_opco_consider_received(self):
        """Stop waiting for what a person has seen at the OPCO."""
        self._opco_rows_to_decide()._consider_document_received()

    def _opco_rows_to_decide(self):
        self.env["opco.transmission"]._check_transmitter()
        self.check_access("read")
        rows = self._opco_rows().filtered(lambda row: row.state == "unknown")
        if not rows:
            raise UserError(
                self.env._("Where these documents stand is known: nothing to decide.")
            )
        return rows.with_user(self.env.user)

    # ----------------------------------------------------------------- delivery
    def _opco_rows(self):
        """Return the last transmission of each, in the environment of its contract."""
        last = self.env["opco.transmission"].sudo()
        for document in self.sudo():
            environment = document.contract_id.opco_environment
            rows = document.opco_transmission_ids.filtered(
                lambda row, environment=environment: row.environment == environment
            )
            last |= rows.sorted("id")[-1:]
        # A dossier refused takes with it what it had received.
        return last.filtered(lambda row: row.is_live or row.state != "sent")

    def _opco_is_under_way_or_sent(self):
        return any(self._opco_rows().mapped("is_live"))

    def _opco_prepare(self, connection, profile, held):
        """Return the document as a `Preparation`, with what keeps it from leaving.

        :param profile: the OPCO's, as a value
        :param held: the transmissions of `_opco_contents_held`
        """
        self.ensure_one()
        contract = self.contract_id
        number = contract.sudo().opco_internal_number
        preparation = Preparation(
            contract,
            connection,
            operation="document",
            content=file_info(profile.document_types[self.kind], dossiers=[number]),
            attachment=self.sudo().attachment_id,
            document=self,
        )
        reasons = (
            self._opco_not_to_send()
            or self._opco_unreadable_file()
            or self._opco_same_content(held)
            or self._opco_untaken_file(profile)
        )
        if reasons:
            preparation.blocking.append(
                self.env._(
                    "%(document)s: %(reason)s",
                    document=self._kind_label(),
                    reason=reasons,
                )
            )
        return preparation

    def _opco_not_to_send(self):
        if self.state == "rejected":
            return self.env._("rejected here, it is not sent. Add the right one.")
        return None

    def _opco_unreadable_file(self):
        """Files leave from the filestore, read piece by piece: never through memory."""
        attachment = self.sudo().attachment_id
        if not attachment:
            return self._file_is_gone()
        path = self.env["opco.transmission"]._path_of(attachment)
        if not path:
            return self.env._(
                "this Odoo keeps its files in its database, and only those of the "
                "filestore are sent. Ask the administrator of the server to store "
                "attachments as files (ir_attachment.location), then add it again."
            )
        if not os.path.isfile(path):
            return self.env._(
                "its file is not on this server any more, though Odoo lists it. Add it "
                "again, and tell the administrator of the server."
            )
        return None

    def _opco_same_content(self, held):
        """Return what tells that the dossier has this very content already."""
        same = held.get((self.contract_id, self.sha256))
        if not same:
            return None
        return self.env._(
            "its content is that of « %(other)s », sent on %(date)s: it is not sent "
            "twice.",
            other=same.document_id._kind_label(),
            date=f"{same.create_date:%d/%m/%Y}",
        )

    def _opco_untaken_file(self, profile):
        attachment = self.sudo().attachment_id
        file = FileToSend(
            self.env["opco.transmission"]._path_of(attachment),
            attachment.name,
            attachment.mimetype,
            self.sha256,
            attachment.file_size,
        )
        try:
            check_file(file, profile)
        except UnusableFile as error:
            return explain_unsendable(self.env, error)
        return None

    # ---------------------------------------------------------------- checklist
    def _kind_label(self):
        return KINDS[self.kind].label

    def _shown(self):
        shown = super()._shown()
        if not self.env.user.has_group(CONSULT):
            return shown
        if self.kind == CONVENTION:
            self._opco_show_agreement(shown)
        row = self._opco_rows()
        if not row:
            return shown
        shown["badges"].append(self._opco_badge(row))
        if row.message and row.state not in ("queued", "sending"):
            shown["notes"] += row.message.splitlines()
        if row.state == "sent":
            shown["notes"].append(self._opco_receipt(row))
        if row.state == "unknown" and self.env.user.has_group(TRANSMIT):
            shown["actions"] += [
                {
                    "method": "action_opco_send_again",
                    "label": self.env._("Send again"),
                },
                {
                    "method": "action_opco_consider_received",
                    "label": self.env._("Consider it received"),
                },
            ]
        return shown

    def _opco_show_agreement(self, shown):
        """Say where the training agreement stands, which leaves with this file."""
        agreement = self._opco_agreement_with_it()
        if agreement.opco_transport_state:
            shown["badges"].append(agreement._opco_badge())
        elif not agreement and self.contract_id.sudo().agreement_ids._opco_has_left():
            shown["notes"].append(
                self.env._("Another file left with the training agreement.")
            )

    def _opco_badge(self, row):
        colors = {
            "sent": "success",
            "rejected": "danger",
            "unknown": "warning",
            "held": "warning",
            "retry": "warning",
            "cancelled": "secondary",
        }
        opco = row.profile_id.name
        on_its_way = self.env._("On its way to %(opco)s", opco=opco)
        texts = {
            "queued": on_its_way,
            "sending": on_its_way,
            "sent": self.env._("Received by %(opco)s", opco=opco),
            "rejected": self.env._("Rejected by %(opco)s", opco=opco),
            "retry": self.env._("Not sent yet to %(opco)s", opco=opco),
            "unknown": self.env._("To be verified at %(opco)s", opco=opco),
            "held": self.env._("Held before %(opco)s", opco=opco),
            "cancelled": self.env._("Not sent to %(opco)s", opco=opco),
        }
        return {"text": texts[row.state], "color": colors.get(row.state, "info")}

    def _opco_receipt(self, row):
        return self.env._(
            "%(opco)s, dossier %(number)s, on %(at)s",
            opco=row.profile_id.name,
            number=row.internal_number,
            at=self._moment(row.answered_at),
        )
