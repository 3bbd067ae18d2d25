# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One connection during a run of the delivery: its client, its lane, its rows."""

from odoo import fields

from .convergence.errors import AuthRefused, ConvergenceError
from .deposit import NEVER_LEFT


class Channel:
    """Holds the rows claimed for a connection until their calls start.

    Read once: after each commit Odoo forgets what it has read.
    """

    def __init__(self, connection):
        self.connection = connection
        self.client = None
        self.secrets_saved_at = ()
        self.lane = connection.env["opco.health"]._lane(connection)
        self.kept_as_paused = self.lane.is_probing
        self.longest_call = connection.profile_id._longest_timeout()
        self.claimed = []
        self.in_flight = 0
        self.is_shut = False

    def use(self, client):
        """Have the next calls made with this client, of the secrets of now."""
        self.client = client
        self.secrets_saved_at = self.connection._secrets_saved_at()

    def is_open(self):
        """Whether calls may start; a paused connection opens again by itself."""
        return not (self.is_shut or self.lane.is_paused(fields.Datetime.now()))

    def claim(self):
        """Claim what may start soon, to be `hold`-ed once this is committed.

        :return: of each row, its call, which takes the client, and the end of its claim
        """
        if not self.is_open():
            return []
        # As many ahead as may run at once; a probe goes alone.
        at_hand = 1 if self.lane.is_probing else 2 * self.lane.width
        wanted = at_hand - self.in_flight - len(self.claimed)
        if wanted <= 0:
            return []
        rows = self.connection.env["opco.transmission"]._claim(self.connection, wanted)
        return [(row, row._call(), row.claimed_until) for row in rows]

    def hold(self, claimed):
        self.claimed += claimed

    def take(self, most):
        """Return the rows whose calls start now, with these; `most` of them."""
        if self.is_shut:
            return []
        now = fields.Datetime.now()
        # A server that slept has lost its claims: another one may have settled them.
        self.claimed = [claimed for claimed in self.claimed if now < claimed[-1]]
        free = self.lane.free(self.in_flight, now)
        room = max(0, min(free, most))
        taken, self.claimed = self.claimed[:room], self.claimed[room:]
        self.in_flight += len(taken)
        return [(row, call) for row, call, _end in taken]

    def learn(self, outcome):
        """A call has ended; refused credentials shut the channel for this run.

        :param outcome: what the call returned or raised
        """
        self.in_flight -= 1
        if isinstance(outcome, ConvergenceError):
            now = fields.Datetime.now()
            self.lane.record(outcome.outcome, now, outcome.retry_after)
            self.is_shut = self.is_shut or isinstance(outcome, AuthRefused)
        elif isinstance(outcome, NEVER_LEFT):
            # Nothing was asked of the OPCO.
            return
        elif isinstance(outcome, Exception):
            # A defect of ours says nothing of the OPCO.
            self.is_shut = True
        else:
            self.lane.record("accepted", fields.Datetime.now())

    def withdraw(self):
        """Take back the rows whose calls have not started."""
        rows = self.connection.env["opco.transmission"].union(
            *(row for row, _call, _end in self.claimed)
        )
        self.claimed = []
        return rows

    def has_changed(self):
        """Whether a pause has begun or ended since it was last kept."""
        return self.lane.is_probing != self.kept_as_paused

    def remember(self):
        """Keep, for the next runs, what was learnt."""
        self.connection.env["opco.health"]._remember(self.connection, self.lane)
        self.kept_as_paused = self.lane.is_probing
