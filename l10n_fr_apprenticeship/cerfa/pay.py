# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pay of an apprentice: the lowest rates, the lines of the form, the hiring wage.

Rates are percentages and amounts euros, all `decimal.Decimal`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .ages import age_on
from .durations import add_months, day_before, first_of_month_after, last_day_of
from .findings import Finding, Severity, shown
from .form import PayPeriod
from .legal import LegalTables, PayRate
from .legal_values import METROPOLE

MAX_YEARS = 4
MAX_PERIODS_OF_A_YEAR = 2
CENT = Decimal("0.01")
ARTICLE = "D6222-26"


class TooManyPayPeriods(ValueError):
    """The contract needs more lines than the form has: 4 years of 2 periods."""


@dataclass(frozen=True)
class MergedPay:
    """The lines kept, and what was refused of the lines that stood there."""

    periods: tuple[PayPeriod, ...]
    refused: tuple[Finding, ...]


def pay_periods(
    birth_date: date,
    start: date,
    end: date,
    tables: LegalTables,
    zone: str = METROPOLE,
) -> tuple[PayPeriod, ...]:
    """Return the lines of pay of a contract, at the lowest rates (D6222-26, D6222-34).

    A year of execution is 12 months from the start. The rate of its first day is that
    of the age on that day; a birthday (18, 21, 26) in the course of the year raises it
    on the first of the month after.

    :param zone: where the SMIC must be known, else nothing is computed
    :raises NoLegalValue: when no SMIC or no rate is known at the start
    :raises TooManyPayPeriods: for a contract of more than 4 years
    :raises ValueError: when the contract ends before it starts
    """
    if end < start:
        raise ValueError("the contract ends before it starts")
    tables.smic(start, zone)
    lines: list[PayPeriod] = []
    for year, first, last in _years_of_execution(start, end):
        lines += _lines_of_year(birth_date, year, first, last, tables, start)
    return tuple(lines)


def rate_changes(
    birth_date: date, year: int, first: date, last: date, tables: LegalTables, on: date
) -> Iterator[tuple[date, PayRate]]:
    """Yield each day of a year of execution from which a lowest rate holds, and it.

    :param first: first day of the year of execution, always the first one yielded
    :param last: last day looked at
    :param on: the day the table of D6222-26 is in force
    :raises NoLegalValue: when the table has no row for the year and age
    """
    age_at_first = age_on(birth_date, first)
    current = tables.pay_rate(year, age_at_first, on)
    yield first, current
    for age in tables.pay_ages(on):
        change = first_of_month_after(birth_date.year + age, birth_date.month)
        if age_at_first < age and first < change <= last:
            raised = tables.pay_rate(year, age, on)
            if raised.rate > current.rate:
                current = raised
                yield change, raised


def execution_year(start: date, day: date) -> int:
    """Return the year of execution of a day, 1 being the first 12 months."""
    years = day.year - start.year
    if add_months(start, 12 * years) > day:
        years -= 1
    return years + 1


def first_day_of_year(start: date, year: int) -> date:
    """Return the first day of a year of execution."""
    return add_months(start, 12 * (year - 1))


def gross_at_hiring(
    period: PayPeriod,
    tables: LegalTables,
    start: date,
    zone: str = METROPOLE,
    smc: Decimal | None = None,
) -> Decimal:
    """Return the gross monthly wage of the first line, to the nearest cent.

    Half a cent goes up. The State's generator always rounds up: allow 1 cent.

    :param start: first day of the contract, which sets the SMIC
    :param smc: monthly conventional wage of the job; without it a line on the SMC
        gives the share of the SMIC, which the wage may not be under
    :raises NoLegalValue: when no SMIC is known at the start
    """
    monthly = tables.smic(start, zone).monthly
    if period.basis == "SMC" and smc is not None:
        monthly = smc
    return (monthly * period.rate / 100).quantize(CENT, ROUND_HALF_UP)


def merge_pay_periods(
    existing: Iterable[PayPeriod], generated: Iterable[PayPeriod]
) -> MergedPay:
    """Return the generated lines with the higher rates somebody had entered.

    A line is the same when its year, number and dates are. A rate under the lowest one
    is not kept, and said in `refused` (D6222-26).
    """
    entered = {_limits(line): line for line in existing}
    kept, refused = [], []
    for number, line in enumerate(generated):
        former = entered.get(_limits(line))
        if former is None or not _is_rate(former.rate):
            kept.append(line)
        elif former.rate < line.rate:
            kept.append(line)
            refused.append(_refusal(number, former, line))
        else:
            kept.append(replace(line, rate=former.rate, basis=former.basis))
    return MergedPay(tuple(kept), tuple(refused))


def _years_of_execution(start: date, end: date) -> Iterator[tuple[int, date, date]]:
    if end > last_day_of(start, 12 * MAX_YEARS):
        raise TooManyPayPeriods("the form has room for 4 years of execution")
    for year in range(1, execution_year(start, end) + 1):
        first = first_day_of_year(start, year)
        yield year, first, min(last_day_of(start, 12 * year), end)


def _lines_of_year(
    birth_date: date, year: int, first: date, last: date, tables: LegalTables, on: date
) -> list[PayPeriod]:
    changes = list(rate_changes(birth_date, year, first, last, tables, on))
    if len(changes) > MAX_PERIODS_OF_A_YEAR:
        raise TooManyPayPeriods(f"year {year} needs {len(changes)} lines, it has 2")
    ends = [day_before(day) for day, _ in changes[1:]] + [last]
    return [
        PayPeriod(year, number, day, line_end, row.rate, "SMIC")
        for number, ((day, row), line_end) in enumerate(
            zip(changes, ends, strict=True), 1
        )
    ]


def _limits(line: PayPeriod) -> tuple:
    return line.year, line.number, line.date_start, line.date_end


def _is_rate(rate: Decimal | None) -> bool:
    return rate is not None and rate.is_finite()


def _refusal(number: int, former: PayPeriod, line: PayPeriod) -> Finding:
    return Finding(
        rule_id="PAY-01",
        severity=Severity.WARN,
        article=ARTICLE,
        paths=(f"contract.pay_periods.{number}.rate",),
        template="Rémunération du {start} au {end} : le taux saisi, {seen} %, est "
        "inférieur au minimum légal et n'a pas été conservé. Le taux est de "
        "{minimum} %.",
        values=(
            ("start", shown(line.date_start)),
            ("end", shown(line.date_end)),
            ("seen", shown(former.rate)),
        ),
        facts=(("minimum", shown(line.rate)),),
    )
