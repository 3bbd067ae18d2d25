# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much one connection may be asked, learnt from what its last calls ended in."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

# The OPCO answered, whatever it said.
ANSWERED = ("accepted", "rejected", "auth")
FAILURES_BEFORE_PAUSE = 5
LONGEST_DOUBLING = 10


@dataclass
class Lane:
    """One connection's calls: as many at once as it bears, none while it fails.

    A connection that keeps failing is paused (an open circuit): then one call probes
    it, and either opens it again or pauses it for longer. The moments are naive UTC.

    :param widest: calls at once that the profile allows
    :param width: calls at once now; halved when the OPCO says that it is busy
    :param first_pause: doubled at each pause in a row, up to `longest_pause`
    """

    widest: int
    first_pause: timedelta
    longest_pause: timedelta
    width: int = 0
    paused_until: datetime | None = None
    pause_count: int = 0
    message: str = ""
    failures: int = 0
    answers: int = 0

    def __post_init__(self):
        self.width = min(self.width or self.widest, self.widest)

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and now < self.paused_until

    @property
    def is_probing(self) -> bool:
        """The next call alone decides."""
        return self.pause_count > 0

    def free(self, in_flight: int, now: datetime) -> int:
        """Return how many calls may start now, `in_flight` being under way."""
        if self.is_paused(now):
            return 0
        return max(0, (1 if self.is_probing else self.width) - in_flight)

    def record(self, outcome: str, now: datetime, retry_after: float | None = None):
        """Learn from the outcome of a call (`ConvergenceError.outcome`, or accepted).

        :param retry_after: seconds the OPCO asks to wait
        """
        if outcome in ANSWERED:
            self._answered()
            return
        self.answers = 0
        self.failures += 1
        if outcome == "busy":
            self.width = max(1, self.width // 2)
        if retry_after:
            self._pause(now, timedelta(seconds=retry_after))
        elif not self.is_paused(now) and (
            self.is_probing or self.failures >= FAILURES_BEFORE_PAUSE
        ):
            self._pause(now, self._next_pause())

    def _answered(self):
        self.failures = 0
        self.pause_count = 0
        self.paused_until = None
        self.message = ""
        self.answers += 1
        if self.answers >= self.width and self.width < self.widest:
            self.answers = 0
            self.width += 1

    def _pause(self, now, duration):
        if not self.is_paused(now):
            self.pause_count += 1
        self.paused_until = max(self.paused_until or now, now + duration)

    def _next_pause(self):
        doubled = self.first_pause * 2 ** min(self.pause_count, LONGEST_DOUBLING)
        return min(doubled, self.longest_pause) * random.uniform(0.8, 1.2)
