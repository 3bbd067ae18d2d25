# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The apprentice: civil status and NIR."""

from collections.abc import Iterator

from ..circumstances import Circumstances
from ..findings import Severity
from ..form import Apprentice, Cerfa
from ..identifiers import (
    birth_department_3,
    is_birth_department,
    is_nir,
    is_provisional_nir,
)
from ..legal import LegalTables
from ..parts import is_missing
from .registry import Problem, rule

_SEX_DIGITS = {"M": "1", "F": "2"}
_BORN_ABROAD = "099"
_CORSICA = ("02A", "02B")
# Corsica was one department, written 20, until 1976.
_OLD_CORSICA = "020"
# Algeria 91 to 94, Morocco 95, Tunisia 96 for births before independence.
_OLD_ABROAD = ("091", "092", "093", "094", "095", "096")
_LAST_YEAR_OF_OLD_ABROAD = 1962


@rule(
    "FMT-06",
    Severity.BLOCK,
    sentence="Sexe de l'apprenti(e) : « {seen} » n'est pas admis. Choisissez M ou F.",
)
def sex(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The sex is M or F (form)."""
    seen = cerfa.apprentice.sex
    if not is_missing(seen) and seen not in _SEX_DIGITS:
        yield Problem(("apprentice.sex",), {"seen": seen})


@rule(
    "IDT-02",
    Severity.BLOCK,
    sentence="Département de naissance : « {seen} » n'est pas un département. "
    "Saisissez par exemple 075, 02A ou 974, et 099 pour une naissance à l'étranger.",
)
def birth_department(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The department of birth exists, or is 099 abroad (§2)."""
    department = cerfa.apprentice.birth_department
    if not is_missing(department) and not is_birth_department(department):
        yield Problem(("apprentice.birth_department",), {"seen": department})


@rule(
    "IDT-03",
    Severity.BLOCK,
    sentence="NIR de l'apprenti(e) : « {seen} » n'est pas un NIR valide (13 "
    "caractères, ou 15 avec la clé de contrôle). Vérifiez-le sur la carte Vitale ou "
    "l'attestation de droits.",
)
def nir(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The NIR is well formed and its key right (§2)."""
    seen = cerfa.apprentice.nir
    if is_missing(seen) or is_nir(seen) or is_provisional_nir(seen):
        return
    yield Problem(("apprentice.nir",), {"seen": seen})


@rule(
    "IDT-04",
    Severity.OVERRIDABLE_BLOCK,
    sentence="NIR de l'apprenti(e) : « {seen} » est un numéro d'attente. Confirmez que "
    "l'immatriculation est en cours : l'OPCO demandera le NIR définitif, et les aides "
    "ne sont pas versées sans lui.",
)
def nir_is_final(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The NIR is not the number given while someone is being registered (§2)."""
    seen = cerfa.apprentice.nir
    if not is_missing(seen) and is_provisional_nir(seen):
        yield Problem(("apprentice.nir",), {"seen": seen})


@rule(
    "IDT-05",
    Severity.BLOCK,
    sentence="Le NIR commence par {digit}, ce qui ne correspond pas au sexe {sex} (1 "
    "pour M, 2 pour F). Corrigez le NIR ou le sexe.",
)
def nir_and_sex(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The first digit of the NIR is the sex (§2)."""
    number = _nir_of(cerfa.apprentice)
    sex = cerfa.apprentice.sex
    if number and sex in _SEX_DIGITS and number[0] != _SEX_DIGITS[sex]:
        yield Problem(
            ("apprentice.nir", "apprentice.sex"), {"digit": number[0], "sex": sex}
        )


@rule(
    "IDT-06",
    Severity.BLOCK,
    sentence="Le NIR porte l'année de naissance {year}, et la date de naissance est le "
    "{birth_date}. Corrigez le NIR ou la date de naissance.",
)
def nir_and_birth_year(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Digits 2 and 3 of the NIR are the year of birth (§2)."""
    number = _nir_of(cerfa.apprentice)
    birth_date = cerfa.apprentice.birth_date
    if number and birth_date and int(number[1:3]) != birth_date.year % 100:
        yield Problem(
            ("apprentice.nir", "apprentice.birth_date"),
            {"year": number[1:3], "birth_date": birth_date},
        )


@rule(
    "IDT-07",
    Severity.OVERRIDABLE_BLOCK,
    sentence="Le NIR porte le mois de naissance {month}, et la date de naissance est "
    "le {birth_date}. Corrigez l'un des deux, ou confirmez s'ils sont exacts (état "
    "civil incomplet).",
)
def nir_and_birth_month(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Digits 4 and 5 of the NIR are the month of birth, when it was known (§2)."""
    number = _nir_of(cerfa.apprentice)
    birth_date = cerfa.apprentice.birth_date
    if number and birth_date and int(number[3:5]) != birth_date.month:
        yield Problem(
            ("apprentice.nir", "apprentice.birth_date"),
            {"month": number[3:5], "birth_date": birth_date},
        )


@rule(
    "IDT-08",
    Severity.OVERRIDABLE_BLOCK,
    sentence="Le NIR porte le département de naissance {nir_department}, et le "
    "département saisi est {department}. Corrigez l'un des deux, ou confirmez s'ils "
    "sont exacts.",
)
def nir_and_birth_department(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The NIR carries the department of birth, 99 abroad (§2)."""
    apprentice = cerfa.apprentice
    number = _nir_of(apprentice)
    department = apprentice.birth_department
    if not number or is_missing(department) or not is_birth_department(department):
        return
    if not _same_department(apprentice, number):
        yield Problem(
            ("apprentice.nir", "apprentice.birth_department"),
            {"nir_department": _nir_department(number), "department": department},
        )


def _nir_of(apprentice: Apprentice) -> str | None:
    number = apprentice.nir
    return number if number is not None and is_nir(number) else None


def _nir_department(number: str) -> str:
    """Return the department of a NIR on 3 characters; overseas takes 3 positions."""
    if number[5:7] in ("97", "98"):
        return number[5:8]
    return birth_department_3(number[5:7])


def _same_department(apprentice: Apprentice, number: str) -> bool:
    stated = birth_department_3(apprentice.birth_department)
    carried = _nir_department(number)
    if carried == stated:
        return True
    if stated in _CORSICA:
        return carried == _OLD_CORSICA
    return stated == _BORN_ABROAD and _is_old_abroad(apprentice, carried)


def _is_old_abroad(apprentice: Apprentice, carried: str) -> bool:
    born = apprentice.birth_date
    return (
        born is not None
        and born.year <= _LAST_YEAR_OF_OLD_ABROAD
        and carried in _OLD_ABROAD
    )
