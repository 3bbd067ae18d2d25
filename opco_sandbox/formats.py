# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Formats named in the schema: what a pattern alone cannot check."""

import re
from datetime import datetime
from decimal import Decimal
from math import isfinite

from jsonschema import FormatChecker
from stdnum.fr import nir as french_nir
from stdnum.fr import siret as french_siret

CHECKER = FormatChecker(formats=())

DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
UAI = re.compile(r"[0-9]{7}[A-Za-z]")
UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
NIR = re.compile(r"[0-9]{5}([0-9]{2}|2[AB])([0-9]{6}|[0-9]{8})")
DECA = re.compile(
    r"(0[0-9][0-9]|02[AB]|9[012345]|97[12346])([0-9]{4})([0-1][0-9])"
    r"((NC)|[0-9]{2})([0-9]{4})"
)
# what each format expects, as the OPCO says it
EXPECTED = {
    "date-time": "une date-heure ISO 8601 réelle avec décalage horaire"
    " (2026-09-01T00:00:00+00:00)",
    "siret": "un SIRET de 14 chiffres dont la clé est juste",
    "uai": "un code UAI de 7 chiffres et une lettre dont la lettre est juste",
    "nir": "un NIR de 13 caractères, ou de 15 avec une clé juste",
    "deca": "un numéro DECA (département, année, mois, rang)",
    "cents": "un nombre à deux décimales au plus",
}


@CHECKER.checks("date-time")
def is_date_time(value):
    """Accept a real calendar date and time with an offset (norm, section 2)."""
    if not isinstance(value, str):
        return True
    if not DATE_TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


@CHECKER.checks("siret")
def is_siret(value):
    """Accept 14 digits with their Luhn key; La Poste has its own rule."""
    if not isinstance(value, str):
        return True
    return re.fullmatch(r"[0-9]{14}", value) is not None and french_siret.is_valid(
        value
    )


@CHECKER.checks("uai")
def is_uai(value):
    """Accept 7 digits and their control letter."""
    if not isinstance(value, str):
        return True
    if not UAI.fullmatch(value):
        return False
    return UAI_LETTERS[int(value[:7]) % 23] == value[7].upper()


@CHECKER.checks("nir")
def is_nir(value):
    """Accept 13 characters, or 15 with their key; Corsica writes 2A or 2B."""
    if not isinstance(value, str):
        return True
    if not NIR.fullmatch(value):
        return False
    return len(value) == 13 or french_nir.is_valid(value)


@CHECKER.checks("deca")
def is_deca(value):
    """Accept a DECA number (norm, end of 2.9)."""
    return not isinstance(value, str) or DECA.fullmatch(value) is not None


@CHECKER.checks("cents")
def has_two_decimals(value):
    """Accept a number with at most two decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return isfinite(value) and Decimal(str(value)).as_tuple().exponent >= -2
