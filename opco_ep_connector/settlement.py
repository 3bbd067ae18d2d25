# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of the transmissions that got no readable answer, found by reading."""

import json
import logging
from functools import partial

from .convergence.errors import ConvergenceError
from .convergence.matching import identity, is_same_contract
from .models.transactions import in_own_transaction

_logger = logging.getLogger(__name__)


class Settlement:
    """Looks, among the dossiers the OPCO lists, for what may have reached it.

    To be run right after the list was read: what it does not show is not there yet.
    """

    def __init__(self, connection, client):
        self.env = connection.env
        self.connection = connection
        self.client = client

    def run(self):
        rows = self.env["opco.transmission"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("state", "=", "unknown"),
                ("operation", "=", "contract"),
            ],
            order="id",
        )
        if not rows:
            return
        try:
            details = self._details_of_candidates(rows)
        except ConvergenceError as error:
            _logger.warning("%s: nothing is settled: %s", self.connection.name, error)
            return
        for row in rows:
            self._settle(row._in_sender_language(), details)

    def _details_of_candidates(self, rows):
        """Return what the OPCO holds of the dossiers that nobody here has sent."""
        candidates = self.env["opco.dossier"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("environment", "=", self.connection.environment),
                ("contract_id", "=", False),
                ("first_seen_at", ">=", min(rows.mapped("claimed_at"))),
            ]
        )
        details = {}
        for dossier in candidates:
            detail = self.client.read_dossier(internal_number=dossier.internal_number)
            if detail is not None:
                details[dossier] = detail
        return details

    def _settle(self, row, details):
        sent = identity(json.loads(row.payload)["cerfa"])
        for dossier, detail in details.items():
            if dossier.first_seen_at < row.claimed_at:
                continue
            if is_same_contract(sent, identity(detail.raw.get("cerfa") or {})):
                del details[dossier]
                in_own_transaction(self.env, partial(row._record_found, detail))
                row._apply_in_own_transaction()
                return
        in_own_transaction(self.env, row._record_not_found)
        row._apply_in_own_transaction()
