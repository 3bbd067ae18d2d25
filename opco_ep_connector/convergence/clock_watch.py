# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How far this machine's clock is from the OPCO's, seen while calling it."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

import requests

from .transport import utc_now

# Seconds of difference from which servers refuse tokens.
TOLERATED = 120.0


class ClockWatch:
    """Makes sessions that note the time written in each answer."""

    def __init__(self, clock: Callable[[], datetime] = utc_now):
        self._clock = clock
        self._ahead = 0.0

    def session(self) -> requests.Session:
        """Return a new session that is watched."""
        session = requests.Session()
        session.hooks["response"].append(self._note)
        return session

    @property
    def seconds_ahead(self) -> float:
        """Seconds that this clock is ahead of the OPCO's; 0 when close enough."""
        return self._ahead if abs(self._ahead) > TOLERATED else 0.0

    def _note(self, response: requests.Response, **_options) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers.get("Date", ""))
            self._ahead = (self._clock() - theirs).total_seconds()
        except (TypeError, ValueError, IndexError, OverflowError):
            # No time, or not a readable one: nothing is known of their clock.
            return
