# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The early end of a contract: cancelled or broken, and what the law asks."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cerfa.termination import (
    CASES,
    Initiative,
    Kind,
    Termination,
    check_termination,
    explain_kind,
    is_within_free_days,
    kind_of,
)

START, END = date(2026, 9, 1), date(2028, 8, 31)
NOTICE = date(2027, 3, 1)
AGREED = Termination(
    case="agreement",
    initiative=Initiative.BOTH,
    notice_date=NOTICE,
    effect_date=NOTICE,
    is_signed=True,
)
RESIGNED = Termination(
    case="resignation",
    initiative=Initiative.APPRENTICE,
    notice_date=NOTICE,
    effect_date=date(2027, 3, 8),
    mediator_date=date(2027, 2, 24),
)
GRADUATED = Termination(
    case="diploma",
    initiative=Initiative.APPRENTICE,
    notice_date=NOTICE,
    effect_date=date(2027, 4, 1),
)
FIRST_DAYS = Termination(
    case="first_days",
    initiative=Initiative.EMPLOYER,
    notice_date=NOTICE,
    effect_date=NOTICE,
    practical_days=45,
)
CANCELLED = Termination(notice_date=date(2026, 8, 25), effect_date=date(2026, 8, 31))
RIGHT = [AGREED, RESIGNED, GRADUATED, FIRST_DAYS, CANCELLED]
WRONG = [
    (Termination(), "date d'effet"),
    (replace(AGREED, effect_date=END), "finit de lui-même"),
    (replace(AGREED, notice_date=None), "notification"),
    (replace(AGREED, effect_date=date(2027, 2, 28)), "précède la notification"),
    (replace(AGREED, case=None), "Choisissez le cas"),
    (replace(AGREED, case="other"), "Choisissez le cas"),
    (replace(AGREED, initiative=None), "initiative"),
    (replace(AGREED, initiative=Initiative.EMPLOYER), "initiative"),
    (replace(AGREED, is_signed=False), "signé"),
    (replace(RESIGNED, effect_date=date(2027, 3, 7)), "08/03/2027"),
    (replace(RESIGNED, mediator_date=date(2027, 2, 25)), "médiateur"),
    (replace(GRADUATED, effect_date=date(2027, 3, 31)), "01/04/2027"),
    (replace(FIRST_DAYS, practical_days=46), "46 jours"),
    (replace(FIRST_DAYS, practical_days=None), "nombre de jours"),
    (replace(AGREED, practical_days=183), "il n'y a pas 183 jours"),
]


@pytest.mark.parametrize("termination", RIGHT)
def test_right(termination):
    assert check_termination(termination, START, END) == ()


@pytest.mark.parametrize(("termination", "words"), WRONG)
def test_wrong(termination, words):
    found = check_termination(termination, START, END)
    assert [one for one in found if one.is_blocking and words in one.message]


def test_nothing_ends_before_it_was_concluded():
    concluded = date(2026, 8, 20)
    early = replace(
        CANCELLED, notice_date=date(2025, 8, 25), effect_date=date(2025, 9, 1)
    )
    [remark] = check_termination(early, START, END, concluded)
    assert remark.is_blocking
    assert "20/08/2026" in remark.message and "01/09/2025" in remark.message
    same_day = replace(CANCELLED, notice_date=concluded, effect_date=concluded)
    assert check_termination(same_day, START, END, concluded) == ()


def test_remarks_that_do_not_block():
    without = replace(RESIGNED, mediator_date=None, practical_days=10)
    found = check_termination(without, START, END)
    assert [one.is_blocking for one in found] == [False, False]
    [remark] = check_termination(replace(FIRST_DAYS, practical_days=0), START, END)
    assert not remark.is_blocking
    assert "vérifiez ce nombre" in remark.message
    assert not check_termination(replace(AGREED, practical_days=182), START, END)


@pytest.mark.parametrize(
    ("effect", "kind", "word"),
    [
        (date(2026, 8, 31), Kind.CANCELLED, "Annulation"),
        (START, Kind.BROKEN, "Rupture"),
        (date(2027, 1, 1), Kind.BROKEN, "Rupture"),
    ],
)
def test_dates_decide(effect, kind, word):
    assert kind_of(effect, START) == kind
    assert explain_kind(effect, START).startswith(word)


def test_forty_five_days():
    assert is_within_free_days(45)
    assert not is_within_free_days(46)


def test_every_case_names_an_article():
    for case in CASES.values():
        assert case.article.startswith("L62")
        assert case.initiatives


@given(
    st.builds(
        Termination,
        case=st.none() | st.sampled_from([*CASES, "x"]),
        initiative=st.none() | st.sampled_from(Initiative),
        notice_date=st.none() | st.dates(),
        effect_date=st.none() | st.dates(),
        mediator_date=st.none() | st.dates(),
        practical_days=st.none() | st.integers(0, 400),
        is_signed=st.booleans(),
    )
)
def test_never_raises(termination):
    for remark in check_termination(termination, START, END):
        assert remark.message
    assert timedelta(0) <= END - START
