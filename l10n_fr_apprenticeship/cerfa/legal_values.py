# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The legal values that change with time, as rows, and the files they ship in."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"

METROPOLE = "metropole"
MAYOTTE = "mayotte"


class NoLegalValue(LookupError):
    """No row of a table covers the date asked for: nothing may be computed."""


@dataclass(frozen=True)
class Smic:
    """The gross minimum wage of a zone, in euros, from a day on (L3231-1 and next).

    `monthly` is for 35 hours a week.
    """

    zone: str
    date_from: date
    hourly: Decimal
    monthly: Decimal


@dataclass(frozen=True)
class PayRate:
    """The lowest rate of pay for a year of execution and an age (D6222-26).

    `rate` is a percentage of the SMIC, or of the conventional wage (SMC) of the job
    when `may_be_smc` and it is higher. ``None`` as `age_max` is unbounded.
    """

    year: int
    age_min: int
    age_max: int | None
    rate: Decimal
    may_be_smc: bool
    valid_from: date | None = None

    def is_for(self, year: int, age: int, on: date) -> bool:
        """Tell whether the row is for that year and age, and in force `on` the day."""
        return (
            self.year == year
            and self.age_min <= age
            and (self.age_max is None or age <= self.age_max)
            and self.is_in_force(on)
        )

    def is_in_force(self, on: date) -> bool:
        return self.valid_from is None or self.valid_from <= on


@dataclass(frozen=True)
class Idcc:
    """A collective agreement: its number, and whether OPCO EP is its OPCO."""

    code: str
    label: str
    opco_ep: bool
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, on: date) -> bool:
        """Tell whether the agreement is in force on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True)
class DiplomaPrefix:
    """The codes of table ``diploma`` that a diploma code (CFD) may begin.

    `prefix` has 3 characters; ``*`` stands for any letter: ``"26*"``.
    """

    prefix: str
    diploma_types: tuple[str, ...]


@dataclass(frozen=True)
class FormVersion:
    """A version of the form, in force until the next one is."""

    version: str
    valid_from: date


@lru_cache(maxsize=1)
def shipped_smics() -> tuple[Smic, ...]:
    """Return the rows of ``data/smic.csv``.

    Sources: décrets du 20/12/2023, n° 2024-951, n° 2025-1228, arrêté du 22/05/2026.
    """
    return _shipped("smic.csv", _read_smic)


@lru_cache(maxsize=1)
def shipped_pay_rates() -> tuple[PayRate, ...]:
    """Return the rows of ``data/pay_table.csv`` (D6222-26, D6222-27)."""
    return _shipped("pay_table.csv", _read_pay_rate)


@lru_cache(maxsize=1)
def shipped_idccs() -> tuple[Idcc, ...]:
    """Return the rows of ``data/idcc.csv``: the agreements of OPCO EP, no others.

    Source: the State's generator (``opcos.ts``, 2024).
    """
    return _shipped("idcc.csv", _read_idcc)


@lru_cache(maxsize=1)
def shipped_diploma_prefixes() -> tuple[DiplomaPrefix, ...]:
    """Return the rows of ``data/diploma_prefix.csv``.

    Source: the State's generator (``codeDiplomeStartToDiplome``), its codes carried
    over to the table of notice #08.
    """
    return _shipped("diploma_prefix.csv", _read_diploma_prefix)


@lru_cache(maxsize=1)
def shipped_form_versions() -> tuple[FormVersion, ...]:
    """Return the rows of ``data/form_version.csv``.

    Version 10103*11 is of April 2024: the day is that of the State's generator.
    """
    return _shipped("form_version.csv", _read_form_version)


def _shipped(file_name: str, read: Callable[[dict[str, str]], Any]) -> tuple:
    return tuple(read(row) for row in _rows(file_name))


def _rows(file_name: str) -> Iterator[dict[str, str]]:
    with (_DATA / file_name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _read_smic(row: dict[str, str]) -> Smic:
    return Smic(
        zone=row["zone"],
        date_from=date.fromisoformat(row["date_from"]),
        hourly=Decimal(row["hourly"]),
        monthly=Decimal(row["monthly"]),
    )


def _read_pay_rate(row: dict[str, str]) -> PayRate:
    return PayRate(
        year=int(row["year"]),
        age_min=int(row["age_min"]),
        age_max=int(row["age_max"]) if row["age_max"] else None,
        rate=Decimal(row["rate"]),
        may_be_smc=row["may_be_smc"] == "yes",
        valid_from=_read_date(row["valid_from"]),
    )


def _read_idcc(row: dict[str, str]) -> Idcc:
    return Idcc(
        code=row["code"],
        label=row["label"],
        opco_ep=row["opco_ep"] == "yes",
        valid_from=_read_date(row["valid_from"]),
        valid_to=_read_date(row["valid_to"]),
    )


def _read_diploma_prefix(row: dict[str, str]) -> DiplomaPrefix:
    return DiplomaPrefix(row["prefix"], tuple(row["diploma_types"].split("|")))


def _read_form_version(row: dict[str, str]) -> FormVersion:
    return FormVersion(row["version"], date.fromisoformat(row["valid_from"]))


def _read_date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
