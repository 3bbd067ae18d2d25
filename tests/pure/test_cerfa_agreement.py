# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The training agreement: what it restates, what it costs, what is attested."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cerfa.agreement import (
    SHARED,
    Agreement,
    check_agreement,
    differences,
    shared_values,
    teaching_cost,
)
from cerfa_examples import valid_cerfa

TODAY = date(2026, 8, 25)
FORM = valid_cerfa()
RIGHT = Agreement(
    **shared_values(FORM),
    teaching_cost=Decimal(13242),
    signed_on=TODAY,
    is_mandated_by_employer=True,
    is_signed_by_employer=True,
    is_signed_by_centre=True,
    has_proving_signature=True,
    is_same_as_file=True,
)
OTHER = {
    date: date(2030, 1, 1),
    str: "90000020900016",
    int: 1,
}


def messages(agreement, form=FORM):
    return [remark.message for remark in check_agreement(agreement, form, TODAY)]


def test_nothing_to_say():
    assert check_agreement(RIGHT, FORM, TODAY) == ()


@pytest.mark.parametrize("name", SHARED)
def test_each_difference_is_named_with_both_values(name):
    value = getattr(RIGHT, name)
    other = OTHER[type(value) if value is not None else str]
    [found] = differences(replace(RIGHT, **{name: other}), FORM)
    assert found.name == name
    shown = f"{other:%d/%m/%Y}" if isinstance(other, date) else str(other)
    assert found.agreed == shown
    assert found.agreed in found.message and found.concluded in found.message
    assert found.label in found.message


@pytest.mark.parametrize(
    "name, value",
    [
        ("employer_siret", "900 000 019 00019"),
        ("apprentice_name", " martin "),
        ("rncp", "38764"),
        ("rncp", "RNCP38764"),
        ("title", "BP  BOULANGER"),
        ("apprentice_usage_name", ""),
    ],
)
def test_spelling_makes_no_difference(name, value):
    assert differences(replace(RIGHT, **{name: value}), FORM) == ()


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"teaching_cost": Decimal(0)}, "coût pédagogique"),
        ({"signed_on": None}, "date de signature"),
        ({"signed_on": TODAY + timedelta(1)}, "à venir"),
        ({"is_mandated_by_employer": False}, "mandat"),
        ({"is_signed_by_employer": False}, "l'employeur l'a signée"),
        ({"is_signed_by_centre": False}, "le CFA l'a signée"),
        ({"is_same_as_file": False}, "fichier joint"),
    ],
)
def test_what_is_missing_is_asked_for(changed, said):
    [remark] = check_agreement(replace(RIGHT, **changed), FORM, TODAY)
    assert said in remark.message
    assert remark.is_blocking


def test_what_both_lack_is_asked_for_once():
    form = replace(FORM, training=replace(FORM.training, hours=None))
    [message] = messages(replace(RIGHT, training_hours=0), form)
    assert "Durée de la formation" in message and "compléter" in message


def test_signature_that_is_not_proving_may_leave():
    [remark] = check_agreement(replace(RIGHT, has_proving_signature=False), FORM, TODAY)
    assert not remark.is_blocking


def test_disability_is_for_those_entitled():
    apprentice = replace(FORM.apprentice, disabled_worker=True)
    disabled = replace(FORM, apprentice=apprentice)
    paid = replace(RIGHT, disability_amounts=(Decimal(4000),))
    assert messages(paid, disabled) == []
    for agreement, form in (
        (paid, FORM),
        (replace(paid, disability_amounts=(Decimal("4000.01"),)), disabled),
    ):
        [remark] = check_agreement(agreement, form, TODAY)
        assert remark.is_personal and not remark.is_blocking


@pytest.mark.parametrize(
    "end, cost",
    [
        (date(2028, 8, 31), "13242.00"),
        (date(2027, 8, 31), "6621.00"),
        (date(2026, 9, 30), "551.75"),
        (date(2027, 9, 10), "6802.40"),
    ],
)
def test_cost_over_the_contract(end, cost):
    assert teaching_cost(Decimal(6621), date(2026, 9, 1), end) == Decimal(cost)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 1500))
def test_longer_never_costs_less(start, days):
    end = start + timedelta(days)
    cost = teaching_cost(Decimal(6621), start, end)
    longer = teaching_cost(Decimal(6621), start, end + timedelta(31))
    assert 0 < cost < longer


@given(st.dates(), st.dates())
def test_cost_of_any_dates(start, end):
    assert teaching_cost(Decimal(6621), start, end) >= 0
