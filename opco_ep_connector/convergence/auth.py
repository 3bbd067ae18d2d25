# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who calls: the software (token), the CFA (key), three headers (norm §1.2-1.3)."""

import base64
import copy
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus, urlencode

from .deadline import seconds_left
from .errors import ConvergenceError, NotSent, Unknown
from .profile import Profile
from .transport import Answer, Call, Transport
from .verdicts import failed, token_error

#: Seconds before its end at which a token is no longer used.
_MARGIN = 60.0


@dataclass(frozen=True)
class Credentials:
    """What identifies the caller; `repr` shows nothing of it.

    :raises ValueError: at construction, when a value cannot stand in a header; the
        message names the header, never the value
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    api_key: str = field(repr=False)
    editor: str = field(repr=False)
    software: str = field(repr=False)
    version: str = field(repr=False)

    def __post_init__(self):
        self.check_ascii()
        check_header("X-API-KEY", self.api_key)

    def check_ascii(self) -> None:
        """:raises ValueError: naming the one of the three headers that is unusable"""
        check_header("EDITEUR", self.editor)
        check_header("LOGICIEL", self.software)
        check_header("VERSION", self.version)

    def headers(self, api_key_header: str) -> dict[str, str]:
        """Return the headers of every business call, but the token's."""
        return {
            api_key_header: self.api_key,
            "EDITEUR": self.editor,
            "LOGICIEL": self.software,
            "VERSION": self.version,
        }


def check_header(name: str, value: str) -> None:
    """:raises ValueError: naming the header, when it is mandatory and unusable"""
    if not value or value != value.strip():
        raise ValueError(f"{name} is empty or has spaces around it")
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"{name} must be plain ASCII text")


class TokenSource:
    """Tokens by client credentials, kept in memory only; one request at a time.

    `clock` counts seconds and never goes back.
    """

    def __init__(
        self,
        profile: Profile,
        credentials: Credentials,
        transport: Transport,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._profile = profile
        self._credentials = credentials
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._usable_until = 0.0
        self._attempts = 0
        self._failure: ConvergenceError | None = None

    def __repr__(self) -> str:
        return "TokenSource()"

    def token(self) -> str | None:
        """Return a usable token, None when the OPCO wants none.

        :raises NotSent: no token server reached, or no token in its answer
        :raises Busy: the token server asks to come back later
        :raises AuthRefused: client id or secret refused, stage ``"token"``
        """
        if self._profile.auth_mode == "none":
            return None
        seen = self._attempts
        with self._turn():
            if self._token is not None and self._clock() < self._usable_until:
                return self._token
            if self._failure is not None and self._attempts != seen:
                # Failed while this thread waited: do not wait as long once more.
                raise copy.copy(self._failure)
            return self._renew()

    def invalidate(self, token: str) -> None:
        """Forget `token`, refused by the OPCO, unless it was already replaced."""
        with self._turn():
            if self._token == token:
                self._token = None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the lock, waited for no longer than what is left."""
        left = seconds_left()
        if not self._lock.acquire(timeout=-1 if left is None else left):
            raise self._transport.not_sent(self._call(), "no time left for a token")
        try:
            yield
        finally:
            self._lock.release()

    def _renew(self) -> str:
        self._token = self._failure = None
        asked_at = self._clock()
        try:
            token, lifetime = self._ask()
        except ConvergenceError as error:
            self._failure = error
            raise
        finally:
            self._attempts += 1
        self._token = token
        self._usable_until = asked_at + lifetime - min(_MARGIN, lifetime / 2)
        return token

    def _ask(self) -> tuple[str, float]:
        try:
            answer = self._transport.fetch(self._call())
        except Unknown as error:
            raise _not_sent(error) from None
        error = token_error(answer)
        if error is not None:
            raise error
        return self._read(answer)

    def _call(self) -> Call:
        form = {"grant_type": "client_credentials"}
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        who = (self._credentials.client_id, self._credentials.client_secret)
        if self._profile.auth_mode == "client_credentials_basic":
            # RFC 6749 §2.3.1: each part is form-encoded first.
            pair = ":".join(quote_plus(part) for part in who)
            encoded = base64.b64encode(pair.encode()).decode()
            headers["Authorization"] = f"Basic {encoded}"
        else:
            form["client_id"], form["client_secret"] = who
        if self._profile.scope:
            form["scope"] = self._profile.scope
        return Call(
            "POST",
            self._profile.token_url,
            headers,
            self._profile.timeouts.read,
            urlencode(form).encode(),
        )

    def _read(self, answer: Answer) -> tuple[str, float]:
        try:
            found = json.loads(answer.body)
            token = found["access_token"]
        except (ValueError, RecursionError, LookupError, TypeError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise failed(answer.without_body(), NotSent, "no token in the answer")
        return token, _seconds(found.get("expires_in"), self._profile.token_lifetime)


def _not_sent(error: Unknown) -> NotSent:
    """The token call may have been taken; the business call was not sent."""
    exchange = replace(error.exchange, outcome=NotSent.outcome)
    return NotSent(f"no token: {error}", exchange=exchange)


def _seconds(expires_in: Any, otherwise: float) -> float:
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError):
        return otherwise
    return seconds if 0 < seconds < 1e9 else otherwise
