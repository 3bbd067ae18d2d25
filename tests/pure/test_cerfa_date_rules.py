# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dates, durations and deadlines, at their limits."""

from datetime import date, timedelta

import pytest

from cerfa.circumstances import DURATION_AGREEMENT, NONE_KNOWN, Circumstances
from cerfa.findings import Severity
from cerfa.rules import check
from cerfa_examples import TABLES, contract_between, ids_on, with_changes

BORN = date(2006, 5, 14)
START, END = date(2026, 9, 1), date(2028, 8, 31)
NOBODY = NONE_KNOWN
AMENDMENT = {
    "contract__contract_type": "36",
    "contract__previous_number": "075202209001234",
    "contract__date_amendment_effect": date(2027, 1, 4),
}


def lasting(start=START, end=END, **changes):
    return contract_between(BORN, start, end, **changes)


def on(year, month, day, **known):
    return Circumstances(today=date(year, month, day), **known)


def practical(day, **changes):
    return lasting(contract__date_practical_training=day, **changes)


def trained_from(day, **changes):
    return lasting(training__date_start=day, **changes)


def ending(day, exams):
    return lasting(end=day, training__date_end=exams)


def prolonged(effect, end):
    return with_changes(
        lasting(),
        {
            "contract.contract_type": "33",
            "contract.date_amendment_effect": effect,
            "contract.date_end": end,
        },
    )


CYCLE_24 = Circumstances(cycle_months=24)
CASES = [
    ("DAT-02", False, practical(START), NOBODY),
    ("DAT-02", True, practical(date(2026, 8, 31)), NOBODY),
    ("DAT-02", False, practical(date(2026, 12, 1)), NOBODY),
    ("DAT-02", True, practical(date(2026, 12, 2)), NOBODY),
    ("DAT-02", True, practical(START, contract__date_end=date(2026, 8, 31)), NOBODY),
    ("DAT-02", False, practical(START, contract__date_end=START), NOBODY),
    ("DAT-02", True, practical(date(2026, 8, 31), contract__date_start=None), NOBODY),
    ("DAT-02", False, practical(START, contract__date_start=None), NOBODY),
    ("DAT-03", False, trained_from(date(2026, 12, 1)), NOBODY),
    ("DAT-03", True, trained_from(date(2026, 12, 2)), NOBODY),
    ("DAT-04", False, trained_from(START), NOBODY),
    ("DAT-04", True, trained_from(date(2026, 8, 31)), NOBODY),
    (
        "DAT-04",
        False,
        trained_from(date(2026, 6, 1), apprentice__situation_before="7"),
        NOBODY,
    ),
    (
        "DAT-04",
        True,
        trained_from(date(2026, 5, 31), apprentice__situation_before="7"),
        NOBODY,
    ),
    (
        "DAT-04",
        False,
        trained_from(
            date(2026, 5, 31),
            apprentice__situation_before="8",
            contract__contract_type="23",
        ),
        NOBODY,
    ),
    (
        "DAT-04",
        True,
        trained_from(
            date(2026, 8, 3),
            apprentice__situation_before="7",
            contract__date_conclusion=date(2026, 8, 31),
        ),
        NOBODY,
    ),
    (
        "DAT-04",
        True,
        trained_from(
            date(2026, 8, 31),
            apprentice__situation_before="7",
            contract__date_conclusion=date(2026, 8, 20),
        ),
        NOBODY,
    ),
    (
        "DAT-16",
        True,
        trained_from(date(2026, 5, 31), apprentice__situation_before="8"),
        NOBODY,
    ),
    (
        "DAT-16",
        False,
        trained_from(date(2026, 6, 1), apprentice__situation_before="8"),
        NOBODY,
    ),
    ("DAT-06", False, ending(END, END), NOBODY),
    ("DAT-06", True, ending(END, date(2028, 9, 1)), NOBODY),
    ("DAT-07", False, ending(date(2028, 8, 31), date(2028, 6, 30)), NOBODY),
    ("DAT-07", True, ending(date(2028, 8, 31), date(2028, 6, 29)), NOBODY),
    ("DAT-07", False, ending(date(2028, 8, 29), date(2028, 6, 29)), NOBODY),
    ("DAT-08", False, lasting(end=date(2027, 2, 28)), NOBODY),
    ("DAT-08", True, lasting(end=date(2027, 2, 27)), NOBODY),
    ("DAT-08", False, lasting(end=date(2029, 8, 31)), NOBODY),
    ("DAT-08", True, lasting(end=date(2029, 9, 1)), NOBODY),
    (
        "DAT-08",
        False,
        lasting(end=date(2030, 8, 31), apprentice__disabled_worker=True),
        NOBODY,
    ),
    (
        "DAT-08",
        True,
        with_changes(
            lasting(apprentice__disabled_worker=True),
            {"contract.date_end": date(2030, 9, 1)},
        ),
        NOBODY,
    ),
    (
        "DAT-08",
        False,
        lasting(end=date(2027, 1, 1), contract__contract_type="23"),
        NOBODY,
    ),
    (
        "DAT-08",
        False,
        lasting(end=date(2027, 1, 1), apprentice__situation_before="7"),
        NOBODY,
    ),
    ("DAT-09", False, prolonged(date(2028, 9, 1), date(2029, 8, 31)), NOBODY),
    ("DAT-09", True, prolonged(date(2028, 9, 1), date(2029, 9, 1)), NOBODY),
    ("DAT-10", False, lasting(end=date(2028, 5, 31)), CYCLE_24),
    ("DAT-10", True, lasting(end=date(2028, 5, 30)), CYCLE_24),
    (
        "DAT-10",
        False,
        lasting(end=date(2028, 5, 30), contract__derogation="21"),
        Circumstances(cycle_months=24, documents=frozenset({DURATION_AGREEMENT})),
    ),
    ("DAT-10", False, lasting(end=date(2029, 1, 31)), CYCLE_24),
    ("DAT-10", True, lasting(end=date(2029, 2, 1)), CYCLE_24),
    ("DAT-10", True, lasting(contract__derogation="22"), NOBODY),
    (
        "DAT-10",
        True,
        lasting(contract__derogation="22"),
        Circumstances(documents=frozenset()),
    ),
    ("DAT-11", False, lasting(training__date_end=date(2027, 2, 28)), NOBODY),
    ("DAT-11", True, lasting(training__date_end=date(2027, 2, 27)), NOBODY),
    ("DAT-11", False, lasting(training__date_end=date(2030, 8, 31)), NOBODY),
    ("DAT-11", True, lasting(training__date_end=date(2030, 9, 1)), NOBODY),
    *[
        (
            "DAT-12",
            is_found,
            lasting(**AMENDMENT | {"contract__date_amendment_effect": day}),
            NOBODY,
        )
        for day, is_found in [
            (START - timedelta(1), True),
            (START, False),
            (END, False),
            (END + timedelta(1), True),
        ]
    ],
    # Tuesday 1 September 2026: the fifth working day is Monday 7.
    ("DAT-13", False, lasting(), NOBODY),
    ("DAT-13", False, lasting(), on(2026, 9, 3)),
    ("DAT-13", True, lasting(), on(2026, 9, 4)),
    ("DAT-13", True, lasting(), on(2026, 9, 7)),
    ("DAT-13", True, lasting(), on(2026, 9, 8)),
    ("DAT-13", False, lasting(), on(2026, 9, 8, deposited_on=date(2026, 9, 7))),
    ("DAT-13", False, lasting(), on(2026, 9, 8, is_deposited=True)),
    ("DAT-13", True, lasting(), on(2026, 9, 8, is_deposited=False)),
    ("DAT-13", False, lasting(), on(2026, 9, 4, is_deposited=True)),
    ("DAT-13", False, lasting(**AMENDMENT), on(2027, 1, 6)),
    ("DAT-13", True, lasting(**AMENDMENT), on(2027, 1, 7)),
    ("DAT-14", False, lasting(), on(2026, 9, 15, complete_on=date(2026, 9, 1))),
    ("DAT-14", True, lasting(), on(2026, 9, 16, complete_on=date(2026, 9, 1))),
    (
        "DAT-14",
        False,
        lasting(),
        on(2026, 9, 16, complete_on=date(2026, 9, 1), answered_on=date(2026, 9, 9)),
    ),
    ("DAT-15", False, lasting(), on(2028, 8, 31)),
    ("DAT-15", True, lasting(), on(2028, 9, 1)),
    ("DAT-15", False, lasting(**AMENDMENT), on(2028, 9, 1)),
]


@pytest.mark.parametrize(("rule_id", "is_found", "cerfa", "circumstances"), CASES)
def test_rule(rule_id, is_found, cerfa, circumstances):
    assert (rule_id in ids_on(cerfa, circumstances)) == is_found


@pytest.mark.parametrize(
    ("end", "severity"),
    [
        (date(2028, 8, 5), None),
        (date(2028, 8, 6), Severity.WARN),
        (date(2028, 9, 5), Severity.WARN),
        (date(2028, 9, 6), Severity.BLOCK),
    ],
)
def test_end_after_exams(end, severity):
    findings = check(ending(end, date(2028, 6, 5)), TABLES)
    found = [f.severity for f in findings if f.rule_id == "DAT-07"]
    assert found == ([severity] if severity else [])


def test_late_or_pressing_is_said_once():
    for day in range(1, 30):
        findings = check(lasting(), TABLES, on(2026, 9, day))
        assert len([f for f in findings if f.rule_id == "DAT-13"]) <= 1


def test_deadline_follows_the_holidays_of_the_site():
    # 26 December is a holiday in Moselle.
    start = date(2026, 12, 21)
    cerfa = lasting(start=start, end=date(2028, 12, 20))
    late = "a expiré"
    for zip_code, is_late in [("44000", True), ("57000", False)]:
        form = with_changes(cerfa, {"employer.address.zip": zip_code})
        findings = check(form, TABLES, on(2026, 12, 29))
        assert any(late in found.message for found in findings) == is_late
