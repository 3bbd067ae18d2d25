# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Working time, and work that minors may not do."""

from collections.abc import Iterator

from ..ages import is_minor
from ..circumstances import Circumstances
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from .registry import Problem, rule

_HOURS = "contract.weekly_hours"
_MINUTES = "contract.weekly_minutes"
_BIRTH = "apprentice.birth_date"
_START = "contract.date_start"

_HIGHEST_HOURS = 60
_LEGAL = 35 * 60
_LONGEST = 40 * 60


@rule(
    "FMT-07",
    Severity.BLOCK,
    sentence="Durée hebdomadaire du travail : {seen} heure(s) n'est pas possible. "
    "Saisissez un nombre d'heures de 1 à 60.",
)
def weekly_hours(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The weekly hours are between 1 and 60."""
    hours = cerfa.contract.weekly_hours
    if hours is not None and not 1 <= hours <= _HIGHEST_HOURS:
        yield Problem(("contract.weekly_hours",), {"seen": hours})


@rule(
    "FMT-08",
    Severity.BLOCK,
    sentence="Durée hebdomadaire du travail : {seen} minute(s) n'est pas possible. "
    "Saisissez un nombre de minutes de 0 à 59.",
)
def weekly_minutes(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The minutes of the weekly duration are between 0 and 59 (form)."""
    minutes = cerfa.contract.weekly_minutes
    if minutes is not None and not 0 <= minutes <= 59:
        yield Problem(("contract.weekly_minutes",), {"seen": minutes})


@rule(
    "EMP-06",
    Severity.BLOCK,
    sentence="Durée hebdomadaire du travail : {hours} h {minutes} min, 40 heures au "
    "plus sont admises. Saisissez 35 heures si le surplus est rendu en RTT.",
)
def week_not_too_long(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An apprentice works 40 hours a week at most (State's generator)."""
    week = _week(cerfa)
    if week is not None and week > _LONGEST:
        yield Problem((_HOURS, _MINUTES), _seen(week))


@rule(
    "EMP-06",
    Severity.WARN,
    article="L3162-1",
    sentence="Durée hebdomadaire du travail : {hours} h {minutes} min pour un(e) "
    "apprenti(e) mineur(e) : au-delà de 35 heures, il faut l'accord de l'inspection du "
    "travail après avis du médecin. Vérifiez la durée ou gardez cet accord.",
)
def week_of_a_minor(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A minor works 35 hours a week, unless the inspection allows more (L3162-1)."""
    week = _week(cerfa)
    if week is not None and _LEGAL < week <= _LONGEST and _is_minor_at_start(cerfa):
        yield Problem((_HOURS, _MINUTES, _BIRTH, _START), _seen(week))


@rule(
    "EMP-06",
    Severity.WARN,
    article="circulaire DGEFP n° 2012-15",
    sentence="Durée hebdomadaire du travail : {hours} h {minutes} min. Si les heures "
    "au-delà de 35 sont rendues en RTT, saisissez 35 heures ; sinon elles sont payées "
    "en plus.",
)
def week_over_the_legal_one(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Hours over 35 given back as days off are left out (DGEFP 2012-15)."""
    week = _week(cerfa)
    if week is None or _is_minor_at_start(cerfa):
        return
    if _LEGAL < week <= _LONGEST:
        yield Problem((_HOURS, _MINUTES), _seen(week))


@rule(
    "EMP-05",
    Severity.WARN,
    article="L4153-9",
    sentence="L'apprenti(e) est mineur(e) au début du contrat, le {start}, et "
    "exposé(e) à des travaux dangereux : l'employeur déclare la dérogation à "
    "l'inspection du travail (R4153-38 et suivants) et obtient un avis médical. "
    "Vérifiez ces démarches.",
)
def hazardous_work_of_a_minor(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Hazardous work of a minor is declared to the inspection (L4153-9)."""
    if cerfa.contract.hazardous_work and _is_minor_at_start(cerfa):
        yield Problem(
            ("contract.hazardous_work", _BIRTH, _START),
            {"start": cerfa.contract.date_start},
        )


def _week(cerfa: Cerfa) -> int | None:
    """Return the minutes of the week, None when FMT-07 or FMT-08 speaks."""
    hours, minutes = cerfa.contract.weekly_hours, cerfa.contract.weekly_minutes or 0
    if hours is None or not 1 <= hours <= _HIGHEST_HOURS or not 0 <= minutes <= 59:
        return None
    return hours * 60 + minutes


def _seen(week: int) -> dict[str, str]:
    return {"hours": str(week // 60), "minutes": f"{week % 60:02}"}


def _is_minor_at_start(cerfa: Cerfa) -> bool:
    birth_date, start = cerfa.apprentice.birth_date, cerfa.contract.date_start
    return birth_date is not None and start is not None and is_minor(birth_date, start)
