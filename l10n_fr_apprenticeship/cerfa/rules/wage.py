# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The wage at hiring, and benefits in kind."""

from collections.abc import Iterator
from decimal import Decimal

from ..circumstances import Circumstances
from ..clock import department_of
from ..contract_types import is_amendment
from ..findings import Severity
from ..form import Cerfa, PayPeriod
from ..legal import LegalTables, NoLegalValue, Smic
from ..legal_values import MAYOTTE, METROPOLE
from ..pay import CENT, gross_at_hiring
from .registry import Problem, rule

_WAGE = "contract.gross_monthly_wage"
_START = "contract.date_start"
_PERIODS = "contract.pay_periods"

_MAYOTTE_DEPARTMENT = "976"
_LEGAL_WEEK = 35
_MAX_RATE = 999


@rule(
    "FMT-09",
    Severity.BLOCK,
    sentence="Salaire brut mensuel à l'embauche : {seen} € n'est pas possible. "
    "Saisissez un montant supérieur à 0.",
)
def gross_monthly_wage(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The wage is a number above zero."""
    wage = cerfa.contract.gross_monthly_wage
    if wage is not None and not (wage.is_finite() and wage > 0):
        yield Problem(("contract.gross_monthly_wage",), {"seen": wage})


@rule(
    "FMT-10",
    Severity.BLOCK,
    sentence="{box} : {seen} € n'est pas possible. Saisissez un montant, 0 au moins.",
)
def benefits_in_kind(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Benefits in kind are numbers, zero at least."""
    for name in ("meal_benefit", "housing_benefit"):
        amount = getattr(cerfa.contract, name)
        if amount is not None and not (amount.is_finite() and amount >= 0):
            yield Problem((f"contract.{name}",), {"seen": amount})


@rule(
    "PAY-04",
    Severity.BLOCK,
    article="D6222-26",
    sentence="Salaire brut à l'embauche : {wage} €, et {rate} % du SMIC du {start} "
    "({smic} €) font {expected} €. Saisissez ce montant au moins.",
)
def wage_not_under_rate(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The wage is the first rate of the SMIC in force at the start, or more.

    On the conventional wage (SMC), which the form does not hold, the share of the SMIC
    is the least the wage may be. One cent is nothing: the State rounds up.
    """
    hiring = _hiring(cerfa, tables)
    if hiring is None:
        return
    path, line, smic, expected = hiring
    wage = cerfa.contract.gross_monthly_wage
    if wage < expected - CENT:
        yield Problem(
            (_WAGE, f"{path}.rate", _START),
            {"wage": wage, "rate": line.rate, "start": cerfa.contract.date_start},
            {"smic": smic.monthly, "expected": expected},
        )


@rule(
    "PAY-04",
    Severity.WARN,
    article="D6222-26",
    sentence="Salaire brut à l'embauche : {wage} €, plus que {rate} % du SMIC du "
    "{start} ({smic} €), qui font {expected} €. Vérifiez le montant, ou le taux de la "
    "première ligne.",
)
def wage_matches_rate(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The wage of 35 hours is the first rate of the SMIC in force at the start."""
    hiring = _hiring(cerfa, tables)
    hours = cerfa.contract.weekly_hours
    if hiring is None or hours is None or hours > _LEGAL_WEEK:
        return
    path, line, smic, expected = hiring
    wage = cerfa.contract.gross_monthly_wage
    if line.basis == "SMIC" and wage > expected + CENT:
        yield Problem(
            (_WAGE, f"{path}.rate", _START),
            {"wage": wage, "rate": line.rate, "start": cerfa.contract.date_start},
            {"smic": smic.monthly, "expected": expected},
        )


@rule(
    "COH-07",
    Severity.WARN,
    sentence="La table ne donne aucun SMIC au {start} : le salaire à l'embauche n'a "
    "pas été contrôlé. Vérifiez-le, ou complétez la table.",
)
def smic_is_known(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The SMIC of the start is known, else nothing is computed."""
    start = cerfa.contract.date_start
    if start is not None and _smic(cerfa, tables) is None:
        yield Problem((_START, _WAGE), {"start": start})


@rule(
    "PAY-10",
    Severity.INFO,
    article="D6222-33",
    sentence="Avantages en nature : leur déduction du salaire est limitée à 75 % de "
    "celle admise pour les autres salariés.",
)
def benefits_deducted(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Benefits in kind are deducted at 75 % of what others bear (D6222-33)."""
    for name in ("meal_benefit", "housing_benefit"):
        amount = getattr(cerfa.contract, name)
        if amount is not None and amount.is_finite() and amount > 0:
            yield Problem((f"contract.{name}",))
            return


def _hiring(
    cerfa: Cerfa, tables: LegalTables
) -> tuple[str, PayPeriod, Smic, Decimal] | None:
    """Return the first line, the SMIC and the wage they make, None if not known."""
    contract = cerfa.contract
    start, wage = contract.date_start, contract.gross_monthly_wage
    if is_amendment(cerfa) or start is None or wage is None:
        return None
    if not (wage.is_finite() and wage > 0):
        return None
    smic = _smic(cerfa, tables)
    if smic is None:
        return None
    for number, line in enumerate(contract.pay_periods):
        if line.date_start == start and _is_rate(line.rate):
            expected = gross_at_hiring(line, tables, start, smic.zone)
            return f"{_PERIODS}.{number}", line, smic, expected
    return None


def _is_rate(rate: Decimal | None) -> bool:
    return rate is not None and rate.is_finite() and 0 < rate <= _MAX_RATE


def _smic(cerfa: Cerfa, tables: LegalTables) -> Smic | None:
    department = department_of(cerfa.employer.address.zip)
    zone = MAYOTTE if department == _MAYOTTE_DEPARTMENT else METROPOLE
    try:
        return tables.smic(cerfa.contract.date_start, zone)
    except NoLegalValue:
        return None
