# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What differs between two versions of a form, box by box."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .findings import MASK, title_of
from .form import Cerfa, boxes, boxes_on, part_class
from .legal import LegalTables
from .parts import is_missing
from .sheet import box_text

_BETWEEN_TITLES = " › "
_NOTHING = "(vide)"


@dataclass(frozen=True)
class Change:
    """One box whose value is not the same: its path, and both values.

    Pay periods are numbered from 0: ``"contract.pay_periods.0.rate"``.
    """

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ShownChange:
    """One change, in French: section and label of the box, texts of both values."""

    path: str
    section: str
    label: str
    before: str
    after: str


def changes(before: Cerfa, after: Cerfa) -> tuple[Change, ...]:
    """Return the boxes that differ, in the order of the form.

    An empty text and a box left empty are the same. A part that one of the two lacks
    differs in each box that the other has filled in.
    """
    return tuple(_changes(Cerfa, "", before, after))


def _changes(part: type, prefix: str, before: Any, after: Any) -> Iterator[Change]:
    for name in boxes(part):
        path = f"{prefix}{name}"
        former, latter = getattr(before, name, None), getattr(after, name, None)
        held = part_class(part, name)
        if held is None:
            if not _is_same(former, latter):
                yield Change(path, former, latter)
        elif isinstance(former, tuple) or isinstance(latter, tuple):
            yield from _changes_of_items(held, path, former or (), latter or ())
        else:
            yield from _changes(held, f"{path}.", former, latter)


def _changes_of_items(
    held: type, path: str, before: tuple, after: tuple
) -> Iterator[Change]:
    for number in range(max(len(before), len(after))):
        former = before[number] if number < len(before) else None
        latter = after[number] if number < len(after) else None
        yield from _changes(held, f"{path}.{number}.", former, latter)


def _is_same(before: Any, after: Any) -> bool:
    if is_missing(before) or is_missing(after):
        return is_missing(before) and is_missing(after)
    if isinstance(before, Decimal) and isinstance(after, Decimal):
        if before.is_nan() or after.is_nan():
            # What is not a number equals nothing, not even itself.
            return str(before) == str(after)
    return bool(before == after)


def shown_changes(
    before: Cerfa, after: Cerfa, tables: LegalTables
) -> tuple[ShownChange, ...]:
    """Return what differs, for people entitled to personal data."""
    return tuple(
        _shown(
            change,
            box_text(before, tables, change.path, change.before) or _NOTHING,
            box_text(after, tables, change.path, change.after) or _NOTHING,
        )
        for change in changes(before, after)
    )


def masked_changes(
    before: Cerfa, after: Cerfa, tables: LegalTables
) -> tuple[ShownChange, ...]:
    """Return what differs, for anybody: the values of personal boxes are masked."""
    return tuple(
        replace(change, before=MASK, after=MASK) if is_personal(change.path) else change
        for change in shown_changes(before, after, tables)
    )


def is_personal(path: str) -> bool:
    """Tell whether only people entitled to personal data may read the box."""
    return any(box.personal for box in boxes_on(path))


def _shown(change: Change, before: str, after: str) -> ShownChange:
    section, *titles = title_of(change.path).split(_BETWEEN_TITLES)
    return ShownChange(
        change.path, section, _BETWEEN_TITLES.join(titles) or section, before, after
    )
