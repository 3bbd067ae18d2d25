# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which documents each case needs."""

from dataclasses import replace
from datetime import date

import pytest

from cerfa import documents
from cerfa.circumstances import NONE_KNOWN, AmendedContract, Circumstances
from cerfa.documents import KINDS, needed
from cerfa.form import Cerfa
from cerfa_examples import valid_cerfa, with_changes

ALWAYS = {"signed_form", "convention", "identity", "tutor_qualification"}
START = valid_cerfa().contract.date_start


def born_years_before_start(years):
    return {"apprentice.birth_date": START.replace(year=START.year - years)}


def kinds_of(changes, circumstances=NONE_KNOWN):
    return {
        need.kind
        for need in needed(with_changes(valid_cerfa(), changes), circumstances)
    }


@pytest.mark.parametrize(
    ("changes", "more", "less"),
    [
        ({}, set(), set()),
        (born_years_before_start(15), {"school_certificate"}, set()),
        (born_years_before_start(16), set(), set()),
        ({"contract.derogation": "21"}, {"duration_agreement"}, set()),
        ({"contract.derogation": "22"}, {"duration_agreement"}, set()),
        ({"contract.derogation": "50"}, {"duration_agreement"}, set()),
        ({"contract.derogation": "11"}, set(), set()),
        ({"training_centre.in_house": True}, {"in_house_annex"}, {"convention"}),
        ({"apprentice.disabled_worker": True}, {"disability_proof"}, set()),
        ({"apprentice.disability_boe_extension": True}, {"disability_proof"}, set()),
        (
            born_years_before_start(30) | {"apprentice.business_project": True},
            {"business_project"},
            set(),
        ),
        (
            born_years_before_start(29) | {"apprentice.business_project": True},
            set(),
            set(),
        ),
        ({"apprentice.top_level_athlete": True}, {"athlete_proof"}, set()),
        ({"apprentice.nationality": "3"}, {"residence_permit"}, set()),
        ({"apprentice.nationality": "2"}, set(), set()),
        (
            born_years_before_start(17) | {"employer.specific_employer": "4"},
            {"ascendant_declaration"},
            set(),
        ),
        (
            born_years_before_start(17) | {"contract.hazardous_work": True},
            {"hazardous_work"},
            set(),
        ),
        ({"contract.hazardous_work": True}, set(), set()),
        (
            born_years_before_start(32) | {"contract.contract_type": "22"},
            {"previous_contract"},
            set(),
        ),
    ],
)
def test_each_case_has_its_documents(changes, more, less):
    assert kinds_of(changes) - ALWAYS == more
    assert ALWAYS - kinds_of(changes) == less


def test_a_stay_abroad_has_its_agreement():
    abroad = kinds_of({}, Circumstances(is_mobile_abroad=True))
    assert abroad - kinds_of({}) == {"mobility_agreement"}


def test_the_representative_of_a_minor_signs():
    def reason(changes):
        found = needed(with_changes(valid_cerfa(), changes), NONE_KNOWN)
        [signed] = [need for need in found if need.kind == "signed_form"]
        return signed.reason

    minor = born_years_before_start(17)
    assert "représentant légal" in reason(minor)
    assert "représentant légal" not in reason({})
    assert "représentant légal" not in reason(minor | {"apprentice.emancipated": True})


def amending(changes):
    amended = Circumstances(amended=AmendedContract(valid_cerfa()))
    return kinds_of({"contract.contract_type": "36"} | changes, amended)


def test_an_amendment_has_its_own_form_and_an_agreement_if_it_changes():
    assert amending({"contract.weekly_hours": 30}) == {"signed_form"}
    assert "convention" in amending({"training.hours": 900})
    assert "convention" in amending({"contract.date_end": date(2029, 8, 31)})
    assert "duration_agreement" in amending({"contract.derogation": "22"})
    # What it amends is not known.
    assert "convention" in kinds_of({"contract.contract_type": "36"})


def test_each_need_is_of_a_kind_and_says_why():
    for need, _applies in documents._NEEDS:
        assert need.kind in KINDS
        assert need.reason.endswith(".") and need.source


def test_an_empty_form_needs_what_every_form_does():
    assert {need.kind for need in needed(Cerfa(), NONE_KNOWN)} == ALWAYS


def test_needs_come_in_the_order_of_the_kinds():
    order = list(KINDS)
    found = [need.kind for need in needed(valid_cerfa(), NONE_KNOWN)]
    assert found == sorted(found, key=order.index)


def test_pay_on_the_collective_scale_needs_the_scale():
    contract = valid_cerfa().contract
    periods = tuple(replace(period, basis="SMC") for period in contract.pay_periods)
    assert "collective_pay_scale" in kinds_of({"contract.pay_periods": periods})
