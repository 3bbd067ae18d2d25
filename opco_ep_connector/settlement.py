# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of the transmissions that got no readable answer, found by reading."""

import json
import logging
from collections import defaultdict
from functools import partial

from .convergence.errors import ConvergenceError
from .fingerprints import fingerprint, identity, is_same_contract
from .models.transactions import in_own_transaction, isolated, one_by_one

_logger = logging.getLogger(__name__)


class Settlement:
    """Looks, among the dossiers the OPCO lists, for what may have reached it.

    To be run right after the list was read, and the details it calls for: what is not
    there is absent only from a complete list of which every new dossier was read.
    """

    def __init__(self, env, reading):
        self.env = env
        self.reading = reading
        self.connection = reading.connection
        self.dossiers = env["opco.dossier"]
        self.has_settled = False

    def run(self):
        """:return: whether something was settled"""
        rows = self.dossiers._unknown_transmissions(self.connection)
        if not rows:
            return False
        self.salt = self.connection.sudo().vault_id
        self.candidates = self._candidates_by_key()
        for row in one_by_one(rows):
            with isolated(self.env, "Settlement of transmission", row.id):
                self._settle(row._in_sender_language())
        return self.has_settled

    def _candidates_by_key(self):
        """Return the dossiers that nobody here has sent; unread ones have no key."""
        candidates = defaultdict(list)
        for dossier in self.dossiers._candidates(self.connection):
            key = dossier.match_key if dossier.detail_read_at else None
            candidates[key].append(dossier)
        return candidates

    def _settle(self, row):
        sent = fingerprint(identity(json.loads(row.payload)["cerfa"]), self.salt)
        for dossier in self._seen_since(row, sent.key):
            if is_same_contract(sent, dossier._fingerprint()):
                self._adopt(row, dossier)
                return
        if self.reading.listed.is_complete and not self._seen_since(row, None):
            in_own_transaction(self.env, row._record_not_found)
            row._apply_in_own_transaction()

    def _seen_since(self, row, key):
        return [
            dossier
            for dossier in self.candidates.get(key, ())
            if dossier.first_seen_at >= row.claimed_at
        ]

    def _adopt(self, row, dossier):
        detail = self.reading.details.get(dossier.id) or self._read(dossier)
        if detail is None:
            return
        in_own_transaction(self.env, partial(row._record_found, detail))
        row._apply_in_own_transaction()
        self.candidates[dossier.match_key].remove(dossier)
        self.has_settled = True

    def _read(self, dossier):
        """Read what was read by a former run; the journal keeps the answer."""
        number = dossier.internal_number
        try:
            return self.reading.client.read_dossier(internal_number=number)
        except ConvergenceError as error:
            _logger.warning("Dossier %s not read: %s", number, error)
            return None
