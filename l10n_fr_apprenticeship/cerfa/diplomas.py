# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The level of a diploma, read from its code in table ``diploma`` of the notice."""

_KNOWN = frozenset("12345678")


def diploma_rank(code: str | None) -> int | None:
    """Return what a diploma's code is sorted by: its tens digit, 1 for no diploma.

    3 is a CAP, 4 the baccalauréat, 5 a BTS, 6 a licence, 7 a master, 8 a doctorate: as
    the levels of the national framework; 2 is the brevet, which has none.
    """
    if code is None or len(code) != 2 or code[0] not in _KNOWN:
        return None
    return int(code[0])
