# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of the notices of early termination that got no readable answer."""

import logging
from functools import partial

from .convergence.errors import ConvergenceError
from .models.transactions import in_own_transaction, isolated, one_by_one

_logger = logging.getLogger(__name__)

# The norm's states of a dossier that ended before its time (§4.1).
ENDED_EARLY = ("RUPTURE", "ANNULE")


class TerminationSettlement:
    """Looks at the dossier that each notice names: ended, the notice has arrived."""

    def __init__(self, connection, client):
        self.env = connection.env
        self.connection = connection
        self.client = client

    def run(self):
        """:return: whether something was settled"""
        has_settled = False
        unknown = self.env["opco.transmission"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("environment", "=", self.connection.environment),
                ("state", "=", "unknown"),
                ("operation", "=", "termination"),
            ],
            order="id",
        )
        for row in one_by_one(unknown):
            with isolated(self.env, "Settlement of transmission", row.id):
                has_settled |= self._settle(row._in_sender_language())
        return has_settled

    def _settle(self, row):
        try:
            detail = self.client.read_dossier(internal_number=row.internal_number)
        except ConvergenceError as error:
            _logger.warning("%s: nothing is settled: %s", self.connection.name, error)
            return False
        has_ended = bool(detail) and self._has_ended(detail)
        if has_ended:
            in_own_transaction(self.env, partial(row._record_done, detail))
        else:
            in_own_transaction(self.env, row._record_not_found)
        row._apply_in_own_transaction()
        return has_ended

    def _has_ended(self, detail):
        # Its state may have gone further since.
        if detail.broken_on:
            return True
        norm_state = self.connection.profile_id._norm_state
        return norm_state(detail.raw_state) in ENDED_EARLY
