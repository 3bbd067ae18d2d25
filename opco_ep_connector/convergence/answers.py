# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the OPCO says of dossiers, as values (norm §2.10, §4.3, E4).

Numbers are texts, whatever the JSON type; names of keys are accepted in any case.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .exchange import Exchange
from .remote_text import SHOWN_LIMIT, decode, storable

#: Characters of the numbers by which dossiers are told, at the most.
LONGEST_NUMBER = 100
#: Lines kept of a payment schedule: contracts are paid in a handful.
MAX_INSTALMENTS = 100
# Keys that only the container of a page has, in lower case (norm E4b).
_AROUND_A_PAGE = frozenset(("total", "count", "page", "etatdossierresult"))


class Unreadable(ValueError):
    """The answer is not what the norm says; the text says what is missing."""


@dataclass(frozen=True)
class Receipt:
    """The OPCO took the dossier; the last two numbers may come later."""

    internal_number: str
    external_number: str | None
    deca_number: str | None
    exchange: Exchange


@dataclass(frozen=True)
class Acknowledgement:
    """The OPCO took what was sent; most do not number it."""

    document_number: str | None
    exchange: Exchange


@dataclass(frozen=True)
class KeyInfo:
    """What the OPCO says of the CFA's key; `comment` is untrusted text."""

    is_valid: bool
    valid_until: date | None
    comment: str | None
    exchange: Exchange = field(repr=False, compare=False)


@dataclass(frozen=True)
class DossierState:
    """One line of the list of states; `raw_state` as spelled by the OPCO."""

    internal_number: str | None
    external_number: str | None
    deca_number: str | None
    raw_state: str | None

    @property
    def number(self) -> str | None:
        """What tells the dossier from the others of the list."""
        return self.internal_number or self.external_number or self.deca_number


@dataclass(frozen=True)
class StateList:
    """The states of the CFA's dossiers, each dossier once.

    When `is_complete` is False some pages were not given: a dossier that is not here
    may still exist.
    """

    states: tuple[DossierState, ...]
    is_complete: bool
    page_count: int


@dataclass(frozen=True)
class Dossier:
    """A dossier as the OPCO holds it; `cerfa` is the form that it says it received.

    `instalments` are the échéances, spelled as received; `comment` is untrusted text;
    `broken_on` is the last day of a contract that was broken.
    """

    internal_number: str | None
    external_number: str | None
    deca_number: str | None
    raw_state: str | None
    comment: str | None = field(repr=False)
    instalments: tuple[Mapping[str, Any], ...] = field(repr=False)
    broken_on: date | None
    cerfa: Mapping[str, Any] = field(repr=False)
    exchange: Exchange = field(repr=False, compare=False)


def read_receipt(body: bytes, exchange: Exchange) -> Receipt:
    """:raises Unreadable: without a ``numeroInterne``"""
    numbers = _numbers(_object(_decoded(body)))
    if numbers[0] is None:
        raise Unreadable("no numeroInterne")
    return Receipt(*numbers, exchange)


def read_acknowledgement(body: bytes, exchange: Exchange) -> Acknowledgement:
    """Read a success whose body is not known: none, or JSON.

    :raises Unreadable: for anything else, such as the page of a proxy
    """
    if not body.strip():
        return Acknowledgement(None, exchange)
    root = _decoded(body)
    keys = _lowered(root[0] if isinstance(root, list) and len(root) == 1 else root)
    return Acknowledgement(_text(keys.get("numerointernedocument")), exchange)


def read_key_info(body: bytes, exchange: Exchange) -> KeyInfo:
    """:raises Unreadable: without a ``status`` of the norm"""
    keys = _lowered(_object(_decoded(body)))
    status = (_text(keys.get("status")) or "").lower()
    if status not in ("success", "error"):
        raise Unreadable("no status")
    return KeyInfo(
        status == "success",
        _day(keys.get("datefinvalidite")),
        _text(keys.get("comment")),
        exchange,
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat((_text(value) or "")[:10])
    except ValueError:
        return None


def read_dossier(body: bytes, exchange: Exchange) -> Dossier:
    """:raises Unreadable: when neither a form nor a number is there"""
    root = _lowered(_object(_decoded(body)))
    held = root.get("cerfa")
    cerfa = _lowered(held)
    contract = _lowered(cerfa.get("contrat"))
    own, outer = _numbers(cerfa), _numbers(root)
    if not cerfa and outer[0] is None:
        raise Unreadable("no cerfa")
    pairs = zip(own, outer, strict=True)
    internal, external, deca = (mine or its for mine, its in pairs)
    instalments = root.get("echeances") or ()
    if not isinstance(instalments, list | tuple):
        raise Unreadable("echeances is not a list")
    lines = [line for line in instalments if isinstance(line, dict)]
    return Dossier(
        internal,
        external,
        deca or _number(contract.get("nocontrat")),
        _text(cerfa.get("etat")) or _text(root.get("etat")),
        _text(cerfa.get("commentaireetat")) or _text(root.get("comment")),
        tuple(_flat(line) for line in lines[:MAX_INSTALMENTS]),
        _day(contract.get("daterupture")),
        held if cerfa else {},
        exchange,
    )


@dataclass(frozen=True)
class StatesPage:
    """A page of the list of states; `total` is of all the pages, when it is said."""

    states: tuple[DossierState, ...]
    total: int | None


def read_states_page(body: bytes) -> StatesPage:
    """Read a bare array, a page in its container, or the single line some OPCOs send.

    :raises Unreadable: when a line carries no number: a list read short would make a
        dossier look absent
    """
    root = _decoded(body)
    container = _container(root)
    if container is None:
        lines, total = root if isinstance(root, list) else [root], None
    else:
        lines, total = _lines(container), _count(container.get("total"))
    return StatesPage(tuple(_state(line) for line in lines), total)


def _container(root: Any) -> dict[str, Any] | None:
    """Return the object around a page of V2, None for lines without one."""
    if isinstance(root, list) and len(root) == 1:
        root = root[0]
    keys = _lowered(root)
    return None if any(_numbers(keys)) or not _AROUND_A_PAGE & keys.keys() else keys


def _lines(container: Mapping[str, Any]) -> list[Any]:
    lists = [value for value in container.values() if isinstance(value, list)]
    if not lists and _count(container.get("total")) == 0:
        return []
    named = container.get("etatdossierresult")
    if isinstance(named, list):
        return named
    if len(lists) != 1:
        raise Unreadable("not one list")
    return lists[0]


def _count(value: Any) -> int | None:
    text = _text(value) or ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def looks_like_json(body: bytes) -> bool:
    """Tell data from a web page by its beginning: the body may be cut."""
    return decode(body).lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def _state(line: Any) -> DossierState:
    keys = _lowered(_object(line))
    numbers = _numbers(keys)
    if not any(numbers):
        raise Unreadable("a line without any number")
    return DossierState(*numbers, _text(keys.get("etat")))


def _decoded(body: bytes) -> Any:
    """Return a JSON value that can be stored as JSON again.

    :raises Unreadable: when the body is not JSON
    """
    text = decode(body).lstrip("\ufeff")
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
        # Only an escape brings back what `decode` took away.
        return _storable(value) if "\\u" in text else value
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


def _finite(number: str) -> float | None:
    """Return a number, nothing for what JSON has no word for (``NaN``, ``1e999``)."""
    value = float(number)
    return value if math.isfinite(value) else None


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): _storable(held) for key, held in value.items()}
    return value


def _object(value: Any) -> dict[str, Any]:
    # Some servers wrap the object in a list of one.
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise Unreadable("not an object")
    return value


def _numbers(keys: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    keys = _lowered(keys)
    names = ("numerointerne", "numeroexterne", "numerodeca")
    return tuple(_number(keys.get(name)) for name in names)


def _flat(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scalars of a line, which has nothing else in the norm (§4.3)."""
    return {
        key: value[:SHOWN_LIMIT] if isinstance(value, str) else value
        for key, value in line.items()
        if not isinstance(value, dict | list)
    }


def _number(value: Any) -> str | None:
    text = _text(value)
    return text if text and len(text) <= LONGEST_NUMBER else None


def _lowered(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    return {str(key).lower(): held for key, held in value.items()}


def _text(value: Any) -> str | None:
    """Return a JSON scalar as a text, cut; nothing, or anything else, gives None."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return storable(str(value)[: 4 * SHOWN_LIMIT]).strip()[:SHOWN_LIMIT] or None
