# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The legal values the rules compare with, as one value.

The rules never read a file or a record: they are given a `LegalTables`, built from the
shipped CSV or from editable records. Each kind of legal value is one field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .codes import Code, shipped_codes

CodeIndex = Mapping[tuple[str, str], tuple[Code, ...]]


@dataclass(frozen=True, eq=False)
class LegalTables:
    """What the law and the notice say, by date."""

    codes: CodeIndex

    @classmethod
    def from_codes(cls, codes: Iterable[Code]) -> "LegalTables":
        """Build the tables from rows in any order."""
        return cls(codes=_index(codes))

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


@lru_cache(maxsize=1)
def _shipped() -> LegalTables:
    return LegalTables.from_codes(shipped_codes())


def _index(codes: Iterable[Code]) -> CodeIndex:
    index: dict[tuple[str, str], list[Code]] = {}
    for row in sorted(codes, key=lambda row: row.valid_from or date.min):
        index.setdefault((row.table, row.code), []).append(row)
    return {key: tuple(rows) for key, rows in index.items()}
