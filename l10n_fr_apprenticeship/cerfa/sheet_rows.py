# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How the boxes of a sheet are set in rows."""

from collections.abc import Iterable

from .sheet import Line

Row = list[tuple[Line, int]]

COLUMNS = 4
# What one column of a portrait A4 page holds, in characters of each size.
TEXT_WIDTH = 26
LABEL_WIDTH = 66


def rows(lines: Iterable[Line]) -> list[Row]:
    """Return the lines in rows of `COLUMNS`, as pairs of a line and its columns.

    A long text takes several columns, and the last box of a row what is left of it.
    An address starts a row and ends one.
    """
    found: list[Row] = []
    left, before = 0, None
    for line in lines:
        width = _width(line)
        if width > left or _is_apart(line, before):
            _fill(found, left)
            found.append([])
            left = COLUMNS
        found[-1].append((line, width))
        left -= width
        before = line
    _fill(found, left)
    return found


def _is_apart(line: Line, before: Line | None) -> bool:
    """Tell whether one of two lines belongs to a part held by the other's part."""
    if before is None:
        return False
    part, other = (f"{one.path.rpartition('.')[0]}." for one in (line, before))
    return part != other and (part.startswith(other) or other.startswith(part))


def _fill(found: list[Row], left: int) -> None:
    if found and left:
        line, width = found[-1][-1]
        found[-1][-1] = (line, width + left)


def _width(line: Line) -> int:
    text = -(-len(line.text) // TEXT_WIDTH)
    label = -(-len(line.label) // LABEL_WIDTH)
    return max(1, min(COLUMNS, max(text, label)))
