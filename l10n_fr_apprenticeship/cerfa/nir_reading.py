# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a NIR says of the person, to propose it (cerfa-10103 §2)."""

from dataclasses import dataclass

from .identifiers import compact, is_nir

_SEXES = {"1": "M", "2": "F"}
_OVERSEAS_PREFIXES = ("97", "98")


@dataclass(frozen=True)
class NirReading:
    """`year` has two digits; `month` is None when the civil status does not know it."""

    sex: str
    year: str
    month: int | None
    department: str


def read_nir(nir: str) -> NirReading | None:
    """Return what a valid NIR says, None when it is not one.

    >>> read_nir("2 06 05 44 109 021").department
    '44'
    """
    compacted = compact(nir)
    if not is_nir(compacted):
        return None
    month = int(compacted[3:5])
    return NirReading(
        sex=_SEXES[compacted[0]],
        year=compacted[1:3],
        month=month if 1 <= month <= 12 else None,
        department=_department(compacted),
    )


def _department(nir: str) -> str:
    prefix = nir[5:7]
    if prefix in _OVERSEAS_PREFIXES:
        return nir[5:8]
    # Born in Algeria, Morocco or Tunisia before their independence, or abroad.
    return prefix
