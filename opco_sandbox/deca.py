# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""DECA numbers given at engagement (norm, 2.9)."""

import re

DEPARTMENTS = re.compile(r"0[0-9][0-9]|02[AB]|97[12346]")
DEFAULT_DEPARTMENT = "075"


def deca_number(postal_code, day, sequence):
    """Return a well-formed DECA number.

    :param postal_code: five digits, of the employer
    :param day: date of the engagement
    :param sequence: whole number unique to the dossier
    """
    head, tail = divmod(sequence % 1_000_000, 10_000)
    return f"{_department(postal_code)}{day:%Y%m}{head:02d}{tail:04d}"


def _department(postal_code):
    if postal_code.startswith(("200", "201")):
        return "02A"
    if postal_code.startswith("20"):
        return "02B"
    if postal_code.startswith("97"):
        department = postal_code[:3]
    else:
        department = f"0{postal_code[:2]}"
    return department if DEPARTMENTS.fullmatch(department) else DEFAULT_DEPARTMENT
