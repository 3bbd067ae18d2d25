# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The code tables of notice 51649, each row with the dates it is valid for."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_SHIPPED = Path(__file__).parent / "data" / "codes.csv"


@dataclass(frozen=True)
class Code:
    """One row of a code table.

    `valid_from` and `valid_to` are the first and last dates of conclusion of the
    contracts that may carry it; ``None`` is unbounded. A code whose label changed has
    one row per label.
    """

    table: str
    code: str
    label: str
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, on: date) -> bool:
        """Tell whether a contract concluded `on` that day may carry this row."""
        return not self.starts_after(on) and not self.ended_before(on)

    def starts_after(self, on: date) -> bool:
        return self.valid_from is not None and on < self.valid_from

    def ended_before(self, on: date) -> bool:
        return self.valid_to is not None and self.valid_to < on


@lru_cache(maxsize=1)
def shipped_codes() -> tuple[Code, ...]:
    """Return the rows of ``data/codes.csv``, in the order of the notice.

    Source: notice 51649#09, with what notices #07 to #09 added, removed or renamed.
    """
    with _SHIPPED.open(encoding="utf-8", newline="") as lines:
        return tuple(_read(row) for row in csv.DictReader(lines))


def _read(row: dict[str, str]) -> Code:
    return Code(
        table=row["table"],
        code=row["code"],
        label=row["label"],
        valid_from=_read_date(row["valid_from"]),
        valid_to=_read_date(row["valid_to"]),
    )


def _read_date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
