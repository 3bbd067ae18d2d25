# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The lines of pay and the wage at hiring."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cerfa.durations import last_day_of
from cerfa.findings import Severity
from cerfa.form import PayPeriod
from cerfa.legal import LegalTables, NoLegalValue
from cerfa.pay import (
    TooManyPayPeriods,
    gross_at_hiring,
    merge_pay_periods,
    pay_periods,
)
from cerfa_examples import contract_between, ids_on

TABLES = LegalTables.shipped()
START = date(2026, 9, 1)


def lines(birth_date, start, end):
    return [
        (p.order, p.date_start, p.date_end, int(p.rate))
        for p in pay_periods(birth_date, start, end, TABLES)
    ]


def test_a_birthday_cuts_a_year():
    assert lines(date(2006, 5, 14), START, date(2028, 8, 31)) == [
        ("1.1", date(2026, 9, 1), date(2027, 5, 31), 43),
        ("1.2", date(2027, 6, 1), date(2027, 8, 31), 53),
        ("2.1", date(2027, 9, 1), date(2028, 8, 31), 61),
    ]


def test_born_on_the_first_of_a_month():
    assert lines(date(2009, 6, 1), START, date(2027, 8, 31)) == [
        ("1.1", date(2026, 9, 1), date(2027, 6, 30), 27),
        ("1.2", date(2027, 7, 1), date(2027, 8, 31), 43),
    ]


def test_born_on_29_february():
    assert lines(date(2008, 2, 29), date(2025, 9, 1), date(2026, 8, 31)) == [
        ("1.1", date(2025, 9, 1), date(2026, 2, 28), 27),
        ("1.2", date(2026, 3, 1), date(2026, 8, 31), 43),
    ]


def test_started_on_29_february():
    assert lines(date(2000, 1, 1), date(2024, 2, 29), date(2026, 2, 27)) == [
        ("1.1", date(2024, 2, 29), date(2025, 2, 27), 53),
        ("2.1", date(2025, 2, 28), date(2026, 1, 31), 61),
        ("2.2", date(2026, 2, 1), date(2026, 2, 27), 100),
    ]


@pytest.mark.parametrize(
    ("birth_date", "rates"),
    [(date(2008, 9, 1), [43]), (date(2008, 8, 31), [43]), (date(2008, 9, 2), [27, 43])],
)
def test_birthday_on_the_start(birth_date, rates):
    found = lines(birth_date, START, date(2027, 8, 31))
    assert [rate for *_, rate in found] == rates


def test_birthday_in_december_raises_in_january():
    found = lines(date(2008, 12, 31), START, date(2027, 8, 31))
    assert found[1][1] == date(2027, 1, 1)


def test_birthday_in_the_last_month_changes_nothing():
    assert len(lines(date(2009, 8, 2), START, date(2027, 8, 31))) == 1


def test_a_contract_of_one_day():
    assert lines(date(2000, 1, 1), START, START) == [("1.1", START, START, 100)]


def test_four_years():
    found = lines(date(2008, 10, 10), START, date(2030, 8, 31))
    assert [(order, rate) for order, _, _, rate in found] == [
        ("1.1", 27),
        ("1.2", 43),
        ("2.1", 51),
        ("3.1", 67),
        ("4.1", 67),
        ("4.2", 78),
    ]


def test_four_years_and_a_day():
    with pytest.raises(TooManyPayPeriods):
        pay_periods(date(2005, 1, 1), START, date(2030, 9, 1), TABLES)


def test_an_end_before_the_start():
    with pytest.raises(ValueError):
        pay_periods(date(2005, 1, 1), START, date(2026, 8, 31), TABLES)


@pytest.mark.parametrize("zone", ["metropole", "mayotte"])
def test_no_smic_no_computing(zone):
    with pytest.raises(NoLegalValue):
        pay_periods(
            date(2000, 1, 1), date(2023, 12, 31), date(2024, 8, 31), TABLES, zone
        )


# Of the reference: by date, rate and zone.
@pytest.mark.parametrize(
    ("start", "rate", "zone", "amount"),
    [
        (date(2024, 11, 1), "27", "metropole", "486.49"),
        (date(2025, 12, 31), "43", "metropole", "774.77"),
        (date(2025, 12, 31), "67", "metropole", "1207.21"),
        (date(2026, 1, 1), "43", "metropole", "783.90"),
        (date(2026, 5, 31), "78", "metropole", "1421.96"),
        (date(2026, 6, 1), "27", "metropole", "504.10"),
        (date(2026, 6, 1), "61", "metropole", "1138.88"),
        (date(2026, 6, 1), "43", "mayotte", "623.47"),
        (date(2030, 1, 1), "100", "metropole", "1867.02"),
    ],
)
def test_gross_at_hiring(start, rate, zone, amount):
    line = PayPeriod(1, 1, start, start, Decimal(rate), "SMIC")
    assert gross_at_hiring(line, TABLES, start, zone) == Decimal(amount)


def test_gross_at_hiring_rounds_half_up():
    line = PayPeriod(1, 1, START, START, Decimal("50"), "SMC")
    assert gross_at_hiring(line, TABLES, START, smc=Decimal("2000.01")) == Decimal(
        "1000.01"
    )
    assert gross_at_hiring(line, TABLES, START) == Decimal("933.51")


def test_merging_keeps_what_is_higher():
    generated = pay_periods(date(2006, 5, 14), START, date(2028, 8, 31), TABLES)
    higher = replace(generated[1], rate=Decimal("60"), basis="SMC")
    merged = merge_pay_periods([higher], generated)
    assert merged.periods == (generated[0], higher, generated[2])
    assert merged.refused == ()


def test_merging_refuses_what_is_lower():
    generated = pay_periods(date(2006, 5, 14), START, date(2028, 8, 31), TABLES)
    lower = replace(generated[1], rate=Decimal("52.99"))
    merged = merge_pay_periods([lower], generated)
    assert merged.periods == generated
    (refused,) = merged.refused
    assert refused.severity is Severity.WARN
    assert refused.article == "D6222-26"
    assert "52,99 %" in refused.message and "53 %" in refused.message


def test_merging_forgets_other_limits():
    generated = pay_periods(date(2006, 5, 14), START, date(2028, 8, 31), TABLES)
    other = replace(generated[1], date_start=date(2027, 7, 1), rate=Decimal("90"))
    assert merge_pay_periods([other], generated).periods == generated
    nan = replace(generated[1], rate=Decimal("sNaN"))
    assert merge_pay_periods([nan], generated).periods == generated


@st.composite
def contracts(draw):
    start = draw(st.dates(date(2025, 7, 1), date(2035, 1, 1)))
    age_in_days = draw(st.integers(15 * 366, 60 * 365))
    length = draw(st.integers(0, 1500))
    end = min(start + timedelta(days=length), last_day_of(start, 48))
    return start - timedelta(days=age_in_days), start, end


@settings(deadline=None, max_examples=300)
@given(contracts())
def test_generated_lines_cover_the_contract_and_pass(contract):
    birth_date, start, end = contract
    periods = pay_periods(birth_date, start, end, TABLES)
    assert periods[0].date_start == start
    assert periods[-1].date_end == end
    assert len(periods) <= 8
    for one, following in zip(periods, periods[1:], strict=False):
        assert following.date_start == one.date_end + timedelta(days=1)
        assert following.rate >= one.rate
    cerfa = contract_between(birth_date, start, end)
    assert not {i for i in ids_on(cerfa) if i.startswith("PAY") and i != "PAY-07"}
