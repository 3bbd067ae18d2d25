# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One HTTP call: the only place with timeouts, sessions and network failures.

What is delicate is to say, when no answer came, whether the request may have been
taken: see `left_nothing`.

A call lasts no longer than the connect timeout and its read timeout together, whatever
the server does; less when a `deadline` around it is shorter.
"""

import http.cookiejar
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

import requests
import urllib3.exceptions
from requests_toolbelt import MultipartEncoder

from .connections import Adapter
from .deadline import seconds_left, within
from .errors import ConvergenceError, NotSent, Unknown
from .exchange import Exchange
from .redact import redact_text
from .remote_text import SHOWN_LIMIT, STORED_LIMIT, decode

_logger = logging.getLogger(__name__)

_CHUNK = 64 * 1024

# Raised by requests while it builds the request.
_UNBUILDABLE = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)
_NO_CONNECTION = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
)
# Functions of requests, urllib3 and ssl that run before the first byte of a request.
_BEFORE_SENDING = frozenset(
    {"cert_verify", "_validate_conn", "connect", "do_handshake", "_new_conn"}
)


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Call:
    """A request to make; `read_timeout` in seconds.

    `longest_body` is where the reading of the answer stops, the transport's own limit
    when None.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    read_timeout: float
    body: bytes | MultipartEncoder | None = field(default=None, repr=False)
    longest_body: int | None = None


@dataclass(frozen=True)
class Answer:
    """What came back. `broken` says why the body is not whole, if it is not."""

    call: Call
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    broken: str | None
    started_at: datetime
    duration_ms: int

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """The body, decoded and cut to what people are shown."""
        return decode(self.body[: 4 * SHOWN_LIMIT], self.content_type)[:SHOWN_LIMIT]

    def without_body(self) -> "Answer":
        """Return the answer without its body, which may hold a token."""
        return replace(self, body=b"")

    def without(self, secret: str, mask: str) -> "Answer":
        """Return the answer with `secret` masked where the body repeats it."""
        body = self.body
        escaped = secret.replace("/", "\\/")
        spellings = {secret, escaped, quote(secret, safe=""), quote_plus(secret)}
        for spelling in spellings:
            body = body.replace(spelling.encode(), mask.encode())
        return replace(self, body=body)

    def exchange(self, outcome: str) -> Exchange:
        """Return what a journal keeps of the call."""
        body = decode(self.body[: 4 * STORED_LIMIT], self.content_type)
        return Exchange(
            self.call.method,
            public_url(self.call.url),
            self.status,
            self.started_at,
            self.duration_ms,
            body[:STORED_LIMIT],
            outcome,
        )


class Transport:
    """Makes calls, each thread with its own session; usable from several threads."""

    def __init__(
        self,
        connect_timeout: float,
        max_response_bytes: int,
        session_factory: Callable[[], requests.Session] = requests.Session,
        clock: Callable[[], datetime] = utc_now,
    ):
        self._connect_timeout = connect_timeout
        self._max_response_bytes = max_response_bytes
        self._session_factory = session_factory
        self._clock = clock
        self._local = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._sessions_lock = threading.Lock()

    def fetch(self, call: Call) -> Answer:
        """Make the call and return the answer, whatever its status.

        :raises NotSent: when the request provably never left
        :raises Unknown: when no answer came to a request that may have left
        """
        if seconds_left() == 0:
            raise self.not_sent(call, "no time left")
        with within(self._connect_timeout + call.read_timeout):
            return self._fetch(call)

    def not_sent(self, call: Call, reason: str) -> NotSent:
        """Return the outcome of a call that was not even begun."""
        return _without_answer(NotSent, call, reason, self._clock(), 0)

    def _fetch(self, call: Call) -> Answer:
        started_at, began = self._clock(), time.monotonic()
        response, failure = self._send(call)
        if response is None:
            duration_ms = _milliseconds_since(began)
            error = _failure(call, failure, started_at, duration_ms)
            _log(call, error.outcome, duration_ms)
            raise error
        with response:
            body, broken = self._read(
                response, call.longest_body or self._max_response_bytes
            )
        answer = Answer(
            call,
            response.status_code,
            response.headers,
            body,
            broken,
            started_at,
            _milliseconds_since(began),
        )
        _log(call, answer.status, answer.duration_ms)
        return answer

    def close(self) -> None:
        """Close the sessions of every thread; a later call opens new ones."""
        with self._sessions_lock:
            sessions = list(self._sessions)
            self._sessions.clear()
            self._local = threading.local()
        for session in sessions:
            session.close()

    def _send(self, call: Call) -> tuple[requests.Response | None, Exception | None]:
        try:
            response = self._session().request(
                call.method,
                call.url,
                data=call.body,
                headers=dict(call.headers),
                timeout=(self._connect_timeout, call.read_timeout),
                allow_redirects=False,
                stream=True,
            )
        except (OSError, urllib3.exceptions.HTTPError) as error:
            # Odoo's tests forbid the network with an exception of their own.
            if not _is_of_the_network(error):
                raise
            return None, error
        return response, None

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._new_session()
            with self._sessions_lock:
                self._sessions.add(session)
        return session

    def _new_session(self) -> requests.Session:
        session = self._session_factory()
        for scheme in ("http://", "https://"):
            session.mount(scheme, Adapter())
        # No proxy, .netrc or CA bundle that the environment would slip in.
        session.trust_env = False
        session.cookies.set_policy(
            http.cookiejar.DefaultCookiePolicy(allowed_domains=())
        )
        # Even told not to follow, requests prepares the next request, and for that
        # swallows the whole body.
        session.get_redirect_target = lambda response: None
        return session

    def _read(
        self, response: requests.Response, longest: int
    ) -> tuple[bytes, str | None]:
        """Return the decoded body, and why it stops short if it does."""
        body = bytearray()
        try:
            for chunk in _chunks(response.raw):
                body += chunk
                if len(body) > longest:
                    return bytes(body[:longest]), "too large"
        except (OSError, urllib3.exceptions.HTTPError) as error:
            return bytes(body), type(error).__name__
        return bytes(body), None


def left_nothing(error: BaseException) -> bool:
    """Tell whether a failed call provably sent no byte of its request.

    requests blurs it: `ConnectionError` covers a refused connection as well as one cut
    after the body left, `SSLError` a failed handshake as well as a broken record,
    `ReadTimeout` a stalled handshake as well as a stalled answer. The original error
    tells, by its class or by the function that raised it.
    """
    return any(
        isinstance(link, _NO_CONNECTION) or _raised_before_sending(link)
        for link in _links(error)
    )


def public_url(url: str) -> str:
    """Return a URL fit for a journal: its query without secrets."""
    return redact_text(url)


def _chunks(raw: urllib3.HTTPResponse) -> Iterator[bytes]:
    # read() waits for a full chunk, which a trickling server may never fill;
    # urllib3 1 has nothing better.
    read = getattr(raw, "read1", None)
    size = _CHUNK if read else 1024
    read = read or raw.read
    while chunk := read(size, decode_content=True):
        yield chunk


def _is_of_the_network(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in ("requests", "urllib3") or (
        not isinstance(error, requests.RequestException)
    )


def _failure(
    call: Call, failure: Exception, started_at: datetime, duration_ms: int
) -> ConvergenceError:
    outcome = NotSent if _is_not_sent(failure) else Unknown
    links = list(_links(failure))
    # The exceptions hold the request, hence the key: only their names go further.
    names = " / ".join(dict.fromkeys(type(link).__name__ for link in links))
    return _without_answer(outcome, call, names, started_at, duration_ms)


def _without_answer(
    outcome: type[ConvergenceError],
    call: Call,
    reason: str,
    started_at: datetime,
    duration_ms: int,
) -> ConvergenceError:
    exchange = Exchange(
        call.method,
        public_url(call.url),
        None,
        started_at,
        duration_ms,
        "",
        outcome.outcome,
    )
    return outcome(f"{call.method} {_path(call.url)}: {reason}", exchange=exchange)


def _is_not_sent(failure: Exception) -> bool:
    if isinstance(failure, (requests.exceptions.ConnectTimeout, *_UNBUILDABLE)):
        return True
    return left_nothing(failure)


def _links(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those it wraps.

    Not by `__context__`: it also holds what the caller was handling.
    """
    found, waiting = [], [error]
    while waiting:
        link = waiting.pop(0)
        if link in found:
            continue
        found.append(link)
        yield link
        wrapped = (link.__cause__, getattr(link, "reason", None), *link.args)
        waiting += [one for one in wrapped if isinstance(one, BaseException)]


def _raised_before_sending(error: BaseException) -> bool:
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package in ("requests", "urllib3", "ssl") and (
            frame.f_code.co_name in _BEFORE_SENDING
        ):
            return True
        trace = trace.tb_next
    return False


def _log(call: Call, result: object, duration_ms: int) -> None:
    _logger.info(
        "%s %s: %s in %d ms", call.method, _path(call.url), result, duration_ms
    )


def _path(url: str) -> str:
    return urlunsplit(("", "", urlsplit(url).path or "/", "", ""))


def _milliseconds_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
