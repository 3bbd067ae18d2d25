# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From what was sent back to the boxes of the form (norm §2).

Whatever the spelling of the profile that was in use, one value is read as one and the
same: two readings can be compared box by box.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from . import wire_formats as formats
from .wire_boxes import (
    PAY_BOX,
    PAY_FIELD,
    PAY_LINE,
    PROVING_SIGNATURE,
    TABLE,
    Format,
    Wire,
    put,
)

Reader = Callable[[Any], Any]

_ISO_DAY = re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})")
_FRENCH_DAY = re.compile(r"(?P<day>\d{2})[/.-](?P<month>\d{2})[/.-](?P<year>\d{4})")
_DEPARTMENT_LENGTH = 3
_CLASS_LENGTH = 2


class UnreadableContent(ValueError):
    """What was sent holds a value that cannot be read back; `field` is its name."""

    def __init__(self, field: str):
        super().__init__(field)
        self.field = field


def plain_form(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the boxes that a deposit's body holds, as `cerfa.plain` writes a form.

    A yes or no that the body leaves out is a no.

    :raises UnreadableContent: when a date, a number or a line of pay cannot be read
    """
    carried = _with_known_signature(content["cerfa"])
    plain: dict[str, Any] = {}
    for line in TABLE:
        value = _found(carried, line.field)
        if line.field == PAY_FIELD:
            put(plain, PAY_BOX, [_pay_line(one) for one in value or ()])
        elif value is not None or line.spell is formats.boolean:
            put(plain, line.box, _read(line, value))
    return plain


def _with_known_signature(carried: Mapping[str, Any]) -> dict[str, Any]:
    """Name the proving signature as the table does: the profile chooses its name."""
    for value in carried.values():
        if isinstance(value, bool):
            return {**carried, PROVING_SIGNATURE: value}
    return dict(carried)


def _found(carried: Any, field: str) -> Any:
    for name in field.split("."):
        carried = carried.get(name) if isinstance(carried, Mapping) else None
    return carried


def _read(line: Wire, value: Any) -> Any:
    try:
        return _READERS[line.spell](value)
    except (ValueError, InvalidOperation):
        raise UnreadableContent(line.field) from None


def _pay_line(carried: Mapping[str, Any]) -> dict[str, Any]:
    year, _dot, number = str(carried.get("ordre")).partition(".")
    if not (year.isdigit() and number.isdigit()):
        raise UnreadableContent(f"{PAY_FIELD}.ordre")
    plain: dict[str, Any] = {"year": int(year), "number": int(number)}
    for line in PAY_LINE:
        if line.source is None and line.field in carried:
            plain[line.box] = _read(line, carried[line.field])
    return plain


def _text(value: Any) -> str:
    return str(value)


def _as_it_is(value: Any) -> Any:
    return value


def _boolean(value: Any) -> bool:
    return value is True


def _number(value: Any) -> str:
    return str(Decimal(str(value)))


def _code(value: Any) -> str:
    return str(value).lstrip("0") or "0"


def _class_code(value: Any) -> str:
    return str(value).zfill(_CLASS_LENGTH)


def _rncp(value: Any) -> str:
    digits = str(value).removeprefix("RNCP")
    return f"RNCP{digits}" if digits.isdigit() else str(value)


def _nir(value: Any) -> str:
    return f"{value}{formats.nir_key(str(value))}"


def _department(value: Any) -> str:
    return str(value).zfill(_DEPARTMENT_LENGTH)


def _day(value: Any) -> str:
    """Return the day written, never shifted by a time zone."""
    written = _ISO_DAY.match(str(value)) or _FRENCH_DAY.match(str(value))
    if written is None:
        raise ValueError(value)
    return date(
        **{name: int(part) for name, part in written.groupdict().items()}
    ).isoformat()


_READERS: dict[Format, Reader] = {
    formats.text: _text,
    formats.compact: _text,
    formats.email: _text,
    formats.phone: _text,
    formats.idcc: _text,
    formats.boolean: _boolean,
    formats.integer: _as_it_is,
    formats.number: _number,
    formats.code: _code,
    formats.optional_code: _code,
    formats.class_code: _class_code,
    formats.rncp: _rncp,
    formats.nir: _nir,
    formats.department: _department,
    formats.day: _day,
}
