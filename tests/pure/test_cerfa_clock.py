# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Working days and the two legal clocks."""

from datetime import date

import pytest

from cerfa.clock import (
    answer_alert,
    answer_deadline,
    department_of,
    deposit_alert,
    deposit_deadline,
    is_working_day,
    working_days_after,
    working_days_left,
)
from cerfa.durations import add_months, add_months_to_month_end, last_day_of


@pytest.mark.parametrize(
    ("day", "department", "is_working"),
    [
        (date(2026, 11, 21), "44", True),  # Saturday
        (date(2026, 11, 22), "44", False),  # Sunday
        (date(2026, 11, 11), "44", False),
        (date(2026, 5, 25), "44", False),  # Whit Monday
        (date(2026, 4, 3), "44", True),  # Good Friday
        (date(2026, 4, 3), "57", False),
        (date(2026, 4, 3), "67", False),
        (date(2026, 4, 3), "68", False),
        (date(2026, 4, 3), "971", True),
        (date(2026, 12, 26), "54", True),
        (date(2026, 12, 26), "68", False),
        (date(2026, 5, 27), "971", False),
        (date(2026, 5, 22), "972", False),
        (date(2026, 7, 21), "972", True),
        (date(2026, 6, 10), "973", False),
        (date(2027, 12, 20), "974", False),
        (date(2026, 4, 27), "976", False),
        (date(2026, 4, 27), "974", True),
        (date(2026, 10, 9), "977", False),
        (date(2026, 5, 27), "977", True),
        (date(2026, 5, 28), "978", False),
        (date(2026, 5, 27), "978", True),
        (date(2026, 7, 21), "978", True),
        (date(2026, 4, 27), None, True),
        (date(2026, 4, 27), "x", True),
    ],
)
def test_working_days(day, department, is_working):
    assert is_working_day(day, department) == is_working


@pytest.mark.parametrize(
    ("start", "department", "alert", "deadline"),
    [
        (date(2026, 11, 16), "44", date(2026, 11, 19), date(2026, 11, 21)),
        (date(2026, 9, 1), "44", date(2026, 9, 4), date(2026, 9, 7)),
        (date(2026, 12, 21), "44", date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 12, 21), "67", date(2026, 12, 24), date(2026, 12, 29)),
        (date(2026, 11, 21), "44", date(2026, 11, 25), date(2026, 11, 27)),
    ],
)
def test_deposit(start, department, alert, deadline):
    assert deposit_alert(start, department) == alert
    assert deposit_deadline(start, department) == deadline


@pytest.mark.parametrize(
    ("today", "department", "left"),
    [
        (date(2026, 4, 29), "44", 3),  # 30 April, 2 and 4 May
        (date(2026, 4, 30), "44", 2),
        (date(2026, 5, 3), "44", 1),
        (date(2026, 5, 4), "44", 0),
        (date(2026, 5, 5), "44", 0),
    ],
)
def test_working_days_left(today, department, left):
    assert working_days_left(today, date(2026, 5, 4), department) == left


def test_working_days_left_are_those_of_the_place():
    good_friday = date(2026, 4, 3)
    assert working_days_left(date(2026, 4, 2), good_friday, "44") == 1
    assert working_days_left(date(2026, 4, 2), good_friday, "67") == 0


def test_answer():
    assert answer_alert(date(2026, 11, 16)) == date(2026, 12, 1)
    assert answer_deadline(date(2026, 11, 16)) == date(2026, 12, 6)
    assert answer_deadline(date.max) == date.max


def test_the_end_of_the_calendar():
    assert working_days_after(date.max, 5, None) == date.max
    assert working_days_after(date(2026, 9, 1), 0, None) == date(2026, 9, 1)
    assert add_months(date.max, 1) == date.max
    assert add_months(date.min, -1) == date.min
    assert last_day_of(date.min, 0) == date.min


@pytest.mark.parametrize(
    ("zip_code", "department"),
    [
        ("75019", "75"),
        ("97600", "976"),
        ("97110", "971"),
        ("97133", "977"),
        ("97150", "978"),
        ("20000", "20"),
        ("x", None),
        (None, None),
    ],
)
def test_department_of(zip_code, department):
    assert department_of(zip_code) == department


def test_months():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months_to_month_end(date(2028, 6, 30), 2) == date(2028, 8, 31)
    assert add_months_to_month_end(date(2028, 6, 29), 2) == date(2028, 8, 29)
    assert last_day_of(date(2026, 9, 1), 12) == date(2027, 8, 31)
