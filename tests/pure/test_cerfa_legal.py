# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The dated legal values."""

from datetime import date
from decimal import Decimal

import pytest

from cerfa.codes import shipped_codes
from cerfa.legal import Idcc, LegalTables, NoLegalValue, PayRate, Smic

TABLES = LegalTables.shipped()


@pytest.mark.parametrize(
    ("on", "zone", "hourly", "monthly"),
    [
        (date(2024, 1, 1), "metropole", "11.65", "1766.92"),
        (date(2024, 10, 31), "metropole", "11.65", "1766.92"),
        (date(2024, 11, 1), "metropole", "11.88", "1801.80"),
        (date(2025, 12, 31), "metropole", "11.88", "1801.80"),
        (date(2026, 1, 1), "metropole", "12.02", "1823.03"),
        (date(2026, 5, 31), "metropole", "12.02", "1823.03"),
        (date(2026, 6, 1), "metropole", "12.31", "1867.02"),
        (date(2040, 1, 1), "metropole", "12.31", "1867.02"),
        (date(2024, 10, 31), "mayotte", "8.80", "1334.67"),
        (date(2026, 5, 31), "mayotte", "9.33", "1415.05"),
        (date(2026, 6, 1), "mayotte", "9.56", "1449.93"),
    ],
)
def test_smic(on, zone, hourly, monthly):
    row = TABLES.smic(on, zone)
    assert (row.hourly, row.monthly) == (Decimal(hourly), Decimal(monthly))


@pytest.mark.parametrize(
    ("on", "zone"), [(date(2023, 12, 31), "metropole"), (date(2026, 6, 1), "nowhere")]
)
def test_no_smic(on, zone):
    with pytest.raises(NoLegalValue):
        TABLES.smic(on, zone)


# D6222-26, written here independently of the file the package ships.
@pytest.mark.parametrize(
    ("year", "rates"),
    [
        (1, {15: 27, 17: 27, 18: 43, 20: 43, 21: 53, 25: 53, 26: 100, 60: 100}),
        (2, {15: 39, 17: 39, 18: 51, 20: 51, 21: 61, 25: 61, 26: 100, 60: 100}),
        (3, {15: 55, 17: 55, 18: 67, 20: 67, 21: 78, 25: 78, 26: 100, 60: 100}),
        (4, {15: 55, 17: 55, 18: 67, 20: 67, 21: 78, 25: 78, 26: 100, 60: 100}),
    ],
)
def test_minimum_rate(year, rates):
    on = date(2026, 9, 1)
    assert {age: int(TABLES.minimum_rate(year, age, on)) for age in rates} == rates


@pytest.mark.parametrize(
    ("year", "age", "on"),
    [
        (5, 18, date(2026, 9, 1)),
        (1, -1, date(2026, 9, 1)),
        (1, 18, date(2018, 12, 31)),
    ],
)
def test_no_minimum_rate(year, age, on):
    with pytest.raises(NoLegalValue):
        TABLES.minimum_rate(year, age, on)


def test_an_edited_pay_table_by_date():
    old = PayRate(1, 0, None, Decimal(40), True, date(2020, 1, 1))
    new = PayRate(1, 0, None, Decimal(50), True, date(2027, 1, 1))
    tables = LegalTables.from_rows(pay_rates=[old, new])
    assert tables.minimum_rate(1, 20, date(2026, 12, 31)) == 40
    assert tables.minimum_rate(1, 20, date(2027, 1, 1)) == 50


def test_rows_not_given_are_the_shipped_ones():
    tables = LegalTables.from_codes(shipped_codes())
    assert tables.smic(date(2026, 9, 1)) == TABLES.smic(date(2026, 9, 1))
    one = Smic("metropole", date(2027, 1, 1), Decimal(13), Decimal(1971))
    tables = LegalTables.from_rows(smics=[one])
    assert tables.smic(date(2027, 1, 1)) is one
    assert tables.is_known("diploma", "54")
    with pytest.raises(NoLegalValue):
        tables.smic(date(2026, 12, 31))


def test_pay_ages():
    assert TABLES.pay_ages(date(2026, 9, 1)) == (18, 21, 26)


def test_idcc():
    assert TABLES.idcc("0843", date(2026, 9, 1)).opco_ep
    assert TABLES.idcc("1090", date(2026, 9, 1)) is None
    row = Idcc("1000", "x", True, date(2020, 1, 1), date(2020, 12, 31))
    tables = LegalTables.from_rows(idccs=[row])
    assert tables.idcc("1000", date(2019, 12, 31)) is None
    assert tables.idcc("1000", date(2020, 1, 1)) is row
    assert tables.idcc("1000", date(2020, 12, 31)) is row
    assert tables.idcc("1000", date(2021, 1, 1)) is None


@pytest.mark.parametrize(
    ("code", "types"),
    [
        ("32031213", ("54",)),
        ("26X31015", ("69",)),
        ("36T31203", ("58",)),
        ("16533101", ("74", "75", "76")),
        ("26931015", ()),
        ("", ()),
    ],
)
def test_diploma_types(code, types):
    assert TABLES.diploma_types(code) == types


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2023, 4, 19), None),
        (date(2023, 4, 20), "10103*10"),
        (date(2024, 10, 16), "10103*11"),
        (date(2024, 10, 17), "10103*12"),
        (date(2025, 1, 16), "10103*12"),
        (date(2025, 1, 17), "10103*13"),
        (date(2025, 6, 30), "10103*13"),
        (date(2025, 7, 1), "10103*14"),
        (date(2030, 1, 1), "10103*14"),
    ],
)
def test_form_version(on, version):
    assert TABLES.form_version(on) == version
