# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Chance that comes out the same again, whatever the order in which threads run."""

import hashlib
from dataclasses import dataclass

BITS = 48


@dataclass(frozen=True)
class Asked:
    """What makes a request the same as an earlier one."""

    method: str
    path: str
    query: str
    sha256: str


def draw(seed, *words):
    """Return a number in [0, 1) that depends on nothing but the arguments."""
    text = "\x1f".join(str(word) for word in (seed, *words))
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[: BITS // 8], "big") / 2**BITS
