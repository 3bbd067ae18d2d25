# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One run of the delivery: calls in threads, the database in the cron's thread."""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from odoo.exceptions import UserError

from .convergence.errors import ConvergenceError
from .models.opco_connection_secrets import UnusableHere
from .models.transactions import in_own_transaction, isolated

_logger = logging.getLogger(__name__)

# Seconds that a run may last, its last calls included: Odoo's cron worker is shared.
LONGEST_RUN = 60.0
SHORTEST_CLAIMING = 5.0
CALLS_PER_CONNECTION = 4
MAX_THREADS = 16


class Delivery:
    """Claims rows, sends them, writes each outcome as soon as it is known."""

    def __init__(self, env):
        self.env = env
        self.rows = env["opco.transmission"]
        self.deadline = time.monotonic() + self._claiming_time()
        self.calls = {}
        self.passed_over = env["opco.connection"]

    def run(self):
        """Send until nothing is due or the time is over.

        :return: the connections that could not be used by this server
        """
        with ThreadPoolExecutor(MAX_THREADS, "opco-deposit") as pool:
            self._claim_and_send(pool)
            while self.calls:
                done, _pending = wait(self.calls, return_when=FIRST_COMPLETED)
                for call in done:
                    row = self.calls.pop(call)
                    with isolated(self.env, "Outcome of transmission", row.id):
                        self._settle(row, call)
                self._claim_and_send(pool)
        return self.passed_over

    def _claiming_time(self):
        longest_call = max(
            (profile._longest_timeout() for profile in self._connections().profile_id),
            default=0,
        )
        return max(LONGEST_RUN - longest_call, SHORTEST_CLAIMING)

    def _claim_and_send(self, pool):
        if time.monotonic() > self.deadline:
            return
        for connection in self._connections_with_due_rows():
            free = CALLS_PER_CONNECTION - self._count_calls(connection)
            if free > 0:
                with isolated(self.env, "Claim for connection", connection.id):
                    self._claim_for(connection, free, pool)

    def _connections(self):
        return self.env["opco.connection"].search([("state", "=", "active")])

    def _connections_with_due_rows(self):
        due = self.rows._read_group(self.rows._domain_due(), ["connection_id"])
        connections = self.env["opco.connection"].union(*(found for (found,) in due))
        return connections - self.passed_over

    def _count_calls(self, connection):
        return sum(row.connection_id == connection for row in self.calls.values())

    def _claim_for(self, connection, free, pool):
        try:
            client = connection._in_company_language()._client()
        except UnusableHere as error:
            # Another server may have what this one lacks: nothing is stopped.
            _logger.warning("%s cannot send from here: %s", connection.name, error)
            self.passed_over |= connection
            return
        except UserError as error:
            _logger.warning("%s cannot send: %s", connection.name, error)
            message = str(error)
            in_own_transaction(self.env, lambda: connection._stop(message))
            return
        ids = in_own_transaction(
            self.env, lambda: self.rows._claim(connection, free).ids
        )
        for row in self.rows.browse(ids):
            call = pool.submit(client.deposit, row.payload.encode())
            self.calls[call] = row

    def _settle(self, row, call):
        row = row._in_sender_language()
        error = call.exception()
        if error is None:
            receipt = call.result()
            in_own_transaction(self.env, lambda: row._record_accepted(receipt))
        elif isinstance(error, ConvergenceError):
            in_own_transaction(self.env, lambda: row._record_failure(error))
        else:
            # A defect of ours: the claim runs out and the row becomes « unknown ».
            _logger.error("Transmission %s failed: %s", row.id, type(error).__name__)
            self.passed_over |= row.connection_id
            return
        row._apply_in_own_transaction()
