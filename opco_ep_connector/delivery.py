# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One run of the delivery: calls in threads, the database in the cron's thread."""

import logging
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import fields
from odoo.exceptions import UserError

from .channel import Channel
from .convergence.errors import ConvergenceError
from .deposit import NEVER_LEFT
from .models.opco_connection_secrets import UnusableHere
from .models.outcome_messages import explain_failure
from .models.transactions import in_own_transaction, isolated, together_or_apart

_logger = logging.getLogger(__name__)

# Seconds that a run may last, its last calls included: Odoo's cron worker is shared.
LONGEST_RUN = 60.0
SHORTEST_CLAIMING = 5.0
MAX_THREADS = 16
# Seconds between two looks at what waits for its seal.
SEAL_EVERY = 1.0


class Delivery:
    """Claims rows, sends them, writes each outcome as soon as it is known.

    Rows are claimed a little ahead: the thread of a call that ends starts the next one
    at once, without waiting for outcomes to be written. Those that have not started
    when the run ends, or when their connection is paused, are given back. Threads touch
    channels, under `lock`, and nothing of Odoo.
    """

    def __init__(self, env):
        self.env = env
        self.rows = env["opco.transmission"]
        self.chains = env["opco.chain"]
        self.began = time.monotonic()
        self.seal_at = self.began + SEAL_EVERY
        self.channels = {}
        self.passed_over = env["opco.connection"]
        self.lock = threading.Lock()
        self.started = 0
        self.ended = queue.SimpleQueue()

    def run(self):
        """Send until nothing is due or the time is over.

        :return: the connections that could not be used by this server
        """
        written = 0
        with ThreadPoolExecutor(MAX_THREADS, "opco-deposit") as pool:
            self._claim()
            self._start(pool)
            # A call that starts another one counts it before it ends itself.
            while written < self.started:
                ended = self._wait()
                written += len(ended)
                self._explain_pauses(ended)
                self._give_back()
                self._write({row: outcome for _channel, row, outcome in ended})
                self._remember_changes()
                self._seal_late()
                self._claim()
                self._start(pool)
        for channel in self.channels.values():
            with isolated(self.env, "End of the run of", channel.connection.id):
                self._return(channel)
                in_own_transaction(self.env, channel.remember)
        self._seal_the_last()
        return self.passed_over

    # ------------------------------------------------------------------- claims
    def _claim(self):
        for connection in self._connections_with_due_rows():
            with isolated(self.env, "Claim for connection", connection.id):
                channel = self._channel(connection)
                if channel and self._has_time(channel):
                    claimed = in_own_transaction(self.env, channel.claim)
                    with self.lock:
                        channel.hold(claimed)

    def _connections_with_due_rows(self):
        due = self.rows._read_group(self.rows._domain_due(), ["connection_id"])
        connections = self.env["opco.connection"].union(*(found for (found,) in due))
        return connections - self.passed_over

    def _channel(self, connection):
        """Return the channel of a connection, or nothing when it cannot be used."""
        channel = self.channels.get(connection.id)
        # The secrets may be replaced during the run.
        if channel and channel.secrets_saved_at == connection._secrets_saved_at():
            return channel
        try:
            client = connection._in_company_language()._client()
        except UnusableHere as error:
            # Another server may have what this one lacks: nothing is stopped.
            _logger.warning("%s cannot send from here: %s", connection.name, error)
            self.passed_over |= connection
            return None
        except UserError as error:
            _logger.warning("%s cannot send: %s", connection.name, error)
            message = str(error)
            in_own_transaction(self.env, lambda: connection._stop(message))
            return None
        if channel is None:
            channel = self.channels[connection.id] = Channel(connection)
        channel.use(client)
        return channel

    def _has_time(self, channel):
        claiming = max(LONGEST_RUN - channel.longest_call, SHORTEST_CLAIMING)
        return time.monotonic() - self.began < claiming

    def _give_back(self):
        """What a closed channel was to send is due as before, and may be cancelled."""
        for channel in self.channels.values():
            if not channel.is_open():
                with isolated(self.env, "Return of rows of", channel.connection.id):
                    self._return(channel)

    def _return(self, channel):
        with self.lock:
            rows = channel.withdraw()
        if rows:
            in_own_transaction(self.env, rows._give_back)

    def _remember_changes(self):
        """A server that is killed must not leave a pause that has ended."""
        for channel in self.channels.values():
            if channel.has_changed():
                with isolated(self.env, "Health of", channel.connection.id):
                    in_own_transaction(self.env, channel.remember)

    # -------------------------------------------------------------------- calls
    def _start(self, pool):
        """Start what is claimed, within what each connection bears."""
        with self.lock:
            under_way = sum(channel.in_flight for channel in self.channels.values())
            for channel in self.channels.values():
                if self._has_time(channel):
                    for row, call in channel.take(MAX_THREADS - under_way):
                        pool.submit(self._call, pool, channel, row, call)
                        under_way += 1
                        self.started += 1

    def _call(self, pool, channel, row, call):
        """In a thread: call, learn from the outcome, start what comes next."""
        try:
            outcome = call(channel.client)
        except Exception as error:
            # Whatever it is, the cron's thread tells what becomes of the row.
            outcome = error
        with self.lock:
            channel.learn(outcome)
        self._start(pool)
        self.ended.put((channel, row, outcome))

    def _wait(self):
        """Return the calls that have ended, at least one; seal meanwhile."""
        ended = []
        while not ended:
            try:
                ended.append(self.ended.get(timeout=SEAL_EVERY))
            except queue.Empty:
                self._seal_late()
        while not self.ended.empty():
            ended.append(self.ended.get())
        return ended

    def _explain_pauses(self, ended):
        now = fields.Datetime.now()
        for channel, _row, outcome in ended:
            if channel.lane.is_paused(now) and isinstance(outcome, ConvergenceError):
                speaking = channel.connection._in_company_language()
                channel.lane.message = explain_failure(speaking.env, outcome)

    def _seal_late(self):
        """Seal what the sealer, which may have no thread left, lets wait."""
        if time.monotonic() >= self.seal_at:
            self.chains._seal_late()
            self.seal_at = time.monotonic() + SEAL_EVERY

    def _seal_the_last(self):
        """Seal what this run has just journaled, whatever the next cron is."""
        if self.started:
            self.chains._seal_some()

    # ----------------------------------------------------------------- outcomes
    def _write(self, ended):
        for row, outcome in ended.items():
            if _is_defect(outcome):
                # The claim runs out and the row becomes « unknown ».
                kind = type(outcome).__name__
                _logger.error("Transmission %s failed: %s", row.id, kind)
                self.passed_over |= row.connection_id
        known = self.rows.union(
            *(row for row, outcome in ended.items() if not _is_defect(outcome))
        )
        together_or_apart(
            self.env,
            "Outcome of transmission",
            known,
            lambda rows: rows._record_outcomes(ended),
        )
        known._apply_in_own_transaction()


def _is_defect(outcome):
    expected = (ConvergenceError, *NEVER_LEFT)
    return isinstance(outcome, Exception) and not isinstance(outcome, expected)
