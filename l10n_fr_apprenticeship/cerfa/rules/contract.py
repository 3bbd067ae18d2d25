# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The contract: its kind, its dates, working time and the shape of the pay lines."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from ..findings import Severity
from ..form import Cerfa, PayPeriod
from ..identifiers import is_deca_number, is_short_deca_number
from ..legal import LegalTables
from ..parts import is_missing
from .registry import Problem, rule

INITIAL_TYPES = frozenset({"11", "21", "22", "23"})
SUCCESSION_TYPES = frozenset({"21", "22", "23"})
AMENDMENT_TYPES = frozenset({"31", "32", "33", "34", "35", "36", "37", "38"})

_TYPE = "contract.contract_type"
_PREVIOUS = "contract.previous_number"
_PERIODS = "contract.pay_periods"

_MAX_PERIODS = 8
_MAX_RATE = 999
_BASES = frozenset({"SMIC", "SMC"})

# The first date of each pair stands strictly before the second.
_ORDERED_DATES = (
    ("contract.date_start", "contract.date_end"),
    ("training.date_start", "training.date_end"),
    ("contract.date_start", "training.date_end"),
    ("contract.date_conclusion", "training.date_end"),
)


@rule(
    "COH-01",
    Severity.BLOCK,
    sentence="Le type {type} est un avenant : le numéro du contrat modifié est "
    "obligatoire. Saisissez le numéro de dépôt du contrat initial.",
)
def amendment_number_given(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """An amendment names the contract it amends (form, box previous number)."""
    contract = cerfa.contract
    if contract.contract_type in AMENDMENT_TYPES and is_missing(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS, _TYPE), {"type": contract.contract_type})


@rule(
    "COH-01",
    Severity.WARN,
    sentence="Le type {type} suit un contrat précédent, dont le numéro est demandé. "
    "Saisissez le numéro de dépôt de ce contrat, même signé avec un autre employeur.",
)
def succession_number_given(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """A contract that follows another names it (form, box previous number)."""
    contract = cerfa.contract
    if contract.contract_type in SUCCESSION_TYPES and is_missing(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS, _TYPE), {"type": contract.contract_type})


@rule(
    "COH-01",
    Severity.BLOCK,
    sentence="Numéro du contrat sur lequel porte l'avenant : « {seen} » n'est pas un "
    "numéro de dépôt. Saisissez ses 15 caractères, par exemple 075202209001234.",
)
def amendment_number_format(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The number of the amended contract is a DECA number (§2)."""
    contract = cerfa.contract
    if contract.contract_type in AMENDMENT_TYPES and _is_wrong_number(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS,), {"seen": contract.previous_number})


@rule(
    "COH-01",
    Severity.WARN,
    sentence="Numéro du contrat précédent : « {seen} » n'est pas un numéro de dépôt. "
    "Saisissez ses 15 caractères, par exemple 075202209001234.",
)
def previous_number_format(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The number of a previous contract is a DECA number (§2)."""
    contract = cerfa.contract
    if contract.contract_type not in AMENDMENT_TYPES and _is_wrong_number(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS,), {"seen": contract.previous_number})


@rule(
    "IDT-09",
    Severity.WARN,
    sentence="Numéro de contrat : « {seen} » a un département sur 2 caractères. "
    "Le numéro de dépôt en compte 15 en tout, département sur 3 : vérifiez-le.",
)
def short_previous_number(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The department of a DECA number takes 3 characters (§2)."""
    number = cerfa.contract.previous_number
    if not is_missing(number) and is_short_deca_number(number):
        yield Problem((_PREVIOUS,), {"seen": number})


def _is_wrong_number(number: str | None) -> bool:
    if number is None or is_missing(number):
        return False
    return not is_deca_number(number) and not is_short_deca_number(number)


@rule(
    "COH-01",
    Severity.BLOCK,
    sentence="Le type {type} est un avenant : sa date d'effet est obligatoire. "
    "Saisissez la date à laquelle la modification s'applique.",
)
def amendment_date_given(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """An amendment has a date of effect (form)."""
    contract = cerfa.contract
    if contract.contract_type not in AMENDMENT_TYPES:
        return
    if contract.date_amendment_effect is None:
        yield Problem(
            ("contract.date_amendment_effect", _TYPE), {"type": contract.contract_type}
        )


@rule(
    "DAT-01",
    Severity.BLOCK,
    article="Cass. soc. 13/12/2007 n° 06-45.343",
    sentence="Le contrat commence le {start}, avant sa conclusion le {conclusion} : un "
    "contrat ne peut pas être antidaté. Corrigez l'une des deux dates.",
)
def concluded_before_start(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """A first or new contract is concluded on the day it starts at the latest."""
    contract = cerfa.contract
    conclusion, start = contract.date_conclusion, contract.date_start
    if contract.contract_type not in INITIAL_TYPES:
        return
    if conclusion is not None and start is not None and conclusion > start:
        yield Problem(
            ("contract.date_conclusion", "contract.date_start"),
            {"conclusion": conclusion, "start": start},
        )


@rule(
    "DAT-05",
    Severity.BLOCK,
    sentence="« {box} » ({first}) doit précéder « {other_box} » ({second}). "
    "Corrigez l'une des deux dates.",
)
def dates_in_order(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """Start < end; training start, contract start and conclusion < exams."""
    for first_path, second_path in _ORDERED_DATES:
        first, second = _date_at(cerfa, first_path), _date_at(cerfa, second_path)
        if first is not None and second is not None and first >= second:
            yield Problem(
                (first_path, second_path),
                {"first": first, "second": second},
            )


@rule(
    "FMT-07",
    Severity.BLOCK,
    sentence="Durée hebdomadaire du travail : {seen} heure(s) n'est pas possible. "
    "Saisissez un nombre d'heures de 1 à 60.",
)
def weekly_hours(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The weekly hours are between 1 and 60."""
    hours = cerfa.contract.weekly_hours
    if hours is not None and not 1 <= hours <= 60:
        yield Problem(("contract.weekly_hours",), {"seen": hours})


@rule(
    "FMT-08",
    Severity.BLOCK,
    sentence="Durée hebdomadaire du travail : {seen} minute(s) n'est pas possible. "
    "Saisissez un nombre de minutes de 0 à 59.",
)
def weekly_minutes(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The minutes of the weekly duration are between 0 and 59 (form)."""
    minutes = cerfa.contract.weekly_minutes
    if minutes is not None and not 0 <= minutes <= 59:
        yield Problem(("contract.weekly_minutes",), {"seen": minutes})


@rule(
    "FMT-09",
    Severity.BLOCK,
    sentence="Salaire brut mensuel à l'embauche : {seen} € n'est pas possible. "
    "Saisissez un montant supérieur à 0.",
)
def gross_monthly_wage(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The wage is a number above zero."""
    wage = cerfa.contract.gross_monthly_wage
    if wage is not None and not (wage.is_finite() and wage > 0):
        yield Problem(("contract.gross_monthly_wage",), {"seen": wage})


@rule(
    "FMT-10",
    Severity.BLOCK,
    sentence="{box} : {seen} € n'est pas possible. Saisissez un montant, 0 au moins.",
)
def benefits_in_kind(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """Benefits in kind are numbers, zero at least."""
    for name in ("meal_benefit", "housing_benefit"):
        amount = getattr(cerfa.contract, name)
        if amount is not None and not (amount.is_finite() and amount >= 0):
            yield Problem((f"contract.{name}",), {"seen": amount})


@rule(
    "PAY-03",
    Severity.BLOCK,
    sentence="Rémunération : {count} lignes, et le formulaire en a {limit}. Regroupez "
    "les périodes de même taux.",
)
def pay_lines(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
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
def pay_years(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """A pay line belongs to a year of execution from 1 to 4 (form)."""
    for path, period in _numbered_periods(cerfa):
        if period.year is not None and not 1 <= period.year <= 4:
            yield Problem((f"{path}.year",), {"seen": period.year})


@rule(
    "FMT-12",
    Severity.BLOCK,
    sentence="{box} : {seen} n'est pas une période de l'année. Saisissez 1 ou 2.",
)
def pay_numbers(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
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
def pay_lines_unique(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
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
def pay_dates(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
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
def pay_rates(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
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
def pay_bases(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """A pay rate applies to the SMIC or to the SMC (form)."""
    for path, period in _numbered_periods(cerfa):
        if not is_missing(period.basis) and period.basis not in _BASES:
            yield Problem((f"{path}.basis",), {"seen": period.basis})


def _numbered_periods(cerfa: Cerfa) -> Iterator[tuple[str, PayPeriod]]:
    for number, period in enumerate(cerfa.contract.pay_periods):
        yield f"{_PERIODS}.{number}", period


def _date_at(cerfa: Cerfa, path: str) -> date | None:
    section, name = path.split(".")
    return getattr(getattr(cerfa, section), name)
