# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import replace

from odoo import api, fields, models

from ..cerfa.documents import (
    DATA_ONLY,
    DEPOSITED,
    KEPT,
    KINDS,
    WITH_AGREEMENT,
    needed,
)
from ..pdf_check import LARGEST
from .apprenticeship_contract import PERSONAL_DATA

# Of one kind, beyond which the list of documents says the rest.
SHOWN = 20


class ApprenticeshipContract(models.Model):
    """The documents of a contract: which it needs, and which have come."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    document_ids = fields.One2many(
        "apprenticeship.document", "contract_id", string="Documents"
    )
    document_count = fields.Integer(
        string="Documents received",
        compute="_compute_document_count",
        help="Documents of this contract, without those that another one replaced.",
    )
    missing_document_count = fields.Integer(
        string="Documents expected", compute="_compute_document_checklist"
    )
    document_checklist = fields.Json(compute="_compute_document_checklist")

    def _compute_document_count(self):
        counts = dict(
            self.env["apprenticeship.document"]._read_group(
                [("contract_id", "in", self.ids), ("is_current", "=", True)],
                ["contract_id"],
                ["__count"],
            )
        )
        for contract in self:
            contract.document_count = counts.get(contract._origin, 0)

    @api.depends(lambda self: self._findings_depends())
    @api.depends_context("uid", "lang", "tz")
    def _compute_document_checklist(self):
        needs = self._documents_needed()
        # Not by the field: its cache does not know who reads.
        current = self.env["apprenticeship.document"].search(
            [("contract_id", "in", self.ids), ("is_current", "=", True)]
        )
        by_contract = current.grouped("contract_id")
        for contract in self:
            documents = by_contract.get(contract._origin, current.browse())
            lines = contract._document_lines(needs[contract], documents)
            contract.document_checklist = lines
            contract.missing_document_count = len(
                [line for line in lines["needed"] if line["state"] == "expected"]
            )

    def action_view_documents(self):
        """List every document of the contract, the replaced ones included."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_apprenticeship.apprenticeship_document_action"
        )
        return action | {"domain": [("contract_id", "=", self.id)]}

    @api.ondelete(at_uninstall=False)
    def _unlink_documents(self):
        self.sudo().document_ids.unlink()

    # ----------------------------------------------------------------- checklist
    def _documents_needed(self):
        """Return, by contract, the documents that it needs."""
        circumstances = self._circumstances()
        return {
            contract: needed(contract.sudo()._form(), circumstances[contract])
            for contract in self
        }

    def _document_lines(self, needs, documents):
        """Return the checklist as this user may read it."""
        entitled = self.env.user.has_group(PERSONAL_DATA)
        shown_kinds = [
            code for code, kind in KINDS.items() if entitled or not kind.is_personal
        ]
        by_kind = documents.grouped("kind")
        needed_kinds = {need.kind: need for need in needs}
        fates = self._document_fates()
        lines = [
            self._document_line(kind, by_kind.get(kind, ()), needed_kinds.get(kind))
            | {"fate_text": fates[kind]}
            for kind in shown_kinds
        ]
        return {
            "needed": [line for line in lines if line["reason"]],
            "others": [
                line for line in lines if line["documents"] and not line["reason"]
            ],
            "largest": LARGEST,
            "addable": [
                {"kind": kind, "label": KINDS[kind].label}
                for kind in shown_kinds
                if kind not in needed_kinds
            ],
        }

    def _document_line(self, kind, documents, need):
        known = KINDS[kind]
        return {
            "kind": kind,
            "label": known.label,
            "reason": need.reason if need else False,
            "source": need.source if need else False,
            "state": self._document_line_state(documents),
            "state_text": self._document_line_text(documents),
            "is_repeated": known.is_repeated,
            "documents": [one._shown() for one in documents[:SHOWN]],
            "hidden_count": max(0, len(documents) - SHOWN),
        }

    @api.model
    def _document_line_state(self, documents):
        """The line is as far as the best of its documents."""
        states = {one.state if one.attachment_id else "lost" for one in documents}
        for state in ("validated", "received", "rejected"):
            if state in states:
                return state
        return "expected"

    @api.model
    def _document_line_text(self, documents):
        return {
            "expected": self.env._("Expected"),
            "received": self.env._("Received"),
            "validated": self.env._("Validated"),
            "rejected": self.env._("Rejected"),
        }[self._document_line_state(documents)]

    def _document_fates(self):
        """Return what becomes of each kind; other add-ons know more."""
        sentences = {
            DEPOSITED: self.env._("Goes to the OPCO with the contract"),
            WITH_AGREEMENT: self.env._("Sent with the training agreement"),
            KEPT: self.env._("Kept, not sent: shown on demand"),
            DATA_ONLY: self.env._(
                "Kept, not sent: its data are sent, the signed form stays here"
            ),
        }
        return {code: sentences[kind.fate] for code, kind in KINDS.items()}

    # -------------------------------------------------------------------- rules
    @api.model
    def _findings_depends(self):
        names = ("kind", "state", "is_current", "attachment_id")
        return (
            *super()._findings_depends(),
            *(f"document_ids.{name}" for name in names),
        )

    def _circumstances(self):
        """The rules know which documents are at hand."""
        known = super()._circumstances()
        at_hand = self._kinds_at_hand()
        return {
            contract: replace(circumstances, documents=at_hand.get(contract))
            for contract, circumstances in known.items()
        }

    def _kinds_at_hand(self):
        found = (
            self.env["apprenticeship.document"]
            .sudo()
            ._read_group(
                [
                    ("contract_id", "in", self.ids),
                    ("is_current", "=", True),
                    ("state", "!=", "rejected"),
                    ("attachment_id", "!=", False),
                ],
                ["contract_id"],
                ["kind:array_agg_distinct"],
            )
        )
        kinds = {contract.id: frozenset(names) for contract, names in found}
        return {
            contract: kinds.get(contract._origin.id, frozenset()) for contract in self
        }
