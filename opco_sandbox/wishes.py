# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading of a fault as the admin API and the scenario file describe it."""

import json

KINDS = (
    "reset_before_read",
    "reset_mid_body",
    "reset_after_read",
    "reset_after_processing",
    "hang",
    "hang_after_processing",
    "delay",
    "truncate_response",
    "trickle",
    "status",
    "redirect",
    "garbage",
    "html",
    "wrong_encoding",
    "large_body",
    "bomb",
)
MAX_SECONDS = 3600
MAX_MEGABYTES = 10_240
PLACES = ("headers", "body", "both")
COMMON = {"kind", "match", "times", "probability"}
MEMBER = {"kind"}


def read_wish(wish):
    """Return the fields of the fault described by a JSON object.

    :raises ValueError: the description is wrong
    """
    _check_object(wish)
    kind = wish.get("kind")
    if kind == "mix":
        _check_keys(wish, COMMON | {"of"})
        members = _read_members(wish.get("of"))
        options = {}
    else:
        members = []
        _check_keys(wish, COMMON | set(READERS))
        options = _read_options(wish)
        _check_kind(kind)
    return {
        "kind": kind,
        "members": members,
        "options": options,
        "remaining": _times(wish.get("times", 1)),
        "probability": _probability(wish.get("probability", 1.0)),
        **_read_match(wish.get("match") or {}),
    }


def _read_members(wishes):
    if not isinstance(wishes, list) or not wishes:
        raise ValueError("of is a list of faults")
    members = []
    for wish in wishes:
        _check_object(wish)
        _check_keys(wish, MEMBER | set(READERS))
        _check_kind(wish.get("kind"))
        members.append((wish["kind"], _read_options(wish)))
    return members


def _read_match(match):
    if not isinstance(match, dict) or set(match) - {"method", "path"}:
        raise ValueError("match is an object with method and path")
    return {
        "method": str(match.get("method") or "*").upper(),
        "path": str(match.get("path") or "*"),
    }


def _read_options(wish):
    return {name: READERS[name](wish[name]) for name in READERS if name in wish}


def _check_object(wish):
    if not isinstance(wish, dict):
        raise ValueError("a fault is a JSON object")


def _check_keys(wish, known):
    if unknown := set(wish) - known:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")


def _check_kind(kind):
    if kind not in KINDS:
        raise ValueError(f"kind is mix or one of {', '.join(KINDS)}")


def _times(value):
    if value is not None and (type(value) is not int or value < 1):
        raise ValueError("times is a whole number from 1, or null for always")
    return value


def _probability(value):
    if type(value) not in (int, float) or not 0 < value <= 1:
        raise ValueError("probability is above 0, 1 at most")
    return value


def _seconds(value):
    seconds = float(value)
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError(f"seconds is between 0 and {MAX_SECONDS}")
    return seconds


def _megabytes(value):
    if type(value) is not int or not 1 <= value <= MAX_MEGABYTES:
        raise ValueError(f"megabytes is a whole number from 1 to {MAX_MEGABYTES}")
    return value


def _status(value):
    status = int(value)
    if not 200 <= status <= 599:
        raise ValueError("status is between 200 and 599")
    return status


def _headers(value):
    return {str(name): str(text) for name, text in value.items()}


def _body(value):
    return value if isinstance(value, str) else json.dumps(value)


def _where(value):
    if value not in PLACES:
        raise ValueError(f"where is one of {', '.join(PLACES)}")
    return value


def _processed(value):
    if type(value) is not bool:
        raise ValueError("processed is true or false")
    return value


READERS = {
    "seconds": _seconds,
    "megabytes": _megabytes,
    "status": _status,
    "headers": _headers,
    "body": _body,
    "content_type": str,
    "location": str,
    "where": _where,
    "processed": _processed,
}
