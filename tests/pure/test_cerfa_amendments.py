# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Amendments: what changes, what each reason allows, what the rules say."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cerfa.amendments import (
    OWN_BOXES,
    REASONS,
    is_essential,
    may_change,
    reasons_to_change,
    reasons_to_change_all,
)
from cerfa.changes import changes, masked_changes, shown_changes
from cerfa.circumstances import AmendedContract, Circumstances
from cerfa.contract_types import AMENDMENT_TYPES
from cerfa.findings import MASK, Severity
from cerfa.form import Cerfa, boxes_on
from cerfa.plain import from_plain, to_plain
from cerfa.rules import check
from cerfa_examples import TABLES, found_on, valid_cerfa, valid_tutor, with_changes
from test_cerfa_any_form import FULL, LEAVES, RELAXED, arbitrary

DECA = "075202609001234"
AMENDED = AmendedContract(valid_cerfa(), DECA)
OTHER_SIREN = "90000002700012"


def amending(code, changed=(), **circumstances):
    """Return a case: an amendment of the valid form, and its circumstances."""
    cerfa = with_changes(
        valid_cerfa(),
        {
            "contract.contract_type": code,
            "contract.previous_number": DECA,
            "contract.date_amendment_effect": date(2027, 1, 4),
            **dict(changed),
        },
    )
    known = Circumstances(**({"amended": AMENDED} | circumstances))
    return cerfa, known


JOB = {"tutor.job": "Chef pâtissier"}
LATER = {"contract.date_end": date(2029, 8, 31)}
CASES = [
    ("AVE-01", True, *amending("36")),
    ("AVE-01", True, *amending("36", {"contract.signing_place": "LYON"})),
    ("AVE-01", False, *amending("36", JOB)),
    ("AVE-01", False, *amending("36", amended=None)),
    ("AVE-01", False, valid_cerfa(), Circumstances(amended=AMENDED)),
    ("AVE-02", False, *amending("36", JOB)),
    ("AVE-02", True, *amending("33", JOB | LATER)),
    ("AVE-02", True, *amending("36", {"contract.date_start": date(2026, 9, 2)})),
    ("AVE-02", False, *amending("31", {"apprentice.phone": "+33 6 00 00 00 09"})),
    ("AVE-02", True, *amending("36", {"employer.siret": OTHER_SIREN})),
    ("AVE-02", False, *amending("31", {"employer.siret": OTHER_SIREN})),
    ("AVE-02", False, *amending("33", LATER)),
    ("AVE-02", False, *amending("34", LATER | {"apprentice.disabled_worker": True})),
    ("AVE-02", True, *amending("33", LATER | {"apprentice.disabled_worker": True})),
    ("AVE-02", False, *amending("36", {"second_tutor": valid_tutor()})),
    ("AVE-03", True, *amending("33", JOB)),
    ("AVE-03", False, *amending("33", LATER)),
    ("AVE-03", False, *amending("36", JOB)),
    ("AVE-04", True, *amending("36", JOB, amended=AmendedContract(valid_cerfa()))),
    ("AVE-04", True, *amending("36", {"contract.previous_number": "075202609005555"})),
    ("AVE-04", False, *amending("36", JOB)),
    ("AVE-05", True, *amending("36", {"training.rncp": "37537"})),
    ("AVE-05", False, *amending("35", {"training.rncp": "37537"})),
    ("AVE-06", True, *amending("37", {"employer.siret": OTHER_SIREN})),
    ("AVE-06", False, *amending("37", {"employer.siret": "90000001900027"})),
    ("AVE-06", False, *amending("37", {"employer.siret": None})),
    ("AVE-07", True, *amending("36", {"apprentice.birth_name": "MARTINEZ"})),
    ("AVE-07", False, *amending("36", {"apprentice.usage_name": "MARTINEZ"})),
    ("AVE-08", True, *amending("34", LATER)),
    ("AVE-08", False, *amending("34", {"apprentice.disability_boe_extension": True})),
]


@pytest.mark.parametrize(("rule", "expected", "cerfa", "known"), CASES)
def test_rule(rule, expected, cerfa, known):
    assert (rule in {found for found, _ in found_on(cerfa, known)}) is expected


def test_uncovered_change_names_its_box_and_the_reasons():
    cerfa, known = amending("33", JOB | LATER)
    [finding] = [one for one in check(cerfa, TABLES, known) if one.rule_id == "AVE-02"]
    assert finding.paths[0] == "tutor.job"
    assert finding.severity == Severity.OVERRIDABLE_BLOCK
    assert "Cheffe boulangère" in finding.message
    assert "Chef pâtissier" in finding.message
    assert "32, 36" in finding.message


def test_change_of_a_personal_box_is_masked():
    cerfa, known = amending("33", LATER | {"apprentice.nir": "1060575056199"})
    [finding] = [
        one
        for one in check(cerfa, TABLES, known)
        if (one.rule_id, one.paths[0]) == ("AVE-02", "apprentice.nir")
    ]
    assert "1060575056199" in finding.message
    assert "10605" not in finding.masked_message


def test_right_amendment_has_nothing_more_to_say():
    cerfa, known = amending("36", JOB)
    assert not [rule for rule, _ in found_on(cerfa, known) if rule.startswith("AVE")]
    assert not [one for one in check(cerfa, TABLES, known) if one.is_blocking]


def test_reasons_are_the_types_of_the_notice():
    assert REASONS.keys() == AMENDMENT_TYPES
    for reason in REASONS.values():
        assert all(boxes_on(path) for path in reason.may_change)
        assert reason.explanation.endswith((".", "…"))


@pytest.mark.parametrize("path", sorted(OWN_BOXES))
def test_own_boxes_may_always_change(path):
    assert set(reasons_to_change(path)) == AMENDMENT_TYPES


@pytest.mark.parametrize(
    ("code", "changed", "kept"),
    [
        ("31", "employer.siret", "tutor.job"),
        ("32", "tutor.job", "training.rncp"),
        ("33", "contract.date_end", "contract.weekly_hours"),
        ("34", "contract.weekly_hours", "employer.siret"),
        ("35", "training.rncp", "contract.weekly_hours"),
        ("36", "contract.weekly_hours", "employer.siret"),
        ("37", "employer.siret", "contract.date_end"),
        ("38", "training_place.name", "training_centre.siret"),
    ],
)
def test_each_reason_changes_what_it_is_for(code, changed, kept):
    assert may_change(code, changed)
    assert not may_change(code, kept)


def test_start_is_changed_by_no_amendment():
    assert not reasons_to_change("contract.date_start")
    assert may_change("33", "contract.pay_periods.0.rate")
    # A part is not the beginning of another's name.
    assert not may_change("38", "training.title")


@RELAXED
@given(arbitrary(Cerfa))
def test_same_form_has_no_change(cerfa):
    assert changes(cerfa, cerfa) == ()


@RELAXED
@given(arbitrary(Cerfa), arbitrary(Cerfa))
def test_changes_go_both_ways(before, after):
    there = changes(before, after)
    back = changes(after, before)
    assert [one.path for one in there] == [one.path for one in back]
    for one in there:
        assert boxes_on(one.path)
    for shown in (*shown_changes(before, after, TABLES),):
        assert shown.section
        assert shown.label


# `FULL` has every part but this one.
PLACE = "training_place."
PATHS = sorted(path for path in LEAVES if not path.startswith(PLACE))


@RELAXED
@given(st.sampled_from(PATHS), st.data())
def test_what_is_put_in_one_box_is_what_changes(path, data):
    after = with_changes(FULL, {path: data.draw(LEAVES[path])})
    for change in changes(FULL, after):
        assert change.path == path or change.path.startswith(f"{path}.")


def test_changes_in_the_order_of_the_form():
    after = valid_cerfa(training__hours=900, employer__headcount=8)
    assert [one.path for one in changes(valid_cerfa(), after)] == [
        "employer.headcount",
        "training.hours",
    ]


def test_empty_text_is_no_change():
    assert not changes(valid_cerfa(), valid_cerfa(employer__address__street2=" "))


def test_new_line_of_pay():
    lines = valid_cerfa().contract.pay_periods
    after = valid_cerfa(contract__pay_periods=(*lines, lines[0]))
    paths = {one.path for one in changes(valid_cerfa(), after)}
    assert paths == {
        f"contract.pay_periods.3.{name}"
        for name in ("year", "number", "date_start", "date_end", "rate", "basis")
    }


def test_shown_as_on_the_sheet():
    after = valid_cerfa(
        contract__gross_monthly_wage=Decimal("1002.5"),
        apprentice__nationality="2",
        tutor__job=None,
        contract__pay_periods=(),
    )
    shown = {one.path: one for one in shown_changes(valid_cerfa(), after, TABLES)}
    wage = shown["contract.gross_monthly_wage"]
    assert (wage.section, wage.before, wage.after) == (
        "Le contrat",
        "802,82 €",
        "1\N{NO-BREAK SPACE}002,50 €",
    )
    assert shown["apprentice.nationality"].after == "2 – Union européenne"
    assert shown["tutor.job"].after == "(vide)"
    rate = shown["contract.pay_periods.0.rate"]
    assert rate.label == "Rémunération › ligne 1 › Pourcentage"
    assert rate.before == "43 %"


def test_personal_boxes_are_masked():
    after = valid_cerfa(apprentice__nir="1060575056199", tutor__job="Chef")
    masked = {one.path: one for one in masked_changes(valid_cerfa(), after, TABLES)}
    assert masked["apprentice.nir"].before == masked["apprentice.nir"].after == MASK
    assert masked["tutor.job"].after == "Chef"


@RELAXED
@given(arbitrary(Cerfa))
def test_form_comes_back_from_plain_values(cerfa):
    assert changes(cerfa, from_plain(to_plain(cerfa))) == ()


def test_valid_form_comes_back_whole():
    assert from_plain(json.loads(json.dumps(to_plain(FULL)))) == FULL


def test_box_that_left_the_form_is_passed_over():
    assert from_plain(to_plain(FULL) | {"fax": "0142000001"}) == FULL


def test_boxes_that_an_amendment_is_made_for():
    assert is_essential("tutor.job")
    assert is_essential("contract.pay_periods.0.rate")
    assert not is_essential("contract.date_conclusion")
    assert not is_essential("employer.phone")
    assert not is_essential("apprentice.address.zip")


def test_reasons_that_cover_several_boxes_at_once():
    assert reasons_to_change_all(["contract.weekly_hours"]) == ("32", "34", "36")
    together = ["contract.weekly_hours", "contract.date_end"]
    assert reasons_to_change_all(together) == ("34", "36")
    assert reasons_to_change_all([*together, "employer.siret"]) == ()
    assert reasons_to_change_all(["employer.phone"]) == tuple(REASONS)
