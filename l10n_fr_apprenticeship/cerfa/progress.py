# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How far the filling in of a form has come."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .form import Cerfa, boxes, part_class
from .parts import groups, is_missing, parts, whole


@dataclass(frozen=True)
class Progress:
    """Mandatory boxes of one section: how many are filled in, out of how many."""

    filled: int = 0
    expected: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(self.filled + other.filled, self.expected + other.expected)


def progress(cerfa: Cerfa) -> dict[str, Progress]:
    """Return the progress of each section given or mandatory, in form order.

    Sections are the fields of `Cerfa`; a mandatory one that nobody began counts with
    all its mandatory boxes empty.
    """
    found = {group.name: Progress(0, 0) for group in groups(Cerfa) if group.mandatory}
    for path, is_filled in _mandatory_boxes(cerfa):
        section = path.split(".")[0]
        found[section] = found.get(section, Progress()) + Progress(int(is_filled), 1)
    return {
        name: done
        for name, done in found.items()
        if part_class(Cerfa, name) and done.expected
    }


def _mandatory_boxes(cerfa: Cerfa) -> Iterator[tuple[str, bool]]:
    for place, part in parts(whole(cerfa)):
        for name, path in place.mandatory:
            held = part_class(type(part), name)
            value = getattr(part, name)
            if held is None:
                yield path, not is_missing(value)
            elif is_missing(value):
                yield from ((path, False) for _ in range(_mandatory_count(held)))


@lru_cache
def _mandatory_count(part: type) -> int:
    """Return how many mandatory boxes a part has, its own groups included."""
    count = 0
    for name, box in boxes(part).items():
        if box.mandatory:
            held = part_class(part, name)
            count += _mandatory_count(held) if held else 1
    return count
