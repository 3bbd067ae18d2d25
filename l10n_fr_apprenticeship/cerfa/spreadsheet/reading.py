# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A filled spreadsheet: its rows as values of the form, and what is wrong in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from ..findings import shown
from ..legal import LegalTables
from .cells import UnreadableCell, clean, code_spellings, read_cell
from .columns import PAY_PERIODS, Column, columns_by_path
from .issues import Issue, UnreadableFile
from .workbook import raw_rows

MAX_ROWS = 5_000
# Columns of a report given back: read as if they were not there.
REPORT_PATHS = {"#errors": "Erreurs", "#warnings": "Avertissements"}
_PATHS_WITHIN_ROWS = 10
# What a pay period cannot do without.
_PAY_PERIOD_NEEDS = ("date_start", "date_end", "rate")


@dataclass(frozen=True)
class Row:
    """One contract: what its cells hold, and the values of its boxes by path.

    A box left empty, or whose cell cannot be read, has no value.
    """

    number: int
    cells: Mapping[int, Any]
    values: Mapping[str, Any]
    unreadable: frozenset[str] = frozenset()


@dataclass
class Reading:
    """What was read. `issues` grows as others check the rows further."""

    titles: dict[int, str]
    positions: dict[str, int]
    ignored: set[int] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def add_issue(
        self, row: Row, path: str | None, sentence: str, blocking: bool = True
    ) -> None:
        """Add an error, or a warning, about the cell of a box on a row."""
        position = self.positions.get(path) if path else None
        column = columns_by_path().get(path) if path else None
        seen = row.cells.get(position) if position else None
        self.issues.append(
            Issue(
                sentence=sentence,
                row=row.number,
                position=position,
                title=column.title if column else "",
                seen="" if seen is None else shown(seen),
                blocking=blocking,
            )
        )

    @property
    def errors(self) -> list[Issue]:
        return [issue for issue in self.issues if issue.blocking]

    @property
    def warnings(self) -> list[Issue]:
        return [issue for issue in self.issues if not issue.blocking]

    @property
    def paths(self) -> dict[int, str]:
        """The path of each known column, by its position."""
        return {position: path for path, position in self.positions.items()}


def read(content: bytes, tables: LegalTables) -> Reading:
    """Read a spreadsheet: its rows, and an error for every cell that is none.

    :param content: the file
    :param tables: the codes that cells may hold
    :raises UnreadableFile: when there is nothing to read row by row
    """
    rows = raw_rows(content)
    reading, used = _read_headings(rows)
    spellings = code_spellings(tables.codes)
    for number, cells in rows:
        _refuse_untitled(reading, number, cells)
        if all(cell.is_blank for at, cell in cells.items() if at in used):
            continue
        if len(reading.rows) == MAX_ROWS:
            raise UnreadableFile(
                f"Ce fichier a plus de {MAX_ROWS} contrats. Partagez-les entre "
                "plusieurs fichiers."
            )
        _read_row(reading, number, cells, used, spellings)
    if not reading.rows:
        raise UnreadableFile("Ce fichier ne contient aucun contrat.")
    return reading


def _read_headings(rows: Iterable) -> tuple[Reading, dict[int, Column]]:
    """Find the row of technical paths; the row above it holds the titles."""
    titles: dict[int, str] = {}
    for number, cells in rows:
        texts = {position: clean(str(cell.value)) for position, cell in cells.items()}
        known = {p: text for p, text in texts.items() if text in columns_by_path()}
        if known:
            return _headed(titles, texts, known)
        if number >= _PATHS_WITHIN_ROWS:
            break
        titles = texts
    raise UnreadableFile(
        "La ligne technique du modèle (ligne 2, masquée) manque : sans elle, les "
        "colonnes ne sont pas reconnues. Recopiez vos contrats dans le modèle."
    )


def _headed(titles, texts, known):
    reading = Reading(titles={}, positions={})
    used = {}
    for position in sorted(titles.keys() | texts.keys()):
        path = texts.get(position, "")
        title = titles.get(position) or path
        if path in REPORT_PATHS:
            reading.ignored.add(position)
            continue
        reading.titles[position] = title
        if position not in known:
            reading.issues.append(_unknown_column(position, title))
        elif path in reading.positions:
            reading.issues.append(_repeated_column(position, title))
        else:
            reading.positions[path] = position
            used[position] = columns_by_path()[path]
    return reading, used


def _unknown_column(position, title):
    letter = get_column_letter(position)
    return Issue(
        f"La colonne {letter} « {shown(title)} » n'est pas du modèle. Supprimez-la.",
        position=position,
        title=shown(title),
    )


def _repeated_column(position, title):
    letter = get_column_letter(position)
    return Issue(
        f"La colonne {letter} « {shown(title)} » est en double. Supprimez-la.",
        position=position,
        title=shown(title),
    )


def _refuse_untitled(reading, number, cells):
    for position, cell in cells.items():
        if cell.is_blank or position in reading.titles or position in reading.ignored:
            continue
        letter = get_column_letter(position)
        reading.issues.append(
            Issue(
                f"La cellule {letter}{number} est dans une colonne sans titre. "
                "Videz-la.",
                row=number,
                position=position,
                seen=shown(cell.value),
            )
        )


def _read_row(reading, number, cells, used, spellings):
    values, wrong = {}, {}
    for position, column in used.items():
        cell = cells.get(position)
        if cell is None:
            continue
        try:
            if cell.is_uncomputed:
                raise UnreadableCell(
                    "Cette formule n'a pas été calculée. Remplacez-la par sa valeur."
                )
            value = read_cell(column, cell.value, spellings)
        except UnreadableCell as error:
            wrong[column.path] = str(error)
        else:
            if value is not None:
                values[column.path] = value
    raw = {
        position: cell.value
        for position, cell in cells.items()
        if position not in reading.ignored
    }
    row = Row(number, raw, values, frozenset(wrong))
    reading.rows.append(row)
    for path, sentence in wrong.items():
        reading.add_issue(row, path, sentence)
    _check_pay_periods(reading, row)


def _check_pay_periods(reading, row):
    for year, number in PAY_PERIODS:
        prefix = f"contract.pay_periods.{year}.{number}."
        if not any(path.startswith(prefix) for path in row.values):
            continue
        for name in _PAY_PERIOD_NEEDS:
            path = prefix + name
            if path not in row.values and path not in row.unreadable:
                reading.add_issue(
                    row,
                    path,
                    f"La période de rémunération {year}.{number} est commencée : "
                    "indiquez ses deux dates et son pourcentage.",
                )
