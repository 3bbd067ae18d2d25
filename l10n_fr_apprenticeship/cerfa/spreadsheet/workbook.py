# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Opening a file that anybody may have sent.

Nothing is trusted: neither its size, its dimensions, nor that it is a workbook.
"""

import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from .issues import UnreadableFile

SHEET = "Contrats"
MAX_BYTES = 10 * 2**20
MAX_UNPACKED_BYTES = 200 * 2**20
MAX_SHEET_ROWS = 1_048_576
MAX_COLUMNS = 500

# What a spreadsheet shows for a number it cannot hold.
BEYOND_NUMBERS = "#NUM!"

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:]{1,20})\"")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


@dataclass(frozen=True)
class RawCell:
    """What a cell holds, a percentage as the number before its sign (43 for 43 %)."""

    value: Any
    is_uncomputed: bool = False

    @property
    def is_blank(self) -> bool:
        return (
            not self.is_uncomputed
            and isinstance(self.value, str)
            and not self.value.strip()
        )


def raw_rows(content: bytes) -> Iterator[tuple[int, dict[int, RawCell]]]:
    """Yield the rows that hold something: their number, their cells by position.

    Formulas are read as the value the spreadsheet last computed.

    :raises UnreadableFile: before the first row
    """
    _refuse_what_is_not_xlsx(content)
    try:
        with warnings.catch_warnings():
            # Extensions that openpyxl leaves out: conditional formats, validations.
            warnings.simplefilter("ignore")
            yield from _rows(content)
    except UnreadableFile:
        raise
    except Exception as error:
        # A damaged workbook raises whatever its first unreadable part makes it raise.
        raise UnreadableFile(
            "Ce classeur est abîmé et ne peut pas être lu. Ouvrez-le dans votre "
            "tableur et enregistrez-le à nouveau au format XLSX."
        ) from error


def _refuse_what_is_not_xlsx(content):
    if not content:
        raise UnreadableFile("Ce fichier est vide.")
    if len(content) > MAX_BYTES:
        raise UnreadableFile(
            "Ce fichier dépasse 10 Mo. Partagez les contrats entre plusieurs fichiers."
        )
    if content.startswith(_OLE2):
        raise UnreadableFile(
            "Ce classeur est protégé par un mot de passe, ou d'un ancien format (XLS). "
            "Enregistrez-le sans mot de passe au format XLSX."
        )
    try:
        with ZipFile(BytesIO(content)) as archive:
            _refuse_archive(archive)
    except BadZipFile:
        raise UnreadableFile(
            "Ce fichier n'est pas un classeur XLSX. Remplissez le modèle, ou "
            "enregistrez votre fichier au format XLSX."
        ) from None


def _refuse_archive(archive):
    names = {name.lower() for name in archive.namelist()}
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise UnreadableFile(
            "Ce fichier n'est pas un classeur XLSX. Remplissez le modèle, ou "
            "enregistrez votre fichier au format XLSX."
        )
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableFile(
            "Ce classeur contient des macros. Enregistrez-le au format XLSX, sans "
            "macro."
        )
    if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            "Ce classeur est démesuré une fois décompressé. Partagez les contrats "
            "entre plusieurs fichiers."
        )


def _rows(content):
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
    try:
        sheet = _contracts_sheet(workbook)
        formulas = _formulas(content, sheet)
        for number, cells in _numbered_rows(sheet):
            found = {
                cell.column: RawCell(_number_before_percent(cell))
                for cell in cells
                if cell.value is not None
            }
            for position in formulas.get(number, ()):
                found.setdefault(position, RawCell("", is_uncomputed=True))
            if not all(cell.is_blank for cell in found.values()):
                yield number, found
    finally:
        workbook.close()


def _contracts_sheet(workbook):
    if SHEET in workbook.sheetnames:
        sheet = workbook[SHEET]
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()
            return sheet
    raise UnreadableFile(
        f"Ce classeur n'a pas d'onglet « {SHEET} ». Remplissez le modèle."
    )


def _formulas(content, sheet):
    """Return the positions of the formulas by row; refuse merged cells."""
    with ZipFile(BytesIO(content)) as archive:
        source = archive.read(sheet._worksheet_path)
    merged = _MERGED.search(source)
    if merged:
        raise UnreadableFile(
            f"Des cellules sont fusionnées ({merged[1].decode()}). Défusionnez-les : "
            "chaque contrat tient sur une ligne, chaque donnée dans une cellule."
        )
    if not _FORMULA.search(source):
        return {}
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=False)
    try:
        return {
            number: [cell.column for cell in cells if cell.data_type == "f"]
            for number, cells in _numbered_rows(_contracts_sheet(workbook))
        }
    finally:
        workbook.close()


def _numbered_rows(sheet):
    rows = sheet.iter_rows(min_row=1, max_col=MAX_COLUMNS)
    for number, cells in zip(range(1, MAX_SHEET_ROWS + 1), rows, strict=False):
        # Missing cells have neither a place nor a value.
        yield number, [cell for cell in cells if hasattr(cell, "column")]


def _number_before_percent(cell):
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, float | int):
        return value
    if "%" in (cell.number_format or ""):
        value = round(value * 100, 6)
    if isinstance(value, float) and not math.isfinite(value):
        return BEYOND_NUMBERS
    return value
