# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The legal values the rules compare with, as one value.

The rules never read a file or a record: they are given a `LegalTables`, built from the
shipped CSV or from editable records. Each kind of legal value is one field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from .codes import Code, shipped_codes
from .legal_values import (
    METROPOLE,
    DiplomaPrefix,
    FormVersion,
    Idcc,
    NoLegalValue,
    PayRate,
    Smic,
    shipped_diploma_prefixes,
    shipped_form_versions,
    shipped_idccs,
    shipped_pay_rates,
    shipped_smics,
)

__all__ = [
    "DiplomaPrefix",
    "FormVersion",
    "Idcc",
    "LegalTables",
    "NoLegalValue",
    "PayRate",
    "Smic",
]

CodeIndex = Mapping[tuple[str, str], tuple[Code, ...]]


@dataclass(frozen=True, eq=False)
class LegalTables:
    """What the law and the notice say, by date."""

    codes: CodeIndex
    smics: Mapping[str, tuple[Smic, ...]]
    pay_rates: tuple[PayRate, ...]
    idccs: Mapping[str, tuple[Idcc, ...]]
    diploma_prefixes: Mapping[str, tuple[str, ...]]
    form_versions: tuple[FormVersion, ...]

    @classmethod
    def from_rows(
        cls,
        codes: Iterable[Code] | None = None,
        smics: Iterable[Smic] | None = None,
        pay_rates: Iterable[PayRate] | None = None,
        idccs: Iterable[Idcc] | None = None,
        diploma_prefixes: Iterable[DiplomaPrefix] | None = None,
        form_versions: Iterable[FormVersion] | None = None,
    ) -> "LegalTables":
        """Build the tables from rows in any order; ``None`` takes the shipped rows."""
        smics = _given(smics, shipped_smics)
        idccs = _given(idccs, shipped_idccs)
        prefixes = _given(diploma_prefixes, shipped_diploma_prefixes)
        rates = _given(pay_rates, shipped_pay_rates)
        versions = _given(form_versions, shipped_form_versions)
        return cls(
            codes=_index(_given(codes, shipped_codes)),
            smics={
                zone: _newest_first(row for row in smics if row.zone == zone)
                for zone in {row.zone for row in smics}
            },
            pay_rates=tuple(
                sorted(rates, key=lambda row: row.valid_from or date.min, reverse=True)
            ),
            idccs={
                code: tuple(row for row in idccs if row.code == code)
                for code in {row.code for row in idccs}
            },
            diploma_prefixes={row.prefix: row.diploma_types for row in prefixes},
            form_versions=tuple(sorted(versions, key=lambda row: row.valid_from)),
        )

    @classmethod
    def from_codes(cls, codes: Iterable[Code]) -> "LegalTables":
        """Build the tables from rows of codes in any order, the rest as shipped."""
        return cls.from_rows(codes=codes)

    @classmethod
    def shipped(cls) -> "LegalTables":
        """Return the tables shipped with the package."""
        return _shipped()

    def rows(self, table: str, code: str) -> tuple[Code, ...]:
        """Return every row of `code` in `table`, oldest first, none if unknown."""
        return self.codes.get((table, code), ())

    def code(self, table: str, code: str, on: date) -> Code | None:
        """Return the row of `code` valid for a contract concluded `on` that day.

        When edited rows overlap, the most recent one is returned.
        """
        for row in reversed(self.rows(table, code)):
            if row.is_valid_on(on):
                return row
        return None

    def is_known(self, table: str, code: str) -> bool:
        """Tell whether `table` has ever had `code`."""
        return (table, code) in self.codes

    def smic(self, on: date, zone: str = METROPOLE) -> Smic:
        """Return the SMIC in force `on` a day in ``"metropole"`` or ``"mayotte"``.

        A SMIC is in force until it is replaced (L3231-6 and next): after the last row,
        the last row holds, right or not. Keep the table up to date each January.

        :raises NoLegalValue: for an unknown zone or a day before its first row
        """
        for row in self.smics.get(zone, ()):
            if row.date_from <= on:
                return row
        raise NoLegalValue(f"no SMIC for {zone} on {on}")

    def pay_rate(self, year: int, age: int, on: date) -> PayRate:
        """Return the row of D6222-26 for a year of execution and an age.

        :param year: year of execution, from 1 to 4
        :param age: in completed years
        :param on: the day the table is in force
        :raises NoLegalValue: when no row is for them
        """
        for row in self.pay_rates:
            if row.is_for(year, age, on):
                return row
        raise NoLegalValue(f"no rate of pay for year {year} at {age} on {on}")

    def minimum_rate(self, year: int, age: int, on: date) -> Decimal:
        """Return the lowest rate of pay, in percent (D6222-26).

        :raises NoLegalValue: as `pay_rate`
        """
        return self.pay_rate(year, age, on).rate

    def pay_ages(self, on: date) -> tuple[int, ...]:
        """Return the ages at which the lowest rate rises: 18, 21 and 26 (D6222-26)."""
        ages = {row.age_min for row in self.pay_rates if row.is_in_force(on)}
        return tuple(sorted(age for age in ages if age > 0))

    def idcc(self, code: str, on: date) -> Idcc | None:
        """Return the collective agreement `code` in force `on` a day, or None."""
        for row in self.idccs.get(code, ()):
            if row.is_valid_on(on):
                return row
        return None

    def is_known_idcc(self, code: str) -> bool:
        """Tell whether the table has the collective agreement, in force or not."""
        return code in self.idccs

    def diploma_types(self, diploma_code: str) -> tuple[str, ...]:
        """Return the types a diploma code may stand for, none when it is unknown.

        ``diploma_types("32031213")`` is ``("54",)``: the code of a BTS.
        """
        prefix = diploma_code[:3]
        known = self.diploma_prefixes.get(prefix)
        if known is None and prefix[2:].isalpha():
            known = self.diploma_prefixes.get(f"{prefix[:2]}*")
        return known or ()

    def form_version(self, on: date) -> str | None:
        """Return the version of the form in force `on` a day, None if unknown."""
        found = None
        for row in self.form_versions:
            if row.valid_from <= on:
                found = row.version
        return found


@lru_cache(maxsize=1)
def _shipped() -> LegalTables:
    return LegalTables.from_rows()


def _given(rows, shipped):
    return tuple(shipped() if rows is None else rows)


def _newest_first(rows: Iterable[Smic]) -> tuple[Smic, ...]:
    return tuple(sorted(rows, key=lambda row: row.date_from, reverse=True))


def _index(codes: Iterable[Code]) -> CodeIndex:
    index: dict[tuple[str, str], list[Code]] = {}
    for row in sorted(codes, key=lambda row: row.valid_from or date.min):
        index.setdefault((row.table, row.code), []).append(row)
    return {key: tuple(rows) for key, rows in index.items()}
