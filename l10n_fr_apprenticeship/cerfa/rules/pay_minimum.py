# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The lowest rates of pay, by age and year of execution (D6222-26, D6222-27)."""

from collections.abc import Iterator
from datetime import date

from ..circumstances import Circumstances
from ..contract_types import PROLONGATION_AFTER_FAILURE
from ..findings import Severity
from ..form import Cerfa, PayPeriod
from ..legal import LegalTables, NoLegalValue, PayRate
from ..pay import MAX_YEARS, execution_year, first_day_of_year, rate_changes
from .registry import Problem, rule

_BIRTH = "apprentice.birth_date"
_START = "contract.date_start"
_PERIODS = "contract.pay_periods"


@rule(
    "PAY-01",
    Severity.BLOCK,
    article="D6222-26",
    sentence="Rémunération : {rate} % du {start} au {end} (année {year}), et le "
    "minimum à cet âge est de {minimum} %. Relevez le taux, ou régénérez les lignes.",
)
def rate_not_under_minimum(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The rate is the lowest one for the age and the year, or more (D6222-26)."""
    for path, line in _rated_lines(cerfa):
        minimum = _minimum_at_start(cerfa, line, tables)
        if minimum is not None and line.rate < minimum.rate:
            yield Problem(
                (f"{path}.rate", _BIRTH, _START),
                {
                    "rate": line.rate,
                    "start": line.date_start,
                    "end": line.date_end,
                    "year": line.year,
                },
                {"minimum": minimum.rate},
            )


@rule(
    "PAY-01",
    Severity.OVERRIDABLE_BLOCK,
    article="D6222-26",
    sentence="Rémunération du {start} au {end} : le SMC ne remplace le SMIC qu'à "
    "partir de 21 ans. Choisissez SMIC, ou indiquez l'accord de branche qui prévoit "
    "mieux.",
)
def basis_of_the_young(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The conventional wage is a basis from 21 (D6222-26), or by agreement."""
    for path, line in _rated_lines(cerfa):
        if line.basis != "SMC":
            continue
        minimum = _minimum_at_start(cerfa, line, tables)
        if minimum is not None and not minimum.may_be_smc:
            yield Problem(
                (f"{path}.basis", _BIRTH),
                {"start": line.date_start, "end": line.date_end},
            )


@rule(
    "PAY-02",
    Severity.BLOCK,
    article="D6222-34",
    sentence="Rémunération du {start} au {end} : l'apprenti(e), né(e) le {birth_date}, "
    "change de tranche d'âge, et le taux passe à {minimum} % au moins à partir du "
    "{change}. Coupez la ligne à cette date et relevez le taux.",
)
def rate_follows_birthday(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The rate rises on the first of the month after a birthday (D6222-34)."""
    for path, line in _rated_lines(cerfa):
        for change, minimum in _minimums(cerfa, line, tables, line.date_end):
            if line.date_start < change and line.rate < minimum.rate:
                yield Problem(
                    (f"{path}.date_end", f"{path}.rate", _BIRTH),
                    {
                        "start": line.date_start,
                        "end": line.date_end,
                        "birth_date": cerfa.apprentice.birth_date,
                    },
                    {"minimum": minimum.rate, "change": change},
                )
                break


def _rated_lines(cerfa: Cerfa) -> Iterator[tuple[str, PayPeriod]]:
    """Yield the lines complete enough to be compared with the table.

    A prolongation after a failure keeps the rate of the last year: see PAY-09.
    """
    start = cerfa.contract.date_start
    if cerfa.contract.contract_type == PROLONGATION_AFTER_FAILURE:
        return
    if start is None or cerfa.apprentice.birth_date is None:
        return
    for number, line in enumerate(cerfa.contract.pay_periods):
        if _is_rated(line) and start <= line.date_start <= line.date_end:
            yield f"{_PERIODS}.{number}", line


def _is_rated(line: PayPeriod) -> bool:
    if None in (line.year, line.date_start, line.date_end, line.rate):
        return False
    return 1 <= line.year <= MAX_YEARS and line.rate.is_finite() and line.rate > 0


def _minimum_at_start(
    cerfa: Cerfa, line: PayPeriod, tables: LegalTables
) -> PayRate | None:
    minimums = _minimums(cerfa, line, tables, line.date_start)
    return minimums[-1][1] if minimums else None


def _minimums(
    cerfa: Cerfa, line: PayPeriod, tables: LegalTables, last: date
) -> list[tuple[date, PayRate]]:
    """Return the lowest rates of the line's year of execution, up to a day."""
    start = cerfa.contract.date_start
    first = first_day_of_year(start, execution_year(start, line.date_start))
    birth_date = cerfa.apprentice.birth_date
    try:
        return list(rate_changes(birth_date, line.year, first, last, tables, start))
    except NoLegalValue:
        return []
