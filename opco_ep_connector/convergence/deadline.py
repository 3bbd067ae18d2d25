# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A time by which what is being done must be over, known to all that is called inside.

The timeout of a socket bounds each wait, not their sum: a server that sends one byte
from time to time would never let go. Here each wait is given what is left.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_end: ContextVar[float | None] = ContextVar("end", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End by then what is called inside, and never later than an outer `within`."""
    end, outer = time.monotonic() + seconds, _end.get()
    token = _end.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        _end.reset(token)


def seconds_left() -> float | None:
    """Return what is left, zero at the least; None when nothing bounds the time."""
    end = _end.get()
    return None if end is None else max(end - time.monotonic(), 0.0)
