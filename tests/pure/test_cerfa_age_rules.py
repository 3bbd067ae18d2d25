# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ages the law sets, on the day before, the day and the day after."""

from datetime import date

import pytest

from cerfa.circumstances import NONE_KNOWN, Circumstances, PreviousContract
from cerfa.findings import Severity
from cerfa.rules import check
from cerfa_examples import TABLES, contract_between, ids_on, valid_cerfa

START, END = date(2026, 9, 1), date(2028, 8, 31)


def born(year, month, day, **changes):
    return contract_between(date(year, month, day), START, END, **changes)


def following(birth_date, kind="21", **changes):
    changes |= {
        "contract__contract_type": kind,
        "contract__derogation": "12",
        "contract__previous_number": "075202209001234",
    }
    return contract_between(birth_date, START, END, **changes)


def ended(day, failed=False):
    previous = PreviousContract(date_end=day, exam_failed=failed)
    return Circumstances(previous_contract=previous)


BORN_30, BORN_29 = (1996, 9, 1), (1996, 9, 2)
NOBODY = NONE_KNOWN
CASES = [
    ("AGE-01", False, born(2011, 8, 31), NOBODY),
    ("AGE-01", False, born(2011, 9, 1), NOBODY),
    ("AGE-01", True, born(2011, 9, 2), NOBODY),
    ("AGE-01", True, valid_cerfa(apprentice__birth_date=date(2026, 8, 21)), NOBODY),
    ("AGE-01", True, born(2011, 9, 1), Circumstances(today=date(2011, 8, 31))),
    ("AGE-01", False, born(2011, 9, 1), Circumstances(today=date(2011, 9, 1))),
    ("AGE-02", False, born(2010, 9, 1), NOBODY),
    ("AGE-02", True, born(2010, 9, 2), NOBODY),
    ("AGE-02", False, born(2010, 9, 2, contract__derogation="11"), NOBODY),
    ("AGE-02", False, born(2010, 9, 2, contract__derogation="50"), NOBODY),
    ("AGE-02", True, born(2010, 9, 2, contract__derogation="21"), NOBODY),
    (
        "AGE-02",
        True,
        born(2010, 9, 2, contract__derogation="11", apprentice__last_class="41"),
        NOBODY,
    ),
    (
        "AGE-02",
        False,
        born(2010, 9, 2, contract__derogation="11", apprentice__last_class="40"),
        NOBODY,
    ),
    ("AGE-02", False, born(2010, 9, 1, apprentice__last_class="41"), NOBODY),
    ("AGE-03", False, born(2010, 9, 2, contract__derogation="11"), NOBODY),
    ("AGE-03", True, born(2010, 9, 1, contract__derogation="11"), NOBODY),
    ("AGE-03", True, born(*BORN_29, contract__derogation="12"), NOBODY),
    ("AGE-03", False, born(*BORN_30, contract__derogation="12"), NOBODY),
    ("AGE-04", False, born(*BORN_29), NOBODY),
    ("AGE-04", True, born(*BORN_30), NOBODY),
    ("AGE-04", True, born(*BORN_30, contract__derogation="12"), NOBODY),
    ("AGE-04", True, born(*BORN_30, apprentice__business_project=True), NOBODY),
    *[
        (
            "AGE-04",
            False,
            born(*BORN_30, contract__derogation="12", **{f"apprentice__{box}": True}),
            NOBODY,
        )
        for box in (
            "disabled_worker",
            "disability_youth_equivalence",
            "disability_boe_extension",
            "top_level_athlete",
            "business_project",
        )
    ],
    ("AGE-04", False, following(date(1996, 9, 1)), NOBODY),
    ("AGE-05", False, following(date(1996, 9, 1)), NOBODY),
    ("AGE-05", False, following(date(1991, 9, 2)), NOBODY),
    ("AGE-05", True, following(date(1991, 9, 1)), NOBODY),
    ("AGE-05", True, following(date(1990, 9, 1)), NOBODY),
    ("AGE-05", False, following(date(1990, 9, 1), kind="22"), NOBODY),
    ("AGE-05", True, following(date(1990, 9, 1), "22"), ended(date(2026, 7, 1))),
    (
        "AGE-05",
        False,
        following(date(1990, 9, 1), "22"),
        ended(date(2020, 7, 1), failed=True),
    ),
    ("AGE-05", False, following(date(1995, 9, 1)), ended(date(2025, 9, 1))),
    ("AGE-05", True, following(date(1995, 9, 1)), ended(date(2025, 8, 31))),
    (
        "AGE-05",
        False,
        following(date(1990, 9, 1), apprentice__business_project=True),
        ended(date(2025, 8, 31)),
    ),
    *[
        (
            "AGE-07",
            is_found,
            contract_between(
                birth_date, START, END, apprentice__disability_youth_equivalence=True
            ),
            NOBODY,
        )
        for birth_date, is_found in [
            (date(2005, 9, 1), True),
            (date(2005, 9, 2), False),
            (date(2011, 9, 1), False),
        ]
    ],
    (
        "AGE-07",
        True,
        born(
            2008,
            1,
            1,
            apprentice__disability_youth_equivalence=True,
            apprentice__disabled_worker=True,
        ),
        NOBODY,
    ),
    ("AGE-09", True, born(2008, 9, 2, employer__specific_employer="4"), NOBODY),
    ("AGE-09", False, born(2008, 9, 1, employer__specific_employer="4"), NOBODY),
    ("AGE-09", False, born(2008, 9, 2), NOBODY),
]


@pytest.mark.parametrize(("rule_id", "is_found", "cerfa", "circumstances"), CASES)
def test_rule(rule_id, is_found, cerfa, circumstances):
    assert (rule_id in ids_on(cerfa, circumstances)) == is_found


def test_at_35_a_warning_and_at_36_a_block():
    def severity(birth_date):
        findings = check(following(birth_date), TABLES)
        return [found.severity for found in findings if found.rule_id == "AGE-05"]

    assert severity(date(1991, 9, 1)) == [Severity.WARN]
    assert severity(date(1990, 9, 2)) == [Severity.WARN]
    assert severity(date(1990, 9, 1)) == [Severity.BLOCK]


def test_an_amendment_does_not_open_the_question_of_age_again():
    cerfa = born(1990, 1, 1, contract__contract_type="36")
    assert not ids_on(cerfa) & {"AGE-02", "AGE-03", "AGE-04", "AGE-05"}


def test_a_disability_is_never_told():
    cerfa = born(1990, 1, 1)
    (found,) = [f for f in check(cerfa, TABLES) if "handicap" in f.message]
    assert found.is_personal
    assert "01/01/1990" not in found.masked_message
