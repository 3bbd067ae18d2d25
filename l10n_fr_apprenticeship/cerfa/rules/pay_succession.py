# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pay of who has been an apprentice before, or already has done part of the way."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..ages import age_on
from ..circumstances import Circumstances
from ..contract_types import (
    OTHER_EMPLOYER,
    PROLONGATION_AFTER_FAILURE,
    PROLONGATION_OF_DISABLED,
    SAME_EMPLOYER,
    is_amendment,
)
from ..diplomas import diploma_rank
from ..durations import last_day_of
from ..findings import Severity
from ..form import Cerfa, PayPeriod
from ..legal import LegalTables, NoLegalValue
from ..pay import MAX_YEARS
from .registry import Problem, rule

_PERIODS = "contract.pay_periods"
_TYPE = "contract.contract_type"

_SHORTER = "21"
_PROFESSIONAL_LICENCE = "62"
_POINTS = 15
_LEVELS_OF_DIPLOMAS = range(3, 9)


@rule(
    "PAY-05",
    Severity.WARN,
    article="D6222-28-1",
    sentence="Rémunération : {rate} % la première année. L'apprenti(e) d'un contrat "
    "plus court que la formation est réputé(e) avoir fait la première année : le "
    "minimum est alors de {minimum} %. Vérifiez le taux.",
)
def shorter_contract_pays_second_year(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract shorter than its cycle starts at the second year (D6222-28-1)."""
    if _is_a_year_shorter(cerfa, circumstances):
        yield from _under_second_year(cerfa, tables, "contract.derogation")


@rule(
    "PAY-05",
    Severity.WARN,
    article="D6222-32",
    sentence="Rémunération : {rate} % la première année. La licence professionnelle en "
    "un an est payée comme une deuxième année : le minimum est alors de {minimum} %. "
    "Vérifiez le taux.",
)
def licence_pays_second_year(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A professional licence is paid as a second year (D6222-32)."""
    if _is_a_year_shorter(cerfa, circumstances) or not _lasts_a_year(cerfa):
        return
    if cerfa.training.diploma_type == _PROFESSIONAL_LICENCE:
        yield from _under_second_year(cerfa, tables, "training.diploma_type")


def _under_second_year(
    cerfa: Cerfa, tables: LegalTables, path: str
) -> Iterator[Problem]:
    first = _first_line(cerfa)
    if first is None or first[1].year != 1:
        return
    line_path, line = first
    minimum = _minimum(cerfa, tables, 2)
    if minimum is not None and line.rate < minimum:
        yield Problem(
            (f"{line_path}.rate", path), {"rate": line.rate}, {"minimum": minimum}
        )


@rule(
    "PAY-06",
    Severity.WARN,
    article="D6222-29",
    sentence="Rémunération : {rate} % au début du contrat, et le contrat précédent a "
    "fini au minimum de {minimum} %. Après un diplôme obtenu, la rémunération n'est "
    "pas inférieure : vérifiez le taux.",
)
def succession_keeps_pay(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After a diploma obtained, the last lowest rate is kept (D6222-29)."""
    previous, first = circumstances.previous_contract, _first_line(cerfa)
    if previous is None or not previous.diploma_obtained or first is None:
        return
    minimum = _finite(previous.last_minimum_rate)
    if cerfa.contract.contract_type not in (SAME_EMPLOYER, OTHER_EMPLOYER):
        return
    path, line = first
    if minimum is not None and line.rate < minimum:
        yield Problem(
            (f"{path}.rate", _TYPE), {"rate": line.rate}, {"minimum": minimum}
        )


@rule(
    "PAY-07",
    Severity.WARN,
    article="D6222-30",
    sentence="Rémunération : {rate} % au début d'un contrat d'un an au plus, vers un "
    "diplôme de même niveau que le plus élevé obtenu. Si les deux qualifications sont "
    "en rapport direct, 15 points s'ajoutent : le minimum est de {minimum} %.",
)
def same_level_adds_points(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A year for a diploma of the level one has adds 15 points (D6222-30)."""
    first = _first_line(cerfa)
    if first is None or is_amendment(cerfa) or not _lasts_a_year(cerfa):
        return
    rank = diploma_rank(cerfa.training.diploma_type)
    held = diploma_rank(cerfa.apprentice.highest_diploma)
    if rank not in _LEVELS_OF_DIPLOMAS or rank != held:
        return
    path, line = first
    minimum = _minimum(cerfa, tables, line.year)
    if minimum is not None and line.rate < min(minimum + _POINTS, 100):
        yield Problem(
            (f"{path}.rate", "training.diploma_type", "apprentice.highest_diploma"),
            {"rate": line.rate},
            {"minimum": min(minimum + _POINTS, Decimal(100))},
        )


@rule(
    "PAY-08",
    Severity.INFO,
    sentence="Prolongation après reconnaissance du handicap : pendant la durée "
    "ajoutée, le taux de la dernière année est majoré de 15 points.",
)
def prolongation_of_disabled_adds_points(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The time added for a disability is paid 15 points more."""
    if cerfa.contract.contract_type == PROLONGATION_OF_DISABLED:
        yield Problem((_TYPE, _PERIODS))


@rule(
    "PAY-09",
    Severity.BLOCK,
    article="L6222-11",
    sentence="Prolongation après un échec : aucune ligne de rémunération ne commence à "
    "la date d'effet, le {effect}, ou après. Ajoutez la période de prolongation.",
)
def prolongation_is_paid(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The prolongation after a failure has its line of pay (L6222-11)."""
    effect = cerfa.contract.date_amendment_effect
    if cerfa.contract.contract_type != PROLONGATION_AFTER_FAILURE or effect is None:
        return
    starts = [line.date_start for line in cerfa.contract.pay_periods]
    if starts and None not in starts and max(starts) < effect:
        yield Problem((_PERIODS, "contract.date_amendment_effect"), {"effect": effect})


@rule(
    "PAY-09",
    Severity.BLOCK,
    article="L6222-11",
    sentence="Prolongation après un échec : {rate} % à partir du {start}, moins que "
    "les {minimum} % de la fin du contrat. Relevez le taux.",
)
def prolongation_keeps_pay(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The prolongation is paid as the end of the contract, or more (L6222-11)."""
    effect = cerfa.contract.date_amendment_effect
    if cerfa.contract.contract_type != PROLONGATION_AFTER_FAILURE or effect is None:
        return
    lines = _rated_lines(cerfa)
    added = [(path, line) for path, line in lines if line.date_start >= effect]
    former = [line for _, line in lines if line.date_start < effect]
    last_rate = former[-1].rate if former else _last_rate(circumstances)
    if not added or last_rate is None:
        return
    path, line = added[0]
    if line.rate < last_rate:
        yield Problem(
            (f"{path}.rate", _TYPE),
            {"rate": line.rate, "start": line.date_start, "minimum": last_rate},
        )


def _last_rate(circumstances: Circumstances) -> Decimal | None:
    previous = circumstances.previous_contract
    return None if previous is None else _finite(previous.last_rate)


def _finite(rate: Decimal | None) -> Decimal | None:
    return rate if rate is not None and rate.is_finite() else None


def _first_line(cerfa: Cerfa) -> tuple[str, PayPeriod] | None:
    start = cerfa.contract.date_start
    for path, line in _rated_lines(cerfa):
        if line.date_start == start and line.year is not None:
            if 1 <= line.year <= MAX_YEARS:
                return path, line
    return None


def _rated_lines(cerfa: Cerfa) -> list[tuple[str, PayPeriod]]:
    lines = [
        (f"{_PERIODS}.{number}", line)
        for number, line in enumerate(cerfa.contract.pay_periods)
        if line.date_start is not None
        and line.rate is not None
        and line.rate.is_finite()
    ]
    return sorted(lines, key=lambda numbered: numbered[1].date_start)


def _is_a_year_shorter(cerfa: Cerfa, circumstances: Circumstances) -> bool:
    dates = _dates(cerfa)
    if dates is None or is_amendment(cerfa):
        return False
    if cerfa.contract.derogation == _SHORTER:
        return True
    cycle = circumstances.cycle_months
    return cycle is not None and dates[1] <= last_day_of(dates[0], cycle - 12)


def _lasts_a_year(cerfa: Cerfa) -> bool:
    dates = _dates(cerfa)
    return dates is not None and dates[1] <= last_day_of(dates[0], 12)


def _dates(cerfa: Cerfa) -> tuple[date, date] | None:
    start, end = cerfa.contract.date_start, cerfa.contract.date_end
    if start is None or end is None or start >= end:
        return None
    return start, end


def _minimum(cerfa: Cerfa, tables: LegalTables, year: int) -> Decimal | None:
    birth_date, start = cerfa.apprentice.birth_date, cerfa.contract.date_start
    if birth_date is None or start is None:
        return None
    try:
        return tables.minimum_rate(year, age_on(birth_date, start), start)
    except NoLegalValue:
        return None
