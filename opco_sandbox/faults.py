# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Faults asked for by tests, one list for the whole server."""

import itertools
import json
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

KINDS = (
    "reset_before_read",
    "reset_after_read",
    "reset_after_processing",
    "truncate_response",
    "hang",
    "delay",
    "status",
)
# the admin API and the page stay reachable whatever the faults
FAULTY_PREFIXES = ("/v1/", "/v2/", "/auth/")
MAX_SECONDS = 3600
FIELDS = {
    "match",
    "kind",
    "times",
    "seconds",
    "status",
    "headers",
    "body",
    "content_type",
}


@dataclass
class Fault:
    """One fault; ``remaining`` is None when it never ends."""

    number: int
    kind: str
    method: str
    path: str
    remaining: int | None = 1
    seconds: float = 5.0
    status: int = 503
    headers: dict = field(default_factory=dict)
    body: str = ""
    content_type: str = "application/json"
    hits: int = 0

    def matches(self, method, path):
        """Tell whether this fault is still due and meant for this request."""
        return (
            self.remaining != 0
            and fnmatchcase(method, self.method)
            and fnmatchcase(path, self.path)
        )

    def as_json(self):
        """Return the fault as the admin API shows it."""
        return {
            "id": self.number,
            "kind": self.kind,
            "match": {"method": self.method, "path": self.path},
            "remaining": self.remaining,
            "hits": self.hits,
        }


class FaultList:
    """Thread-safe list of faults; the oldest that matches is played."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._numbers = itertools.count(1)

    def add(self, wish):
        """Add the fault described by ``wish`` (a JSON object) and return it.

        :raises ValueError: the description is wrong
        """
        fault = _read_wish(wish, next(self._numbers))
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, method, path):
        """Return the fault to play on this request, or None, and count it."""
        if not path.startswith(FAULTY_PREFIXES):
            return None
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path):
                    fault.hits += 1
                    if fault.remaining is not None:
                        fault.remaining -= 1
                    return fault
        return None

    def all(self):
        """Return the faults, played ones included."""
        with self._lock:
            return list(self._faults)

    def remove(self, number):
        """Forget one fault."""
        with self._lock:
            self._faults = [f for f in self._faults if f.number != number]

    def clear(self):
        """Forget all faults."""
        with self._lock:
            self._faults = []


def _read_wish(wish, number):
    if not isinstance(wish, dict):
        raise ValueError("a fault is a JSON object")
    if unknown := set(wish) - FIELDS:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
    if wish.get("kind") not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    match = wish.get("match") or {}
    if not isinstance(match, dict) or set(match) - {"method", "path"}:
        raise ValueError("match is an object with method and path")
    times = wish.get("times", 1)
    if times is not None and (type(times) is not int or times < 1):
        raise ValueError("times is a whole number from 1, or null for always")
    return Fault(
        number=number,
        kind=wish["kind"],
        method=str(match.get("method") or "*").upper(),
        path=str(match.get("path") or "*"),
        remaining=times,
        **_read_options(wish),
    )


def _read_options(wish):
    options = {}
    if "seconds" in wish:
        options["seconds"] = float(wish["seconds"])
        if not 0 <= options["seconds"] <= MAX_SECONDS:
            raise ValueError(f"seconds is between 0 and {MAX_SECONDS}")
    if "status" in wish:
        options["status"] = int(wish["status"])
    if "headers" in wish:
        options["headers"] = {str(k): str(v) for k, v in wish["headers"].items()}
    if "body" in wish:
        body = wish["body"]
        options["body"] = body if isinstance(body, str) else json.dumps(body)
    if "content_type" in wish:
        options["content_type"] = str(wish["content_type"])
    return options
