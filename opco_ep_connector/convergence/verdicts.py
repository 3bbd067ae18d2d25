# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the status of an answer to its outcome (norm §1.4)."""

import math
from datetime import datetime
from email.utils import parsedate_to_datetime

from .error_bodies import looks_like_html, parse_errors
from .errors import (
    AuthRefused,
    Busy,
    ConvergenceError,
    NotSent,
    Rejected,
    Unknown,
    WrongAddress,
)
from .transport import Answer

#: Seconds; a server that asks for more is asked again after that.
MAX_RETRY_AFTER = 24 * 3600.0

_COME_BACK_LATER = (425, 429, 503)
_CREDENTIALS_REFUSED = (401, 403)
_REQUEST_TIMEOUT = 408


def call_error(answer: Answer) -> ConvergenceError | None:
    """Return the outcome of a business call, None when it is a success (2xx)."""
    status = answer.status
    if 200 <= status < 300:
        return None
    if status in _CREDENTIALS_REFUSED:
        return failed(answer, AuthRefused, "credentials refused", stage="call")
    if status in _COME_BACK_LATER:
        return failed(answer, Busy, "asked to come back later")
    if is_wrong_address(answer):
        return failed(answer, WrongAddress, "nothing answers at this address")
    if 400 <= status < 500 and status != _REQUEST_TIMEOUT:
        return failed(answer, Rejected, "rejected")
    return failed(answer, Unknown, "no verdict")


def token_error(answer: Answer) -> ConvergenceError | None:
    """Return the outcome of a business call whose token was answered so.

    Whatever happens at the token endpoint, the business call was not sent.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    if status in _COME_BACK_LATER:
        return failed(answer, Busy, "asked to come back later")
    if 300 <= status < 400 or status in (404, 405, 410):
        return failed(answer, WrongAddress, "no token server at this address")
    if 400 <= status < 500 and status != _REQUEST_TIMEOUT:
        return failed(answer, AuthRefused, "token refused", stage="token")
    return failed(answer, NotSent, "no token")


def failed(
    answer: Answer, outcome: type[ConvergenceError], reason: str, **details
) -> ConvergenceError:
    """Build an outcome with everything the answer tells about it."""
    return outcome(
        f"{answer.call.method}: HTTP {answer.status}, {reason}",
        http_status=answer.status,
        messages=parse_errors(answer.body, answer.content_type),
        retry_after=retry_after(answer.headers.get("Retry-After"), answer.started_at),
        response_text=answer.text,
        exchange=answer.exchange(outcome.outcome),
        **details,
    )


def is_wrong_address(answer: Answer) -> bool:
    """Tell an address nothing listens at from a verdict of the application."""
    if answer.status in (405, 410):
        return True
    return answer.status == 404 and (not answer.body.strip() or has_no_route(answer))


def has_no_route(answer: Answer) -> bool:
    """Tell a gateway's or web server's 404 from the application's, which is JSON.

    Kong says « no Route matched »; a web server sends a page.
    """
    return answer.status == 404 and (
        b"no route matched" in answer.body[:1000].lower()
        or looks_like_html(answer.body, answer.content_type)
    )


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds to wait of a ``Retry-After``: a number or an HTTP date."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now)
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _seconds_until(http_date: str, now: datetime) -> float | None:
    try:
        date = parsedate_to_datetime(http_date)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=now.tzinfo)
    return (date - now).total_seconds()
