# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The empty spreadsheet: a sheet to fill in and a sheet of codes."""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ..codes import Code
from ..legal import LegalTables
from .columns import Column, code_titles, columns
from .reading import MAX_ROWS
from .workbook import SHEET

CODES_SHEET = "Codes"
HEADINGS = 2
_LAST_ROW = HEADINGS + MAX_ROWS
_TITLE_HEIGHT = 75

_WIDTHS = {
    "text": 24,
    "code": 24,
    "siret": 18,
    "nir": 18,
    "date": 13,
    "phone": 16,
    "deca": 18,
}
_NARROW = 12
_FORMATS = {
    "date": "dd/mm/yyyy",
    "integer": "0",
    "amount": "0.00",
    "rate": "0.00",
    "boolean": "General",
}
_TEXT_FORMAT = "@"
_CHOICES = {"boolean": "oui,non", "sex": "F,M", "basis": "SMIC,SMC"}
_HINTS = {
    "date": "Date : 01/09/2026.",
    "boolean": "oui ou non.",
    "integer": "Nombre entier.",
    "amount": "Montant en euros : 802,82.",
    "rate": "Pourcentage : 43 pour 43 %.",
    "siret": "14 chiffres. L'établissement connu sous ce SIRET est repris.",
    "nir": "13 caractères, ou 15 avec la clé.",
    "zip": "5 chiffres.",
    "idcc": "4 chiffres.",
    "department": "75, 2A, 974… et 99 si né à l'étranger.",
    "sex": "F ou M.",
    "basis": "SMIC ou SMC. SMIC si rien n'est dit.",
    "deca": "15 caractères.",
}
_MANDATORY = PatternFill("solid", fgColor="FFD9E1F2")
_OPTIONAL = PatternFill("solid", fgColor="FFF2F2F2")
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def template(tables: LegalTables, on: date, personal: bool = True) -> bytes:
    """Return the XLSX to fill in.

    :param tables: whose codes may be entered
    :param on: the codes that ended before that day are left out
    :param personal: with the columns for people entitled to personal data
    """
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = SHEET
    shown_columns = [column for column in columns() if personal or not column.personal]
    for position, column in enumerate(shown_columns, start=1):
        write_heading(sheet, position, column.title, column.path, column)
    finish_headings(sheet, "A3")
    add_codes(workbook, sheet, dict(enumerate(shown_columns, start=1)), tables, on)
    return to_bytes(workbook)


def write_heading(sheet, position: int, title: str, path: str, column: Column | None):
    """Write the title and the technical path of a column, and format its cells."""
    heading = sheet.cell(1, position, title)
    heading.font = _BOLD
    heading.alignment = _WRAPPED
    heading.fill = _MANDATORY if column and column.mandatory else _OPTIONAL
    heading.data_type = "s"
    technical = sheet.cell(2, position, path)
    technical.data_type = "s"
    dimension = sheet.column_dimensions[get_column_letter(position)]
    kind = column.kind if column else "text"
    dimension.width = _WIDTHS.get(kind, _NARROW)
    dimension.number_format = number_format(column)
    if column:
        heading.comment = _hint(column)


def number_format(column: Column | None) -> str:
    """Return the format of the cells of a column: text unless it is a quantity."""
    return _FORMATS.get(column.kind, _TEXT_FORMAT) if column else "General"


def finish_headings(sheet, first_cell: str) -> None:
    """Hide the technical row and keep the titles in sight."""
    sheet.row_dimensions[1].height = _TITLE_HEIGHT
    sheet.row_dimensions[2].hidden = True
    sheet.freeze_panes = first_cell


def add_codes(
    workbook: Workbook,
    sheet,
    placed: Mapping[int, Column],
    tables: LegalTables,
    on: date,
) -> None:
    """Add the sheet of codes, and offer them in the columns placed on `sheet`."""
    ranges = _write_codes(workbook.create_sheet(CODES_SHEET), current(tables, on))
    _add_lists(sheet, placed, ranges)


def to_bytes(workbook: Workbook) -> bytes:
    """Return a workbook as a file."""
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _hint(column):
    parts = [_HINTS.get(column.kind, "")]
    if column.table:
        parts.append(
            f"Code de l'onglet « {CODES_SHEET} », {code_titles()[column.table]}."
        )
    if column.mandatory:
        parts.append("Toujours demandé par le formulaire.")
    text = " ".join(filter(None, parts))
    return Comment(text, "CERFA 10103", height=90, width=240) if text else None


def current(tables: LegalTables, on: date) -> list[Code]:
    """Return the last row of each code that did not end before `on`, by table."""
    last = [rows[-1] for rows in tables.codes.values()]
    order = list(code_titles())
    return sorted(
        (code for code in last if code.table in order and not code.ended_before(on)),
        key=lambda code: (order.index(code.table), len(code.code), code.code),
    )


def _write_codes(sheet, codes: Iterable[Code]) -> dict[str, str]:
    """Write the codes; return, by table, the range to choose from."""
    sheet.append(("Table", "Code", "Libellé", "À saisir"))
    for cell in sheet[1]:
        cell.font = _BOLD
        cell.fill = _MANDATORY
    rows: dict[str, list[int]] = {}
    for number, code in enumerate(codes, start=2):
        texts = (
            code_titles()[code.table],
            code.code,
            code.label,
            f"{code.code} – {code.label}",
        )
        for position, text in enumerate(texts, start=1):
            cell = sheet.cell(number, position, text)
            cell.data_type = "s"
            cell.number_format = _TEXT_FORMAT
        rows.setdefault(code.table, []).append(number)
    for letter, width in zip("ABCD", (45, 8, 90, 95), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    return {
        table: f"{CODES_SHEET}!$D${numbers[0]}:$D${numbers[-1]}"
        for table, numbers in rows.items()
    }


def _add_lists(sheet, placed, ranges):
    """Offer the codes, and yes or no, without refusing a code alone."""
    lists: dict[str, DataValidation] = {}
    for position, column in placed.items():
        choices = _CHOICES.get(column.kind)
        formula = f'"{choices}"' if choices else ranges.get(column.table)
        if not formula:
            continue
        if formula not in lists:
            lists[formula] = DataValidation("list", formula, allow_blank=True)
            lists[formula].showErrorMessage = False
            sheet.add_data_validation(lists[formula])
        letter = get_column_letter(position)
        lists[formula].add(f"{letter}{HEADINGS + 1}:{letter}{_LAST_ROW}")
