# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

from ..cerfa.documents import CONVENTION, KINDS
from ..pdf_check import (
    KILOBYTE,
    LARGEST,
    MEGABYTE,
    PDF,
    BadFile,
    check_pdf,
    kept_name,
)
from .apprenticeship_contract import PERSONAL_DATA


class ApprenticeshipDocument(models.Model):
    """A document received for a contract, or for an amendment of it.

    Its file is an attachment of this record, so that whoever may not read the one does
    not read the other. What replaces it leaves it as it is: nothing received is lost.
    """

    _name = "apprenticeship.document"
    _description = "Document of an Apprenticeship Contract"
    _order = "id desc"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "apprenticeship.contract",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="contract_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        lambda self: [(code, kind.label) for code, kind in KINDS.items()],
        required=True,
        readonly=True,
    )
    is_personal = fields.Boolean(
        compute="_compute_is_personal",
        store=True,
        help="Reveals a disability: read by those entitled to personal data.",
    )
    state = fields.Selection(
        [
            ("received", "Received"),
            ("validated", "Validated"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        default="received",
        index=True,
    )
    is_current = fields.Boolean(
        string="Current",
        readonly=True,
        default=True,
        help="No later document of the same kind has taken its place.",
    )
    name = fields.Char(string="File name", required=True, readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, ondelete="set null"
    )
    size = fields.Integer(string="Size (bytes)", readonly=True, aggregator=None)
    sha256 = fields.Char(string="Content (SHA-256)", readonly=True)
    received_by_id = fields.Many2one(
        "res.users", string="Received by", readonly=True, ondelete="set null"
    )
    received_at = fields.Datetime(string="Received on", readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", string="Checked by", readonly=True, ondelete="set null"
    )
    decided_at = fields.Datetime(string="Checked on", readonly=True)
    rejection_reason = fields.Char(
        readonly=True, help="What is wrong with it, for whoever asks for another one."
    )

    _same_content = models.Index("(contract_id, sha256)")

    @api.depends("kind")
    def _compute_is_personal(self):
        for document in self:
            document.is_personal = KINDS[document.kind].is_personal

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        for document in documents.filtered("attachment_id"):
            # Whoever may not read the document does not read its file.
            document.sudo().attachment_id.write(
                {"res_model": self._name, "res_id": document.id}
            )
        return documents

    # ------------------------------------------------------------------ actions
    def action_open_file(self):
        """Show the file in another tab."""
        self.ensure_one()
        self.check_access("read")
        if not self.sudo().attachment_id:
            raise UserError(self._file_is_gone())
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.sudo().attachment_id.id}",
            "target": "new",
        }

    def action_validate(self):
        self._decide("validated", False)

    def action_reject(self, reason):
        """Reject, saying what is wrong."""
        self._check_may_decide()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what is wrong with this document."))
        self._decide("rejected", reason)

    def action_take_back_decision(self):
        """Look at it again: neither validated nor rejected."""
        self._check_may_decide()
        self.sudo().write(
            {
                "state": "received",
                "decided_by_id": False,
                "decided_at": False,
                "rejection_reason": False,
            }
        )

    def _check_may_decide(self):
        """Whoever may write on the contract says whether its documents are right."""
        self.check_access("read")
        self.contract_id.check_access("write")

    def _decide(self, state, reason):
        self._check_may_decide()
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
                "rejection_reason": reason,
            }
        )

    # ---------------------------------------------------------------- checklist
    def _shown(self):
        """Return the document as its line of the checklist shows it.

        Add-ons add to `badges`, `notes` and `actions`: buttons that call a method of
        the document, with what the person types where `asks` says what to type.
        """
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "size": self._size_text(),
            "badges": [self._state_badge()],
            "notes": self._notes(),
            "actions": self._actions_to_show(),
            "has_file": bool(self.attachment_id),
        }

    def _size_text(self):
        """Return the size in the unit that a person reads."""
        if self.size < KILOBYTE:
            return self.env._("%(count)s bytes", count=self.size)
        if self.size < MEGABYTE:
            size = formatLang(self.env, self.size / KILOBYTE, digits=0)
            return self.env._("%(size)s kB", size=size)
        size = formatLang(self.env, self.size / MEGABYTE, digits=1)
        return self.env._("%(size)s MB", size=size)

    def _state_badge(self):
        if not self.attachment_id:
            return {"text": self.env._("File deleted"), "color": "danger"}
        colors = {"received": "info", "validated": "success", "rejected": "danger"}
        names = dict(self._fields["state"]._description_selection(self.env))
        return {"text": names[self.state], "color": colors[self.state]}

    def _notes(self):
        """Return who did what and when, one sentence each."""
        notes = [
            self.env._(
                "Received on %(at)s by %(person)s",
                at=self._moment(self.received_at),
                person=self.sudo().received_by_id.name or "—",
            )
        ]
        if self.state == "validated":
            notes.append(
                self.env._(
                    "Validated on %(at)s by %(person)s",
                    at=self._moment(self.decided_at),
                    person=self.sudo().decided_by_id.name or "—",
                )
            )
        if self.state == "rejected":
            notes.append(
                self.env._(
                    "Rejected on %(at)s by %(person)s: %(reason)s",
                    at=self._moment(self.decided_at),
                    person=self.sudo().decided_by_id.name or "—",
                    reason=self.rejection_reason or "—",
                )
            )
        return notes

    def _moment(self, moment):
        if not moment:
            return "—"
        return f"{fields.Datetime.context_timestamp(self, moment):%d/%m/%Y %H:%M}"

    def _actions_to_show(self):
        if not self.attachment_id:
            return []
        if self.state != "received":
            return [
                {
                    "method": "action_take_back_decision",
                    "label": self.env._("Take back"),
                }
            ]
        return [
            {"method": "action_validate", "label": self.env._("Validate")},
            {
                "method": "action_reject",
                "label": self.env._("Reject…"),
                "asks": self.env._("What is wrong with it?"),
            },
        ]

    # ---------------------------------------------------------------- reception
    @api.model
    def _receive(self, contract, kind, name, content):
        """Keep a file dropped on a contract.

        :param kind: a code of `KINDS`
        :param content: a binary file, read piece by piece until it is known to be good
        :return: the document
        :raises UserError: in words, when it cannot be kept
        """
        self._check_may_receive(contract, kind)
        name = kept_name(name or "")
        try:
            sha256 = check_pdf(content)
        except BadFile as error:
            raise UserError(self._refusal(name, error.reason)) from None
        self._check_is_new(contract, kind, name, sha256)
        documents = self.sudo()
        former = documents._current_of(contract, kind)
        attachment = documents.attachment_id.create(
            {
                "name": name,
                "raw": content.read(),
                "mimetype": PDF,
                "company_id": contract.company_id.id,
            }
        )
        document = documents.create(
            {
                "contract_id": contract.id,
                "kind": kind,
                "name": name,
                "attachment_id": attachment.id,
                "size": attachment.file_size,
                "sha256": sha256,
                "received_by_id": self.env.uid,
                "received_at": fields.Datetime.now(),
            }
        )
        if not KINDS[kind].is_repeated:
            former._replace()
        if kind == CONVENTION:
            contract.agreement_id._take_from_checklist(document)
        return document.sudo(False)

    def _replace(self):
        """Another document of the same kind has taken its place."""
        self.is_current = False

    @api.model
    def _receive_once(self, contract, kind, name, content):
        """Keep a file known to be good, unless it is already there."""
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        if not self._same_as(contract, kind, sha256):
            self._receive(contract, kind, name, content)

    @api.model
    def _check_may_receive(self, contract, kind):
        contract.check_access("write")
        if kind not in KINDS:
            raise UserError(self.env._("This kind of document is not known."))
        if KINDS[kind].is_personal and not self.env.user.has_group(PERSONAL_DATA):
            raise AccessError(
                self.env._(
                    "Only people entitled to personal data add a document that reveals "
                    "a disability."
                )
            )
        if contract.file_purged_on:
            raise UserError(
                self.env._(
                    "The personal data of %(contract)s were erased on %(date)s: "
                    "nothing is added any more.",
                    contract=contract.display_name,
                    date=f"{contract.file_purged_on:%d/%m/%Y}",
                )
            )

    @api.model
    def _check_is_new(self, contract, kind, name, sha256):
        same = self._same_as(contract, kind, sha256)
        if same:
            raise UserError(
                self.env._(
                    "« %(name)s » is already there, received on %(date)s: it is not "
                    "added twice.",
                    name=name,
                    date=f"{same[0].received_at:%d/%m/%Y}",
                )
            )

    @api.model
    def _current_of(self, contract, kind):
        return self.search(
            [
                ("contract_id", "=", contract.id),
                ("kind", "=", kind),
                ("is_current", "=", True),
            ]
        )

    @api.model
    def _same_as(self, contract, kind, sha256):
        """Return the documents of this content whose file is still what was received.

        What was lost, or has changed since, may be added again.
        """
        current = self.sudo()._current_of(contract, kind)
        same = current.filtered(lambda document: document.sha256 == sha256)
        return same.filtered(lambda document: document._has_its_content())

    def _has_its_content(self):
        content = self.attachment_id.raw or b""
        return hashlib.sha256(content).hexdigest() == self.sha256

    @api.model
    def _refusal(self, name, reason):
        """Return why a file is not kept, and what to do."""
        sentences = {
            "empty": self.env._(
                "« %(name)s » is empty (0 byte): nothing was added. Export or scan it "
                "again.",
                name=name,
            ),
            "too_large": self.env._(
                "« %(name)s » is larger than %(limit)s MB: nothing was added. Scan it "
                "in black and white, or at a lower resolution.",
                name=name,
                limit=LARGEST // MEGABYTE,
            ),
            "not_pdf": self.env._(
                "« %(name)s » is not a PDF, whatever its name says: nothing was added. "
                "Export it as a PDF.",
                name=name,
            ),
            "locked": self.env._(
                "« %(name)s » asks for a password: the OPCO could not open it. Save it "
                "without a password, then add it.",
                name=name,
            ),
            "broken": self.env._(
                "« %(name)s » is damaged and does not open: nothing was added. Open "
                "it, print it to a new PDF and add that one.",
                name=name,
            ),
        }
        return sentences[reason]

    def _file_is_gone(self):
        return self.env._(
            "The file of « %(name)s » has been deleted: add it again.", name=self.name
        )

    # -------------------------------------------------------------------- purge
    def _erase(self):
        """Erase the files and what their names say; hashes and dates stay."""
        self.attachment_id.unlink()
        self.write({"name": self.env._("Erased"), "rejection_reason": False})
