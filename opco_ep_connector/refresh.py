# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One run of the follow-up: calls in threads, the database in the cron's thread."""

import logging
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial

from odoo import fields
from odoo.exceptions import UserError

from .convergence.errors import AuthRefused, Busy, ConvergenceError
from .models.outcome_messages import explain_failure
from .models.transactions import in_own_transaction, isolated
from .settlement import Settlement
from .termination_settlement import TerminationSettlement

_logger = logging.getLogger(__name__)

# Seconds that a run may last, its last calls included: Odoo's cron worker is shared.
LONGEST_RUN = 60.0
SHORTEST_READING = 5.0
CALLS_PER_CONNECTION = 4
MAX_THREADS = 16
# Details in a row that failed: the OPCO does not answer, the next run will see.
ENOUGH_FAILURES = 3


class Reading:
    """What one run reads of one connection: its list, then the details it calls for."""

    def __init__(self, connection, client):
        self.connection = connection
        self.client = client
        self.began_at = fields.Datetime.now()
        self.listed = None
        self.until = 0.0
        self.to_read = deque()
        self.details = {}
        self.calls_under_way = 0
        self.failures_in_a_row = 0
        self.has_changed = False
        self.is_cut = False
        self.failure = None

    def give_up(self, error):
        self.failure = error
        self.to_read.clear()


class Refresh:
    """Reads the lists that are due, then the details of what changed, by priority.

    What the time does not allow is left to the next run, which is called at once: a
    dossier whose detail was not read still looks changed then.
    """

    def __init__(self, env):
        self.env = env
        self.dossiers = env["opco.dossier"]
        self.polling = env["opco.polling"]
        self.calls = {}
        self.readings = []

    def run(self):
        connections = in_own_transaction(self.env, self.polling._due)
        self.deadline = time.monotonic() + self._reading_time(connections)
        with ThreadPoolExecutor(MAX_THREADS, "opco-read") as pool:
            for connection in connections:
                with isolated(self.env, "Refresh of connection", connection.id):
                    self._ask_list(connection, pool)
            while self.calls:
                done, _pending = wait(self.calls, return_when=FIRST_COMPLETED)
                for call in done:
                    reading, take = self.calls.pop(call)
                    reading.calls_under_way -= 1
                    with isolated(self.env, "Reading of", reading.connection.id):
                        take(call)
                self._ask_details(pool)
                self._finish_those_over()
        in_own_transaction(self.env, self.polling._wake_for_next)

    def _reading_time(self, connections):
        longest_call = max(
            (
                profile.connect_timeout + profile.read_timeout
                for profile in connections.profile_id
            ),
            default=0,
        )
        return max(LONGEST_RUN - longest_call, SHORTEST_READING)

    def _submit(self, pool, reading, take, read, *arguments, **options):
        reading.calls_under_way += 1
        self.calls[pool.submit(read, *arguments, **options)] = (reading, take)

    # --------------------------------------------------------------------- list
    def _ask_list(self, connection, pool):
        try:
            client = connection._in_company_language()._client()
        except UserError as error:
            _logger.warning("%s: states not read: %s", connection.name, error)
            self._put_off(connection, None)
            return
        reading = Reading(connection, client)
        self.readings.append(reading)
        self._submit(
            pool, reading, partial(self._take_list, reading), client.list_states
        )

    def _take_list(self, reading, call):
        error = call.exception()
        if isinstance(error, ConvergenceError):
            _logger.warning("%s: states not read: %s", reading.connection.name, error)
            reading.give_up(error)
            return
        listed = call.result()
        comparison, to_read = in_own_transaction(
            self.env, partial(self._record_list, reading.connection, listed)
        )
        reading.listed = listed
        # A list that took all the time still has some of its details read.
        reading.until = max(self.deadline, time.monotonic() + SHORTEST_READING)
        reading.has_changed = comparison.has_changed
        reading.to_read.extend(to_read)

    def _record_list(self, connection, listed):
        comparison = self.dossiers._record_states(connection, listed)
        return comparison, self.dossiers._to_read(connection, comparison)

    # ------------------------------------------------------------------ details
    def _ask_details(self, pool):
        for reading in self.readings:
            if reading.to_read and time.monotonic() > reading.until:
                reading.is_cut = True
                reading.to_read.clear()
            while reading.to_read and reading.calls_under_way < CALLS_PER_CONNECTION:
                dossier = self.dossiers.browse(reading.to_read.popleft())
                self._submit(
                    pool,
                    reading,
                    partial(self._take_detail, reading, dossier),
                    reading.client.read_dossier,
                    internal_number=dossier.internal_number,
                )

    def _take_detail(self, reading, dossier, call):
        error = call.exception()
        if isinstance(error, ConvergenceError):
            _logger.warning("Dossier %s not read: %s", dossier.internal_number, error)
            in_own_transaction(self.env, dossier._record_unread)
            self._count_failure(reading, error)
            return
        detail = call.result()
        reading.failures_in_a_row = 0
        if detail is None:
            _logger.warning("Dossier %s is not found", dossier.internal_number)
            in_own_transaction(self.env, dossier._record_unread)
            return
        reading.details[dossier.id] = detail
        if in_own_transaction(self.env, partial(dossier._record_detail, detail)):
            reading.has_changed = True

    def _count_failure(self, reading, error):
        reading.failures_in_a_row += 1
        if (
            isinstance(error, (AuthRefused, Busy))
            or reading.failures_in_a_row == ENOUGH_FAILURES
        ):
            reading.give_up(error)

    # ---------------------------------------------------------------------- end
    def _finish_those_over(self):
        for reading in list(self.readings):
            if reading.calls_under_way or reading.to_read:
                continue
            self.readings.remove(reading)
            if reading.listed:
                with isolated(self.env, "Conclusions for", reading.connection.id):
                    self._conclude(reading)
            with isolated(self.env, "Pace of connection", reading.connection.id):
                self._plan(reading)

    def _conclude(self, reading):
        """Draw what follows from the whole of what was read."""
        if Settlement(self.env, reading).run():
            reading.has_changed = True
        if TerminationSettlement(reading.connection, reading.client).run():
            reading.has_changed = True
        propose = partial(self.dossiers._propose_for, reading.connection)
        if in_own_transaction(self.env, propose):
            reading.has_changed = True

    def _plan(self, reading):
        connection = reading.connection
        if isinstance(reading.failure, AuthRefused):
            in_own_transaction(self.env, partial(self._stop, reading))
        elif reading.failure:
            self._put_off(connection, reading.failure.retry_after)
        elif not reading.listed:
            # A defect of ours, logged.
            self._put_off(connection, None)
        else:
            in_own_transaction(self.env, partial(self._record_read, reading))

    def _stop(self, reading):
        """Stop the connection, unless its secrets were replaced meanwhile."""
        connection = reading.connection
        if connection._has_new_secrets_since(reading.began_at):
            self.polling._of(connection)._record_failure(None)
            return
        speaking = connection._in_company_language()
        connection._stop(explain_failure(speaking.env, reading.failure))

    def _record_read(self, reading):
        self.polling._of(reading.connection)._record_read(
            reading.listed.is_complete, reading.has_changed, reading.is_cut
        )

    def _put_off(self, connection, retry_after):
        in_own_transaction(
            self.env,
            lambda: self.polling._of(connection)._record_failure(retry_after),
        )
