# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ways a call can end, other than well.

=============  ===================================================================
outcome        what is known
=============  ===================================================================
``not_sent``   the request provably never reached the application: safe to repeat
``busy``       the platform asks to come back later: not taken
``auth``       the credentials are refused: repeating is useless until changed
``rejected``   the OPCO's verdict on the content
``unknown``    the request may have been taken: read before repeating
=============  ===================================================================
"""

from __future__ import annotations

import dataclasses

from .exchange import Exchange


@dataclasses.dataclass(frozen=True)
class RemoteError:
    """One complaint of the OPCO, as worded by it (untrusted text).

    `field` is the wire path it names, when it names one.
    """

    code: str | None = None
    text: str = dataclasses.field(default="", repr=False)
    field: str | None = None


class ConvergenceError(Exception):
    """Base of the outcomes.

    The text of the exception is ours and safe to log; what the OPCO said is in
    `messages` and `response_text`, which may hold personal data. `retry_after` is in
    seconds.
    """

    outcome: str

    def __init__(
        self,
        reason: str,
        *,
        http_status: int | None = None,
        messages: tuple[RemoteError, ...] = (),
        retry_after: float | None = None,
        response_text: str = "",
        exchange: Exchange | None = None,
    ):
        super().__init__(reason)
        self.http_status = http_status
        self.messages = messages
        self.retry_after = retry_after
        self.response_text = response_text
        self.exchange = exchange


class NotSent(ConvergenceError):
    """The request provably never left, or never reached the application."""

    outcome = "not_sent"


class WrongAddress(NotSent):
    """Nothing answers at this URL: the profile is wrong, not the content."""


class Busy(ConvergenceError):
    """Not taken, come back later (425, 429, 503)."""

    outcome = "busy"


class AuthRefused(ConvergenceError):
    """Credentials refused, at `stage` ``"token"`` or ``"call"``."""

    outcome = "auth"

    def __init__(self, reason: str, *, stage: str = "call", **details):
        super().__init__(reason, **details)
        self.stage = stage


class Rejected(ConvergenceError):
    """The OPCO's verdict on the content (4xx)."""

    outcome = "rejected"


class NotAllowed(Rejected):
    """This content is refused (403) to a key that the OPCO otherwise accepts."""


class Unknown(ConvergenceError):
    """Nobody can say whether the request was taken."""

    outcome = "unknown"
