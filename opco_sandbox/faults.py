# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Faults asked for by tests, one list for the whole server."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .chance import draw
from .wishes import read_wish

# played before the body is read, unless chance decides: it needs the whole request
BEFORE_READING = ("reset_before_read", "reset_mid_body")


@dataclass
class Fault:
    """One fault; ``remaining`` is None when it never ends."""

    number: int
    kind: str
    method: str
    path: str
    remaining: int | None
    probability: float
    options: dict
    members: list
    hits: int = 0
    seen: Counter = field(default_factory=Counter)

    def matches(self, method, path):
        """Tell whether this fault is still due and meant for this request."""
        return (
            self.remaining != 0
            and fnmatchcase(method, self.method)
            and fnmatchcase(path, self.path)
        )

    @property
    def is_by_chance(self):
        """Tell whether this fault may be skipped, or has several faces."""
        return self.probability < 1 or self.kind == "mix"

    def drawn(self, seed, asked):
        """Return what to play on this request, ``(kind, options)``, or None.

        The n-th coming of the very same request always draws the same.
        """
        if not self.is_by_chance:
            return self.kind, self.options
        self.seen[asked] += 1
        words = (self.number, *vars(asked).values(), self.seen[asked])
        if draw(seed, "whether", *words) >= self.probability:
            return None
        if self.kind != "mix":
            return self.kind, self.options
        return self.members[int(draw(seed, "which", *words) * len(self.members))]

    def count(self):
        """Note that it was played once more."""
        self.hits += 1
        if self.remaining is not None:
            self.remaining -= 1

    def as_json(self):
        """Return the fault as the admin API shows it."""
        return {
            "id": self.number,
            "kind": self.kind,
            "match": {"method": self.method, "path": self.path},
            "probability": self.probability,
            "remaining": self.remaining,
            "hits": self.hits,
        }


class FaultList:
    """Thread-safe list of faults; the oldest that matches is played."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._last_number = 0

    def add(self, wish):
        """Add the fault described by ``wish`` (a JSON object) and return it.

        :raises ValueError: the description is wrong
        """
        fields = read_wish(wish)
        with self._lock:
            self._last_number += 1
            fault = Fault(number=self._last_number, **fields)
            self._faults.append(fault)
        return fault

    def take_unread(self, method, path):
        """Return ``(kind, options)`` to play before the body is read, or None."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path):
                    if fault.is_by_chance or fault.kind not in BEFORE_READING:
                        return None
                    fault.count()
                    return fault.kind, fault.options
        return None

    def take(self, seed, asked):
        """Return ``(kind, options)`` to play on this request, or None."""
        with self._lock:
            for fault in self._faults:
                if not fault.matches(asked.method, asked.path):
                    continue
                if drawn := fault.drawn(seed, asked):
                    fault.count()
                    return drawn
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
        """Forget all faults; numbers start again, hence the same draws."""
        with self._lock:
            self._faults = []
            self._last_number = 0
