# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The establishments and the people that the rows name, each of them once.

An establishment is known by its SIRET, a person by birth name, first name and birth
date. What several rows state of the same one must agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..findings import shown
from ..form import boxes_on
from ..identifiers import compact, is_phone, phone_10_digits
from .cells import fold
from .reading import Reading, Row

ESTABLISHMENTS = ("employer", "training_centre", "training_place")
PEOPLE = ("apprentice", "tutor", "second_tutor")
# Without these a row names nobody.
ALWAYS_NAMED = ("employer", "apprentice")

_ESTABLISHMENT_KEY = ("siret",)
_PERSON_KEY = ("birth_name", "first_name", "birth_date")


@dataclass(frozen=True)
class Statement:
    """What a row states of an establishment or of a person in one box."""

    value: Any
    row: Row
    path: str


@dataclass
class Party:
    """An establishment or a person; `stated` is by the name of the record's field."""

    key: tuple
    is_company: bool
    rows: list[Row] = field(default_factory=list)
    stated: dict[str, Statement] = field(default_factory=dict)


@dataclass
class Parties:
    """Every party by key, and the key of each part of each row."""

    by_key: dict[tuple, Party] = field(default_factory=dict)
    keys: dict[tuple[int, str], tuple] = field(default_factory=dict)

    def named(self, row: Row, part: str) -> Party | None:
        """Return the party that a row names, such as its ``"employer"``."""
        key = self.keys.get((row.number, part))
        return self.by_key.get(key) if key else None


def person_key(birth_name: str, first_name: str, birth_date: date) -> tuple:
    """Return what a person is known by, whatever the capitals and the accents."""
    return ("person", fold(birth_name), fold(first_name), birth_date)


def establishment_key(siret: str) -> tuple:
    """Return what an establishment is known by."""
    return ("establishment", compact(siret))


def gather(reading: Reading, fields: Mapping[str, str]) -> Parties:
    """Return the parties that the rows name; what is missing or contradictory is added
    to the issues of `reading`.

    :param fields: the field of the party's record that holds a box, by path; boxes that
        belong to the contract are not in it
    """
    parties = Parties()
    for row in reading.rows:
        for part in (*ESTABLISHMENTS, *PEOPLE):
            paths = [
                path
                for path in row.values.keys() | row.unreadable
                if path.startswith(f"{part}.") and path in fields
            ]
            if paths or part in ALWAYS_NAMED:
                _gather_part(reading, parties, row, part, sorted(paths), fields)
    return parties


def _gather_part(reading, parties, row, part, paths, fields):
    names = _ESTABLISHMENT_KEY if part in ESTABLISHMENTS else _PERSON_KEY
    key_paths = [f"{part}.{name}" for name in names]
    _require(reading, row, part, key_paths)
    if not all(path in row.values for path in key_paths):
        return
    make_key = establishment_key if part in ESTABLISHMENTS else person_key
    key = make_key(*(row.values[path] for path in key_paths))
    party = parties.by_key.get(key)
    if party is None:
        party = Party(key, is_company=part in ESTABLISHMENTS)
        parties.by_key[key] = party
    parties.keys[row.number, part] = key
    party.rows.append(row)
    for path in paths:
        if path in row.values:
            statement = Statement(row.values[path], row, path)
            _state(reading, party, fields[path], statement)


def _require(reading, row, part, key_paths):
    title = boxes_on(part)[-1].label
    for path in key_paths:
        if path not in row.values and path not in row.unreadable:
            label = boxes_on(path)[-1].label
            reading.add_issue(
                row,
                path,
                f"« {label} » manque : il sert à reconnaître « {title} ».",
            )


def _state(reading, party, name, statement):
    known = party.stated.setdefault(name, statement)
    if known is statement or same(name, known.value, statement.value):
        return
    kind = "établissement" if party.is_company else "personne"
    article = "le même" if party.is_company else "la même"
    reading.add_issue(
        statement.row,
        statement.path,
        f"Les lignes {known.row.number} et {statement.row.number} se contredisent pour "
        f"{article} {kind} : « {shown(known.value)} » puis "
        f"« {shown(statement.value)} ».",
    )


def same(name: str, one: Any, other: Any) -> bool:
    """Tell whether two values of a record's field say the same, however written."""
    if not isinstance(one, str) or not isinstance(other, str):
        return one == other
    if name == "phone" and is_phone(one) and is_phone(other):
        return phone_10_digits(one) == phone_10_digits(other)
    if name == "email":
        return one.strip().casefold() == other.strip().casefold()
    return fold(one) == fold(other) or compact(one) == compact(other)


def check_duplicates(reading: Reading, parties: Parties) -> dict[tuple, Row]:
    """Refuse two rows for the same apprentice, employer and start.

    :return: the first row of each contract, by `contract_key`
    """
    first: dict[tuple, Row] = {}
    for row in reading.rows:
        key = contract_key(row, parties)
        if key is None:
            continue
        known = first.setdefault(key, row)
        if known is not row:
            reading.add_issue(
                row,
                "contract.date_start",
                f"Les lignes {known.number} et {row.number} portent le même contrat : "
                "même apprenti, même employeur, même date de début.",
            )
    return first


def contract_key(row: Row, parties: Parties) -> tuple | None:
    """Return what a row's contract is known by, ``None`` when it cannot be told."""
    apprentice = parties.named(row, "apprentice")
    employer = parties.named(row, "employer")
    if not apprentice or not employer or "contract.date_start" in row.unreadable:
        return None
    return (apprentice.key, employer.key, row.values.get("contract.date_start"))
