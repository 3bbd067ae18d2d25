# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.cerfa.documents import DEPOSITED, KINDS

from ..convergence.profile import DOCUMENTS_UPLOAD
from .apprenticeship_document import CONSULT


class ApprenticeshipContract(models.Model):
    """The documents of a contract, sent to the OPCO once it holds the dossier."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_documents_notice = fields.Char(
        string="Why no document leaves", compute="_compute_opco_documents"
    )
    opco_documents_to_send = fields.Integer(
        string="Documents to transmit", compute="_compute_opco_documents"
    )

    @api.depends("opco_internal_number", "opco_state", "document_ids.kind")
    @api.depends_context("uid", "lang")
    def _compute_opco_documents(self):
        connections, profiles = self._opco_document_routes()
        documents = self._opco_documents_to_send(connections, profiles)
        for contract in self:
            connection = connections.get(contract)
            profile = profiles.get(connection)
            to_send = documents[contract]
            reason = contract._opco_no_document_leaves(connection, profile)
            contract.opco_documents_to_send = 0 if reason else len(to_send)
            # Before the contract has left, nothing of its documents is late.
            is_told = to_send or contract._opco_is_deposited()
            contract.opco_documents_notice = reason if is_told else False

    # ------------------------------------------------------------------ actions
    def action_opco_transmit_documents(self):
        """Queue the documents that the OPCO takes; say what keeps the others."""
        self._opco_check_transmitter()
        ready, kept_back = self._opco_prepare_documents()
        if not ready and kept_back:
            raise UserError("\n".join(kept_back))
        if ready:
            self._opco_queue_documents(ready)
        return self._opco_documents_notification(ready, kept_back)

    # ----------------------------------------------------------------- business
    def _opco_prepare_documents(self):
        """Return what may leave, as `Preparation` values, and sentences on the rest."""
        connections, profiles = self._opco_document_routes()
        documents = self._opco_documents_to_send(connections, profiles)
        held = self._opco_contents_held()
        ready, kept_back = [], []
        for contract in self:
            connection = connections.get(contract)
            profile = profiles.get(connection)
            reason = contract._opco_no_document_leaves(connection, profile)
            if reason:
                kept_back.append(contract._opco_said_of(reason))
                continue
            for document in documents[contract]:
                preparation = document._opco_prepare(connection, profile, held)
                if preparation.is_sendable:
                    ready.append(preparation)
                kept_back += map(contract._opco_said_of, preparation.blocking)
        return self._opco_without_twins(ready, kept_back)

    @api.model
    def _opco_without_twins(self, ready, kept_back):
        """Of the documents of one contract with the same content, send one."""
        kept, seen = [], set()
        for one in ready:
            key = (one.contract, one.document.sha256)
            if key in seen:
                kept_back.append(
                    one.contract._opco_said_of(
                        self.env._(
                            "%(document)s: its content is that of another document "
                            "sent with it: it is not sent twice.",
                            document=one.document._kind_label(),
                        )
                    )
                )
            else:
                seen.add(key)
                kept.append(one)
        return kept, kept_back

    def _opco_said_of(self, sentence):
        return self.env._(
            "%(contract)s: %(sentence)s", contract=self.name, sentence=sentence
        )

    def _opco_queue_documents(self, preparations):
        rows = self.env["opco.transmission"]._queue(preparations).sudo()
        for row in rows:
            row.internal_number = row.contract_id.opco_internal_number
        # What nobody waits for on a form leaves after single clicks.
        rows.is_batch = len(self) > 1
        rows.contract_id._opco_close_rejection_activity()
        rows.contract_id._opco_notify()
        return rows

    def _opco_document_routes(self):
        """Return the connection of each contract, and the profile of each of them."""
        connections, _reasons = self._opco_route()
        profiles = {
            connection: connection._norm_profile()
            for connection in set(connections.values())
        }
        return connections, profiles

    def _opco_no_document_leaves(self, connection, profile):
        """Return why no document of this contract may leave now, or nothing."""
        if connection is None:
            return self.env._(
                "no active OPCO connection serves the training centre: documents are "
                "kept here."
            )
        opco = connection.profile_id.name
        if not profile.is_open(DOCUMENTS_UPLOAD):
            return self.env._(
                "%(opco)s does not take documents by API (not open at this OPCO): "
                "deposit on its portal those that go to it. They are kept here.",
                opco=opco,
            )
        if not self._opco_is_deposited():
            return self.env._(
                "%(opco)s must have received the contract first: its number goes with "
                "each document.",
                opco=opco,
            )
        if connection.environment != self.sudo().opco_environment:
            return self.env._(
                "the contract was sent to another environment than the connection is "
                "in now: transmit the contract first."
            )
        return None

    def _opco_documents_to_send(self, connections, profiles):
        """Return, by contract, the documents that the OPCO takes and does not have yet.

        :param connections: by contract
        :param profiles: by connection, as values
        """
        # Those that this user may read.
        found = self.env["apprenticeship.document"].search(
            [("contract_id", "in", self.ids), ("is_current", "=", True)], order="id"
        )
        by_contract = found.grouped("contract_id")
        to_send = {}
        for contract in self:
            profile = profiles.get(connections.get(contract))
            kinds = profile.document_types if profile else ()
            documents = by_contract.get(contract._origin, found.browse())
            to_send[contract] = documents.filtered(
                lambda one, kinds=kinds: (
                    one.kind in kinds and not one._opco_is_under_way_or_sent()
                )
            ).with_prefetch(found.ids)
        return to_send

    def _opco_contents_held(self):
        """Return what the dossiers hold or are to receive, by contract and hash."""
        rows = (
            self.env["opco.transmission"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", self.ids),
                    ("operation", "=", "document"),
                    ("is_live", "=", True),
                ]
            )
        )
        return {
            (row.contract_id, row.file_sha256): row
            for row in rows
            if row.environment == row.contract_id.opco_environment
        }

    def _opco_documents_notification(self, ready, kept_back):
        if not ready:
            message = self.env._(
                "Nothing to send: what the OPCO takes is received or on its way."
            )
        elif len(ready) == 1:
            message = self.env._(
                "« %(document)s » is on its way.",
                document=ready[0].document._kind_label(),
            )
        else:
            message = self.env._(
                "%(count)s documents are on their way.", count=len(ready)
            )
        kind = "warning" if kept_back else "info"
        return self._opco_notification(kind, "\n".join([message, *kept_back]))

    # ---------------------------------------------------------------- checklist
    def _document_lines(self, needs, documents):
        lines = super()._document_lines(needs, documents)
        if not self.env.user.has_group(CONSULT):
            return lines
        connections, profiles = self._opco_document_routes()
        connection = connections.get(self)
        profile = profiles.get(connection)
        if self._opco_no_document_leaves(connection, profile):
            return lines
        to_send = self._opco_documents_to_send(connections, profiles)[self].ids
        for line in lines["needed"] + lines["others"]:
            for shown in line["documents"]:
                if shown["id"] in to_send:
                    shown["badges"].append(
                        {"text": self.env._("To transmit"), "color": "warning"}
                    )
        return lines

    def _document_fates(self):
        """What the law sends to the OPCO leaves from here, or by its portal."""
        connections, profiles = self._opco_document_routes()
        profile = profiles.get(connections.get(self))
        fates = super()._document_fates()
        if profile is None:
            return fates
        is_open = profile.is_open(DOCUMENTS_UPLOAD)
        for kind, known in KINDS.items():
            if is_open and kind in profile.document_types:
                fates[kind] = self.env._("Sent by « Transmit the documents »")
            elif known.fate == DEPOSITED and is_open:
                fates[kind] = self.env._(
                    "Not taken by the OPCO's API: deposit it on its portal"
                )
            elif known.fate == DEPOSITED:
                fates[kind] = self.env._(
                    "Not open at this OPCO: deposit it on its portal"
                )
        return fates
