# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A form as plain values that JSON can hold, and back.

Boxes that hold nothing are left out; a box that is not on the form any more when it is
read back is passed over.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, get_args, get_type_hints

from .form import Cerfa, boxes, part_class


def to_plain(cerfa: Cerfa) -> dict[str, Any]:
    """Return a form as dictionaries, lists, texts, integers and booleans."""
    return _plain_part(cerfa)


def from_plain(plain: dict[str, Any]) -> Cerfa:
    """Return the form that `to_plain` was given.

    :raises ValueError: when a date or a number cannot be read
    """
    return _part(Cerfa, plain)


def _plain_part(part: Any) -> dict[str, Any]:
    values = {name: getattr(part, name) for name in boxes(type(part))}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [None if item is None else _plain_part(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str | bool | int):
        return value
    return _plain_part(value)


def _part(part: type, plain: dict[str, Any]) -> Any:
    return part(
        **{
            name: _value(part, name, plain[name])
            for name in boxes(part)
            if name in plain
        }
    )


def _value(part: type, name: str, plain: Any) -> Any:
    held = part_class(part, name)
    if isinstance(plain, list):
        return tuple(None if item is None else _part(held, item) for item in plain)
    if held:
        return _part(held, plain)
    kind = _kinds(part)[name]
    if kind is date:
        return date.fromisoformat(plain)
    return Decimal(plain) if kind is Decimal else plain


@lru_cache
def _kinds(part: type) -> dict[str, type]:
    """Return the type of each plain box of a class of the form."""
    return {
        name: (get_args(hint) or (hint,))[0]
        for name, hint in get_type_hints(part).items()
    }
