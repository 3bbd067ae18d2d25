# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One cell: from what a spreadsheet holds to the value of a box.

A spreadsheet turns what looks like a number into one and drops its leading zeros: they
are given back where the length tells how many there were.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..identifiers import (
    compact,
    is_nir,
    is_provisional_nir,
    is_short_deca_number,
    is_siret,
)
from .columns import Column

CALCULATION_ERRORS = frozenset(
    "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA".split()
)
MAX_INTEGER = 2_147_483_647
FIRST_YEAR, LAST_YEAR = 1900, 2100

_TRUE = frozenset(("oui", "o", "x", "vrai", "true", "1"))
_FALSE = frozenset(("non", "n", "faux", "false", "0"))
_SEXES = {
    "f": "F",
    "femme": "F",
    "feminin": "F",
    "m": "M",
    "homme": "M",
    "masculin": "M",
}
_BASES = {"smic": "SMIC", "smc": "SMC"}

_FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_UNITS = re.compile(r"[\s%€]+")
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]{1,3}")
_NIR_SHAPE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_AFTER_CODE = re.compile(r"[\s–—:-]")

# Codes of each table, by the way they may be written.
CodeSpellings = Mapping[str, Mapping[str, str]]


class UnreadableCell(ValueError):
    """What a cell holds is not a value of its box; the message says it in French."""


def read_cell(column: Column, value: Any, spellings: CodeSpellings) -> Any:
    """Return the value of a box, ``None`` when the cell is empty.

    :param value: what openpyxl read
    :param spellings: see `code_spellings`
    :raises UnreadableCell: with a sentence in French
    """
    if isinstance(value, str):
        value = clean(value)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value in CALCULATION_ERRORS:
        raise UnreadableCell(
            "La cellule contient une erreur de calcul. Saisissez la valeur."
        )
    if column.table:
        return _read_code(value, spellings.get(column.table, {}))
    return _READERS[column.kind](value)


def clean(text: str) -> str:
    """Return a text on one line, without what cannot be seen."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(char for char in line if char.isprintable()).strip()


def fold(text: str) -> str:
    """Return a text without accents, capitals or punctuation, to compare it."""
    letters = _decomposed(_decomposed(text)).replace("œ", "oe").replace("æ", "ae")
    return " ".join(
        "".join(
            char if char.isalnum() else " "
            for char in letters
            if not unicodedata.combining(char)
        ).split()
    )


def _decomposed(text):
    """Decomposing may bring capitals back, which are then to be decomposed in turn."""
    return unicodedata.normalize("NFKD", text.casefold())


def code_spellings(codes) -> dict[str, dict[str, str]]:
    """Return, by table, the code that each way of writing it stands for.

    ``"01"`` may be written ``"1"``, which a spreadsheet makes of it.

    :param codes: pairs of a table and a code
    """
    spellings: dict[str, dict[str, str]] = {}
    pairs = list(codes)
    for table, code in pairs:
        spellings.setdefault(table, {})[code.upper()] = code
    for table, code in pairs:
        spellings[table].setdefault(_without_zeros(code.upper()), code)
    return spellings


def _without_zeros(code):
    return code.lstrip("0") or "0"


def _read_code(value, known):
    written = _digits_or_text(value).upper()
    for candidate in (written, _AFTER_CODE.split(written, maxsplit=1)[0]):
        code = known.get(candidate) or known.get(_without_zeros(candidate))
        if code:
            return code
    raise UnreadableCell(
        "Ce code n'est pas dans sa table. Choisissez un code de l'onglet « Codes »."
    )


def _read_text(value):
    if isinstance(value, str):
        return value
    return _digits_or_text(value)


def _digits_or_text(value):
    """Return a text, or a number as it would be typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | date | time | timedelta):
        raise UnreadableCell(
            "Le tableur a changé cette valeur en date, en heure ou en booléen. "
            "Donnez à la cellule le format Texte et saisissez-la à nouveau."
        )
    return _digits(value)


def _digits(number):
    _refuse_infinite(number)
    if number != int(number):
        return repr(number).replace(".", ",")
    # Beyond this a float no longer holds every integer.
    if abs(number) >= 2**53:
        raise UnreadableCell(
            "Le tableur a arrondi ce nombre. Donnez à la cellule le format Texte et "
            "saisissez-la à nouveau."
        )
    return str(int(number))


def _refuse_infinite(number):
    if isinstance(number, float) and not math.isfinite(number):
        raise UnreadableCell("Ce nombre est démesuré.")


def _read_date(value):
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, str):
        value = _date_of_text(value)
    if not isinstance(value, date):
        raise UnreadableCell(
            "Ce n'est pas une date. Saisissez le jour, le mois et l'année, comme "
            "01/09/2026."
        )
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise UnreadableCell(
            f"L'année {value.year} est hors de portée. Saisissez une année de "
            f"{FIRST_YEAR} à {LAST_YEAR}."
        )
    return value


def _date_of_text(text):
    french, iso = _FRENCH_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if french:
        day, month, year = map(int, french.groups())
    elif iso:
        year, month, day = map(int, iso.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableCell("Ce jour n'existe pas au calendrier.") from None


def _read_boolean(value):
    if isinstance(value, bool):
        return value
    written = fold(value) if isinstance(value, str) else ""
    if isinstance(value, int | float) and value in (0, 1):
        written = str(int(value))
    if written in _TRUE:
        return True
    if written in _FALSE:
        return False
    raise UnreadableCell("Saisissez oui ou non.")


def _read_number(value):
    """Return a `Decimal`, ``None`` for what is not a number."""
    if isinstance(value, str):
        written = _UNITS.sub("", value)
        if not _NUMBER.fullmatch(written):
            return None
        return Decimal(written.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    _refuse_infinite(value)
    if abs(value) > MAX_INTEGER:
        raise UnreadableCell("Ce nombre est démesuré.")
    return Decimal(repr(value))


def _read_integer(value):
    number = _read_number(value)
    if number is None or number != int(number) or number < 0:
        raise UnreadableCell("Saisissez un nombre entier, comme 35.")
    if number > MAX_INTEGER:
        raise UnreadableCell("Ce nombre est démesuré.")
    return int(number)


def _read_amount(value):
    number = _read_number(value)
    if number is None or number < 0:
        raise UnreadableCell("Saisissez un nombre, comme 802,82.")
    if number > MAX_INTEGER:
        raise UnreadableCell("Ce nombre est démesuré.")
    return number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _read_rate(value):
    rate = _read_amount(value)
    if 0 < rate <= 2:
        raise UnreadableCell("Saisissez un pourcentage : 43 pour 43 %.")
    if rate > 1000:
        raise UnreadableCell("Ce pourcentage est démesuré.")
    return rate


def _read_sex(value):
    return _read_choice(value, _SEXES, "Saisissez F ou M.")


def _read_basis(value):
    return _read_choice(value, _BASES, "Saisissez SMIC ou SMC.")


def _read_choice(value, choices, sentence):
    chosen = choices.get(fold(value)) if isinstance(value, str) else None
    if not chosen:
        raise UnreadableCell(sentence)
    return chosen


def _read_identifier(value):
    return compact(_digits_or_text(value))


def _padded(length, shortest):
    """Return a reader that gives an all-digit value its leading zeros back."""

    def read(value):
        written = _read_identifier(value)
        if written.isdigit() and shortest <= len(written) < length:
            return written.zfill(length)
        return written

    return read


def _read_siret(value):
    siret = _padded(14, 11)(value)
    if not is_siret(siret):
        raise UnreadableCell(
            "Ce n'est pas un SIRET : 14 chiffres, dont la clé est juste."
        )
    return siret


def _read_nir(value):
    lost = UnreadableCell(
        "Le tableur a perdu des chiffres de ce NIR. Donnez à la cellule le format "
        "Texte et saisissez les 15 caractères."
    )
    nir = _read_identifier(value)
    if _SCIENTIFIC.fullmatch(nir):
        raise lost
    if not _NIR_SHAPE.fullmatch(nir):
        raise UnreadableCell("Ce n'est pas un NIR : 13 caractères, ou 15 avec la clé.")
    if not isinstance(value, str) and not _is_whole_nir(nir):
        raise lost
    return nir


def _is_whole_nir(nir):
    """Tell whether a number is a NIR, not what rounding left of one."""
    if nir[10:13] == "000":
        return False
    return is_nir(nir) or is_provisional_nir(nir)


def _read_phone(value):
    written = _digits_or_text(value)
    digits = compact(written)
    if not digits.isdigit():
        return written
    if len(digits) == 9 and not digits.startswith("0"):
        return f"0{digits}"
    if len(digits) == 11 and digits.startswith("33"):
        return f"+{digits}"
    return written


def _read_deca(value):
    number = _read_identifier(value)
    if _SCIENTIFIC.fullmatch(number):
        raise UnreadableCell(
            "Le tableur a perdu des chiffres de ce numéro. Donnez à la cellule le "
            "format Texte et saisissez les 15 caractères."
        )
    return number if is_short_deca_number(number) else _padded(15, 13)(number)


_READERS = {
    "text": _read_text,
    "integer": _read_integer,
    "amount": _read_amount,
    "rate": _read_rate,
    "boolean": _read_boolean,
    "date": _read_date,
    "sex": _read_sex,
    "basis": _read_basis,
    "identifier": _read_identifier,
    "siret": _read_siret,
    "idcc": _padded(4, 1),
    "zip": _padded(5, 4),
    "phone": _read_phone,
    "nir": _read_nir,
    "diploma_code": _padded(8, 6),
    "deca": _read_deca,
    "department": _padded(2, 1),
}
