# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The lines of pay: their shape, and how they cover the contract."""

from collections import Counter
from collections.abc import Iterator

from ..circumstances import Circumstances
from ..contract_types import PROLONGATION_TYPES, is_amendment
from ..durations import day_after
from ..findings import Severity
from ..form import Cerfa, PayPeriod
from ..legal import LegalTables
from ..parts import is_missing
from ..pay import MAX_PERIODS_OF_A_YEAR, MAX_YEARS, execution_year
from .registry import Problem, rule

_PERIODS = "contract.pay_periods"
_START = "contract.date_start"
_END = "contract.date_end"
_EFFECT = "contract.date_amendment_effect"

_MAX_PERIODS = MAX_YEARS * MAX_PERIODS_OF_A_YEAR
_MAX_RATE = 999
_BASES = frozenset({"SMIC", "SMC"})


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="Rémunération : {count} lignes, et le formulaire en a {limit}. Regroupez "
    "les périodes de même taux.",
)
def pay_lines(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """There are at most 8 pay lines (form)."""
    count = len(cerfa.contract.pay_periods)
    if count > _MAX_PERIODS:
        yield Problem((_PERIODS,), {"count": count}, {"limit": _MAX_PERIODS})


@rule(
    "FMT-11",
    Severity.BLOCK,
    sentence="{box} : {seen} n'est pas une année d'exécution. Saisissez un nombre de 1 "
    "à 4.",
)
def pay_years(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A pay line belongs to a year of execution from 1 to 4 (form)."""
    for path, period in _numbered_periods(cerfa):
        if period.year is not None and not 1 <= period.year <= 4:
            yield Problem((f"{path}.year",), {"seen": period.year})


@rule(
    "FMT-12",
    Severity.BLOCK,
    sentence="{box} : {seen} n'est pas une période de l'année. Saisissez 1 ou 2.",
)
def pay_numbers(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A year of execution has two pay lines at most (form)."""
    for path, period in _numbered_periods(cerfa):
        if period.number is not None and not 1 <= period.number <= 2:
            yield Problem((f"{path}.number",), {"seen": period.number})


@rule(
    "FMT-13",
    Severity.BLOCK,
    sentence="Rémunération : la période {number} de l'année {year} est saisie {count} "
    "fois. Numérotez chaque ligne une seule fois.",
)
def pay_lines_unique(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Each line of the pay table is filled in once (form)."""
    lines = Counter(
        (period.year, period.number)
        for period in cerfa.contract.pay_periods
        if period.year is not None and period.number is not None
    )
    for (year, number), count in lines.items():
        if count > 1:
            yield Problem((_PERIODS,), {"year": year, "number": number, "count": count})


@rule(
    "FMT-14",
    Severity.BLOCK,
    sentence="{box} : la période commence le {start} et finit le {end}, avant. "
    "Corrigez l'une des deux dates.",
)
def pay_dates(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A pay line ends on the day it starts at the earliest."""
    for path, period in _numbered_periods(cerfa):
        start, end = period.date_start, period.date_end
        if start is not None and end is not None and start > end:
            yield Problem(
                (f"{path}.date_start", f"{path}.date_end"), {"start": start, "end": end}
            )


@rule(
    "FMT-15",
    Severity.BLOCK,
    sentence="{box} : {seen} % n'est pas possible. Saisissez un pourcentage supérieur "
    "à 0 et d'au plus {limit}.",
)
def pay_rates(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A pay rate is a number above 0, 999 at most."""
    for path, period in _numbered_periods(cerfa):
        rate = period.rate
        if rate is not None and not (rate.is_finite() and 0 < rate <= _MAX_RATE):
            yield Problem((f"{path}.rate",), {"seen": rate}, {"limit": _MAX_RATE})


@rule(
    "FMT-16",
    Severity.BLOCK,
    sentence="{box} : « {seen} » n'est pas admis. Choisissez SMIC ou SMC.",
)
def pay_bases(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A pay rate applies to the SMIC or to the SMC (form)."""
    for path, period in _numbered_periods(cerfa):
        if not is_missing(period.basis) and period.basis not in _BASES:
            yield Problem((f"{path}.basis",), {"seen": period.basis})


def _numbered_periods(cerfa: Cerfa) -> Iterator[tuple[str, PayPeriod]]:
    for number, period in enumerate(cerfa.contract.pay_periods):
        yield f"{_PERIODS}.{number}", period


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="La première ligne de rémunération commence le {seen}, et le contrat le "
    "{start}. Faites commencer la rémunération avec le contrat.",
)
def pay_starts_with_contract(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The first line starts with the contract, or with the amendment (form)."""
    lines = _lines_in_order(cerfa)
    start = cerfa.contract.date_start
    if not lines or start is None:
        return
    path, first = lines[0]
    if first.date_start == start:
        return
    if is_amendment(cerfa):
        effect = cerfa.contract.date_amendment_effect
        if effect is None or first.date_start == effect:
            return
    yield Problem(
        (f"{path}.date_start", _START), {"seen": first.date_start, "start": start}
    )


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="La dernière ligne de rémunération finit le {seen}, et le contrat le "
    "{end}. Faites finir la rémunération avec le contrat.",
)
def pay_ends_with_contract(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The last line ends with the contract (form)."""
    lines = _lines_in_order(cerfa)
    end = cerfa.contract.date_end
    if not lines or end is None:
        return
    path, last = lines[-1]
    if last.date_end != end:
        yield Problem((f"{path}.date_end", _END), {"seen": last.date_end, "end": end})


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="Rémunération : une ligne finit le {end} et la suivante commence le "
    "{start}. Faites-la commencer le {wanted}.",
)
def pay_lines_contiguous(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Each line starts on the day after the one before (form)."""
    lines = _lines_in_order(cerfa)
    for (path, line), (next_path, following) in zip(lines, lines[1:], strict=False):
        wanted = day_after(line.date_end)
        if following.date_start != wanted:
            yield Problem(
                (f"{next_path}.date_start", f"{path}.date_end"),
                {"end": line.date_end, "start": following.date_start},
                {"wanted": wanted},
            )


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="Rémunération : la ligne du {start} au {end} est à cheval sur deux années "
    "d'exécution du contrat. Coupez-la au 12e mois.",
)
def pay_lines_within_a_year(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A line belongs to one year of execution, 12 months from the start (form)."""
    for path, line in _lines_of_years(cerfa):
        start = cerfa.contract.date_start
        first_year = execution_year(start, line.date_start)
        if first_year != execution_year(start, line.date_end):
            yield Problem(
                (f"{path}.date_end", f"{path}.date_start"),
                {"start": line.date_start, "end": line.date_end},
            )


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="Rémunération : la ligne du {start} au {end} est saisie dans l'année "
    "{year}, et c'est l'année {wanted} qui suit les lignes précédentes. Corrigez son "
    "année.",
)
def pay_years_follow(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Years of execution follow each other, 12 months from the start (form).

    The first one may be the second or more: see PAY-05.
    """
    lines = _lines_of_years(cerfa)
    if not lines:
        return
    start = cerfa.contract.date_start
    first = lines[0][1]
    shift = first.year - execution_year(start, first.date_start)
    for path, line in lines:
        wanted = execution_year(start, line.date_start) + shift
        if line.year != wanted:
            yield Problem(
                (f"{path}.year", f"{path}.date_start"),
                {"start": line.date_start, "end": line.date_end, "year": line.year},
                {"wanted": str(wanted)},
            )


def _lines_of_years(cerfa: Cerfa) -> list[tuple[str, PayPeriod]]:
    """Return the lines of a contract cut in years: a prolongation is not."""
    start = cerfa.contract.date_start
    if start is None or cerfa.contract.contract_type in PROLONGATION_TYPES:
        return []
    lines = _lines_in_order(cerfa)
    return [] if any(line.date_start < start for _, line in lines) else lines


def _lines_in_order(cerfa: Cerfa) -> list[tuple[str, PayPeriod]]:
    """Return the lines as the form reads, none when FMT-11 to FMT-14 speak."""
    lines = list(_numbered_periods(cerfa))
    if not all(_is_placed(line) for _, line in lines):
        return []
    lines.sort(key=lambda numbered: (numbered[1].year, numbered[1].number))
    orders = {(line.year, line.number) for _, line in lines}
    return lines if len(orders) == len(lines) else []


def _is_placed(line: PayPeriod) -> bool:
    if None in (line.year, line.number, line.date_start, line.date_end):
        return False
    return (
        1 <= line.year <= MAX_YEARS
        and 1 <= line.number <= MAX_PERIODS_OF_A_YEAR
        and line.date_start <= line.date_end
    )
