# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The user's own rows given back with what is wrong in them.

Once corrected, the report is read like any filled template.
"""

from collections import defaultdict
from datetime import date, time, timedelta

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter

from ..legal import LegalTables
from .columns import columns_by_path
from .reading import REPORT_PATHS, Reading
from .template import (
    HEADINGS,
    add_codes,
    finish_headings,
    number_format,
    to_bytes,
    write_heading,
)
from .workbook import SHEET

# Comments are heavy; beyond these the columns of sentences say it all.
MAX_COMMENTS = 2_000

_ERROR = PatternFill("solid", fgColor="FFF8CBAD")
_WARNING = PatternFill("solid", fgColor="FFFFF2CC")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_SENTENCES_WIDTH = 60


def report(reading: Reading, tables: LegalTables, on: date) -> bytes:
    """Return an XLSX: the rows as they were, their errors, the wrong cells coloured.

    Columns of sentences stand first; below the headings, rows keep their number. The
    sheet of codes is that of a template made `on` that day.
    """
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = SHEET
    places = _places(reading)
    _write_headings(sheet, reading, places)
    shift = max(0, HEADINGS + 1 - reading.rows[0].number)
    for row in reading.rows:
        _write_cells(sheet, row, row.number + shift, reading, places)
    _write_issues(sheet, reading, shift, places)
    placed = {
        places[position]: columns_by_path()[path]
        for position, path in reading.paths.items()
    }
    add_codes(workbook, sheet, placed, tables, on)
    return to_bytes(workbook)


def _places(reading):
    """Return where each column of the file stands in the report."""
    used = set(reading.titles)
    used.update(*(row.cells for row in reading.rows))
    used.update(issue.position for issue in reading.issues if issue.position)
    first = len(REPORT_PATHS) + 1
    return {position: place for place, position in enumerate(sorted(used), first)}


def _write_headings(sheet, reading, places):
    for place, (path, title) in enumerate(REPORT_PATHS.items(), start=1):
        write_heading(sheet, place, title, path, None)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _SENTENCES_WIDTH
    paths = reading.paths
    for position, place in places.items():
        path = paths.get(position, "")
        title = reading.titles.get(position, "")
        write_heading(sheet, place, title, path, columns_by_path().get(path))
    finish_headings(sheet, f"{get_column_letter(len(REPORT_PATHS) + 1)}{HEADINGS + 1}")


def _write_cells(sheet, row, number, reading, places):
    columns = columns_by_path()
    paths = reading.paths
    for position, value in row.cells.items():
        cell = sheet.cell(number, places[position], value)
        if isinstance(value, str):
            # A text that starts with "=" is no formula.
            cell.data_type = "s"
        column = columns.get(paths.get(position))
        if column and _keeps_its_nature(column, value):
            cell.number_format = number_format(column)


def _keeps_its_nature(column, value):
    """A format must turn neither a number into a date nor a date into a number."""
    if isinstance(value, str):
        return True
    if isinstance(value, time | timedelta):
        return False
    return isinstance(value, date) == (column.kind == "date")


def _write_issues(sheet, reading, shift, places):
    sentences = defaultdict(list)
    by_cell = defaultdict(list)
    for issue in reading.issues:
        path = "#errors" if issue.blocking else "#warnings"
        number = issue.row + shift if issue.row else 1
        about = f"{issue.title} : " if issue.title and issue.row else ""
        sentences[number, path].append(f"{about}{issue.sentence}")
        if issue.position:
            by_cell[number, places[issue.position]].append(issue)
    for (number, path), said in sentences.items():
        if number > HEADINGS:
            place = list(REPORT_PATHS).index(path) + 1
            cell = sheet.cell(number, place, "\n".join(said))
            cell.data_type = "s"
            cell.alignment = _WRAPPED
    for count, ((number, place), issues) in enumerate(by_cell.items()):
        cell = sheet.cell(number, place)
        blocking = any(issue.blocking for issue in issues)
        cell.fill = _ERROR if blocking else _WARNING
        if count < MAX_COMMENTS:
            said = "\n".join(issue.sentence for issue in issues)
            cell.comment = Comment(said, "Import", height=90, width=280)
