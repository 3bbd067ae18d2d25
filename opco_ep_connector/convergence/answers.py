# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the OPCO says of dossiers, as values (norm §2.10, §4.3, E4).

Numbers are texts, whatever the JSON type; names of keys are accepted in any case.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .exchange import Exchange
from .remote_text import SHOWN_LIMIT, decode, storable


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
class DossierState:
    """One line of the list of states; `raw_state` as spelled by the OPCO."""

    internal_number: str | None
    external_number: str | None
    deca_number: str | None
    raw_state: str | None


@dataclass(frozen=True)
class Dossier:
    """A dossier as the OPCO holds it; `raw` is the whole answer.

    `instalments` are the échéances as received, `comment` is untrusted text.
    """

    internal_number: str | None
    external_number: str | None
    deca_number: str | None
    raw_state: str | None
    comment: str | None = field(repr=False)
    instalments: tuple[Mapping[str, Any], ...] = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)
    exchange: Exchange = field(repr=False, compare=False)


def read_receipt(body: bytes, exchange: Exchange) -> Receipt:
    """:raises Unreadable: without a ``numeroInterne``"""
    numbers = _numbers(_object(_decoded(body)))
    if numbers[0] is None:
        raise Unreadable("no numeroInterne")
    return Receipt(*numbers, exchange)


def read_dossier(body: bytes, exchange: Exchange) -> Dossier:
    """:raises Unreadable: when neither a form nor a number is there"""
    raw = _object(_decoded(body))
    root = _lowered(raw)
    cerfa = _lowered(root.get("cerfa"))
    contract = _lowered(cerfa.get("contrat"))
    own, outer = _numbers(cerfa), _numbers(root)
    if not cerfa and outer[0] is None:
        raise Unreadable("no cerfa")
    pairs = zip(own, outer, strict=True)
    internal, external, deca = (mine or its for mine, its in pairs)
    instalments = root.get("echeances") or ()
    if not isinstance(instalments, list | tuple):
        raise Unreadable("echeances is not a list")
    return Dossier(
        internal,
        external,
        deca or _text(contract.get("nocontrat")),
        _text(cerfa.get("etat")) or _text(root.get("etat")),
        _text(cerfa.get("commentaireetat")) or _text(root.get("comment")),
        tuple(line for line in instalments if isinstance(line, dict)),
        raw,
        exchange,
    )


def read_states(body: bytes) -> list[DossierState]:
    """Read a bare array, or the single object some OPCOs send instead.

    :raises Unreadable: when a line carries no number: a list read short would make a
        dossier look absent
    """
    root = _decoded(body)
    lines = root if isinstance(root, list) else [root]
    return [_state(line) for line in lines]


def _state(line: Any) -> DossierState:
    keys = _lowered(_object(line))
    numbers = _numbers(keys)
    if not any(numbers):
        raise Unreadable("a line without any number")
    return DossierState(*numbers, _text(keys.get("etat")))


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(decode(body).lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


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
    return tuple(_text(keys.get(name)) for name in names)


def _lowered(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    return {str(key).lower(): held for key, held in value.items()}


def _text(value: Any) -> str | None:
    """Return a JSON scalar as a text, cut; nothing, or anything else, gives None."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return storable(str(value)[: 4 * SHOWN_LIMIT]).strip()[:SHOWN_LIMIT] or None
