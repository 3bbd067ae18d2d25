# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rules of pay, at their limits."""

from datetime import date
from decimal import Decimal

import pytest

from cerfa.circumstances import NONE_KNOWN, Circumstances, PreviousContract
from cerfa.form import PayPeriod
from cerfa_examples import contract_between, ids_on, valid_cerfa, with_changes

NOBODY = NONE_KNOWN
BORN = date(2006, 5, 14)
START, END = date(2026, 9, 1), date(2028, 8, 31)
DECA = "075202209001234"
LINE = "contract.pay_periods"


def rates(*values):
    changes = {f"{LINE}.{n}.rate": Decimal(v) for n, v in enumerate(values) if v}
    return with_changes(valid_cerfa(), changes)


def limits(**changes):
    return with_changes(
        valid_cerfa(),
        {f"{LINE}.{name[1:].replace('__', '.')}": v for name, v in changes.items()},
    )


def wage(amount, **changes):
    return valid_cerfa(contract__gross_monthly_wage=Decimal(amount), **changes)


def two_lines(first_end, second_start, rate="53"):
    lines = (
        PayPeriod(1, 1, START, first_end, Decimal("43"), "SMIC"),
        PayPeriod(1, 2, second_start, date(2027, 8, 31), Decimal(rate), "SMIC"),
        PayPeriod(2, 1, date(2027, 9, 1), END, Decimal("61"), "SMIC"),
    )
    return valid_cerfa(contract__pay_periods=lines)


def shifted(years):
    cerfa = valid_cerfa()
    return with_changes(
        cerfa, {f"{LINE}.{n}.year": year for n, year in enumerate(years)}
    )


def a_year(**changes):
    return contract_between(date(2004, 5, 14), START, date(2027, 8, 31), **changes)


def after(last_minimum=None, obtained=True, last=None):
    return Circumstances(
        previous_contract=PreviousContract(
            diploma_obtained=obtained,
            last_minimum_rate=last_minimum and Decimal(last_minimum),
            last_rate=last and Decimal(last),
        )
    )


def follows(kind="22"):
    return valid_cerfa(contract__contract_type=kind, contract__previous_number=DECA)


def prolonged(*lines, effect=END):
    return valid_cerfa(
        contract__contract_type="33",
        contract__previous_number=DECA,
        contract__date_amendment_effect=effect,
        contract__date_end=date(2029, 8, 31),
        contract__pay_periods=lines,
    )


def added(rate, start=END):
    return PayPeriod(3, 1, start, date(2029, 8, 31), Decimal(rate), "SMIC")


FORMER = PayPeriod(2, 1, date(2027, 9, 1), date(2028, 8, 30), Decimal("61"), "SMIC")
SMC = {f"{LINE}.0.basis": "SMC"}
CASES = [
    ("PAY-01", False, valid_cerfa(), NOBODY),
    ("PAY-01", True, rates("42.99"), NOBODY),
    ("PAY-01", False, rates("43"), NOBODY),
    ("PAY-01", False, rates("43.01"), NOBODY),
    ("PAY-01", True, rates(None, "52.99"), NOBODY),
    ("PAY-01", True, rates(None, None, "60.99"), NOBODY),
    ("PAY-01", True, with_changes(valid_cerfa(), SMC), NOBODY),
    ("PAY-01", False, with_changes(valid_cerfa(), {f"{LINE}.1.basis": "SMC"}), NOBODY),
    ("PAY-02", False, two_lines(date(2027, 5, 31), date(2027, 6, 1)), NOBODY),
    ("PAY-02", True, two_lines(date(2027, 6, 1), date(2027, 6, 2)), NOBODY),
    ("PAY-02", False, two_lines(date(2027, 5, 30), date(2027, 5, 31)), NOBODY),
    ("PAY-02", False, rates("53"), NOBODY),
    ("PAY-03", False, limits(), NOBODY),
    ("PAY-03", True, limits(_0__date_start=date(2026, 8, 31)), NOBODY),
    ("PAY-03", True, limits(_0__date_start=date(2026, 9, 2)), NOBODY),
    ("PAY-03", True, limits(_2__date_end=date(2028, 8, 30)), NOBODY),
    ("PAY-03", True, limits(_2__date_end=date(2028, 9, 1)), NOBODY),
    ("PAY-03", True, limits(_1__date_start=date(2027, 6, 2)), NOBODY),
    ("PAY-03", True, limits(_1__date_start=date(2027, 5, 31)), NOBODY),
    (
        "PAY-03",
        True,
        limits(_1__date_end=date(2027, 9, 1), _2__date_start=date(2027, 9, 2)),
        NOBODY,
    ),
    (
        "PAY-03",
        False,
        valid_cerfa(
            contract__contract_type="36",
            contract__date_amendment_effect=date(2027, 6, 1),
            contract__pay_periods=valid_cerfa().contract.pay_periods[1:],
        ),
        NOBODY,
    ),
    ("PAY-03", True, shifted([1, 1, 3]), NOBODY),
    ("PAY-03", False, shifted([2, 2, 3]), NOBODY),
    (
        "PAY-03",
        True,
        valid_cerfa(contract__pay_periods=valid_cerfa().contract.pay_periods * 3),
        NOBODY,
    ),
    ("PAY-04", False, wage("802.81"), NOBODY),
    ("PAY-04", True, wage("802.80"), NOBODY),
    ("PAY-04", False, wage("802.83"), NOBODY),
    ("PAY-04", True, wage("802.84"), NOBODY),
    ("PAY-04", False, wage("900", contract__weekly_hours=39), NOBODY),
    ("PAY-04", True, wage("802.80", contract__weekly_hours=39), NOBODY),
    ("PAY-04", False, with_changes(wage("900"), SMC), NOBODY),
    ("PAY-04", True, with_changes(wage("802.80"), SMC), NOBODY),
    ("PAY-04", False, wage("623.47", employer__address__zip="97600"), NOBODY),
    ("PAY-04", True, wage("623.45", employer__address__zip="97600"), NOBODY),
    ("PAY-04", False, wage("100", contract__contract_type="36"), NOBODY),
    ("PAY-05", False, valid_cerfa(), NOBODY),
    ("PAY-05", True, valid_cerfa(contract__derogation="21"), NOBODY),
    (
        "PAY-05",
        False,
        with_changes(shifted([2, 2, 3]), {"contract.derogation": "21"}),
        NOBODY,
    ),
    ("PAY-05", False, with_changes(rates("51"), {"contract.derogation": "21"}), NOBODY),
    (
        "PAY-05",
        True,
        with_changes(rates("50.99"), {"contract.derogation": "21"}),
        NOBODY,
    ),
    ("PAY-05", True, valid_cerfa(), Circumstances(cycle_months=36)),
    ("PAY-05", False, valid_cerfa(), Circumstances(cycle_months=35)),
    ("PAY-05", True, a_year(training__diploma_type="62"), NOBODY),
    ("PAY-05", False, a_year(training__diploma_type="63"), NOBODY),
    ("PAY-05", False, valid_cerfa(training__diploma_type="62"), NOBODY),
    ("PAY-06", False, follows(), NOBODY),
    ("PAY-06", False, follows(), after("43")),
    ("PAY-06", True, follows(), after("43.01")),
    ("PAY-06", False, follows(), after("51", obtained=False)),
    ("PAY-06", True, follows("21"), after("51")),
    ("PAY-06", False, follows("23"), after("51")),
    ("PAY-07", False, a_year(), NOBODY),
    ("PAY-07", True, a_year(apprentice__highest_diploma="41"), NOBODY),
    (
        "PAY-07",
        False,
        with_changes(
            a_year(apprentice__highest_diploma="41"), {f"{LINE}.0.rate": Decimal(68)}
        ),
        NOBODY,
    ),
    (
        "PAY-07",
        False,
        a_year(apprentice__highest_diploma="41", contract__date_end=date(2027, 9, 1)),
        NOBODY,
    ),
    ("PAY-08", True, valid_cerfa(contract__contract_type="34"), NOBODY),
    ("PAY-08", False, valid_cerfa(contract__contract_type="36"), NOBODY),
    ("PAY-09", False, prolonged(FORMER, added("61")), NOBODY),
    ("PAY-09", True, prolonged(FORMER, added("60.99")), NOBODY),
    ("PAY-09", True, prolonged(FORMER), NOBODY),
    ("PAY-09", False, prolonged(added("30")), NOBODY),
    ("PAY-09", True, prolonged(added("60")), after(last="61")),
    ("PAY-09", False, prolonged(added("61")), after(last="61")),
    ("PAY-10", False, valid_cerfa(contract__meal_benefit=Decimal(0)), NOBODY),
    ("PAY-10", True, valid_cerfa(contract__meal_benefit=Decimal("0.01")), NOBODY),
    ("PAY-10", True, valid_cerfa(contract__housing_benefit=Decimal(80)), NOBODY),
]


@pytest.mark.parametrize(("rule_id", "is_found", "cerfa", "circumstances"), CASES)
def test_rule(rule_id, is_found, cerfa, circumstances):
    assert (rule_id in ids_on(cerfa, circumstances)) == is_found
