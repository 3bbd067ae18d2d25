# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Working time, employer, tutors, training and coherence, at their limits."""

from datetime import date

import pytest

from cerfa.circumstances import (
    IN_HOUSE_ANNEX,
    NONE_KNOWN,
    CentreStanding,
    Certification,
    Circumstances,
    Establishment,
    PreviousContract,
    TutorContract,
)
from cerfa.legal import Idcc, LegalTables
from cerfa.rules import check
from cerfa_examples import contract_between, ids_on, valid_cerfa, valid_tutor

NOBODY = NONE_KNOWN
CONCLUSION = date(2026, 8, 20)
START, END = date(2026, 9, 1), date(2028, 8, 31)
DECA = "075202209001234"


def minor(**changes):
    return contract_between(date(2008, 9, 2), START, END, **changes)


def just_adult(**changes):
    return contract_between(date(2008, 9, 1), START, END, **changes)


def week(hours, minutes=0):
    return valid_cerfa(contract__weekly_hours=hours, contract__weekly_minutes=minutes)


def tutor_born(day, **changes):
    return valid_cerfa(tutor__birth_date=day, **changes)


def guided(*spans, prolonged=0):
    """Return other contracts of the valid tutor, the first ones prolonged."""
    tutor = valid_tutor()
    return Circumstances(
        tutor_contracts=tuple(
            TutorContract("Durand", tutor.birth_date, start, end, number < prolonged)
            for number, (start, end) in enumerate(spans)
        )
    )


LONG = (date(2025, 9, 1), date(2027, 8, 31))
UNTIL_EVE = (date(2025, 9, 1), date(2026, 8, 31))
UNTIL_START = (date(2025, 9, 1), date(2026, 9, 1))
FROM_END = (date(2028, 8, 31), date(2029, 8, 31))
AFTER_END = (date(2028, 9, 1), date(2029, 8, 31))


def sheet(**known):
    return Circumstances(certification=Certification(rncp="RNCP38764", **known))


def centre(**known):
    return Circumstances(centre=CentreStanding(**known))


def hours(total, distance=0, **changes):
    return valid_cerfa(
        training__hours=total, training__distance_hours=distance, **changes
    )


def foreign(**changes):
    return valid_cerfa(apprentice__nationality="3", **changes)


def kind(code, situation="1", **changes):
    changes["contract__previous_number"] = changes.pop("number", DECA)
    return valid_cerfa(
        contract__contract_type=code, apprentice__situation_before=situation, **changes
    )


def modes(mode, specific, **changes):
    return valid_cerfa(
        contract__mode=mode, employer__specific_employer=specific, **changes
    )


def version(name, conclusion):
    return valid_cerfa(version=name, contract__date_conclusion=conclusion)


CASES = [
    ("EMP-01", False, valid_cerfa(), Circumstances(establishment=Establishment())),
    *[
        (
            "EMP-01",
            is_found,
            valid_cerfa(),
            Circumstances(establishment=Establishment(zip=code, closed_on=closed)),
        )
        for code, closed, is_found in [
            ("75019", None, False),
            ("75020", None, True),
            (None, date(2026, 8, 19), True),
            (None, date(2026, 8, 20), True),
            (None, date(2026, 8, 21), False),
        ]
    ],
    ("EMP-02", True, valid_cerfa(employer__employer_type="21"), NOBODY),
    ("EMP-02", True, valid_cerfa(employer__employer_type="29"), NOBODY),
    ("EMP-02", False, valid_cerfa(employer__employer_type="30"), NOBODY),
    ("EMP-02", False, valid_cerfa(employer__employer_type="16"), NOBODY),
    ("EMP-03", True, valid_cerfa(employer__idcc="1090"), NOBODY),
    ("EMP-03", False, valid_cerfa(employer__idcc="9999"), NOBODY),
    ("EMP-03", False, valid_cerfa(employer__idcc="3127"), NOBODY),
    ("EMP-04", True, valid_cerfa(employer__headcount=0), NOBODY),
    ("EMP-04", False, valid_cerfa(employer__headcount=1), NOBODY),
    ("EMP-05", True, minor(contract__hazardous_work=True), NOBODY),
    ("EMP-05", False, just_adult(contract__hazardous_work=True), NOBODY),
    ("EMP-05", False, minor(), NOBODY),
    ("EMP-06", False, week(35), NOBODY),
    ("EMP-06", True, week(35, 1), NOBODY),
    ("EMP-06", True, week(40), NOBODY),
    ("EMP-06", True, week(40, 1), NOBODY),
    ("EMP-06", False, week(61), NOBODY),
    ("EMP-06", True, minor(contract__weekly_hours=36), NOBODY),
    ("EMP-06", False, minor(contract__weekly_hours=35), NOBODY),
    ("MA-01", False, tutor_born(date(2008, 9, 1)), NOBODY),
    ("MA-01", True, tutor_born(date(2008, 9, 2)), NOBODY),
    ("MA-01", True, tutor_born(date(2030, 1, 1)), NOBODY),
    ("MA-03", False, valid_cerfa(), guided(LONG)),
    ("MA-03", True, valid_cerfa(), guided(LONG, LONG)),
    ("MA-03", False, valid_cerfa(), guided(LONG, UNTIL_EVE)),
    ("MA-03", True, valid_cerfa(), guided(LONG, UNTIL_START)),
    ("MA-03", False, valid_cerfa(), guided(LONG, FROM_END)),
    ("MA-03", True, valid_cerfa(), guided(FROM_END, FROM_END)),
    ("MA-03", False, valid_cerfa(), guided(AFTER_END, AFTER_END)),
    ("MA-03", False, valid_cerfa(), guided(LONG, LONG, prolonged=1)),
    ("MA-03", True, valid_cerfa(), guided(LONG, LONG, LONG, prolonged=1)),
    ("MA-03", False, valid_cerfa(tutor__birth_name="DUPONT"), guided(LONG, LONG)),
    ("MA-05", False, valid_cerfa(tutor__diploma_level="4"), NOBODY),
    ("MA-05", True, valid_cerfa(tutor__diploma_level="3"), NOBODY),
    ("MA-05", True, valid_cerfa(tutor__diploma_level="0"), NOBODY),
    ("MA-05", False, valid_cerfa(tutor__diploma_level="5"), NOBODY),
    # 731 days from 1 September 2026 to 31 August 2028: 804.6 hours.
    ("FOR-01", False, hours(805), NOBODY),
    ("FOR-01", True, hours(804), NOBODY),
    ("FOR-01", False, hours(402, contract__date_end=date(2027, 8, 31)), NOBODY),
    ("FOR-01", True, hours(401, contract__date_end=date(2027, 8, 31)), NOBODY),
    ("FOR-03", False, hours(1000, 799), NOBODY),
    ("FOR-03", True, hours(1000, 800), NOBODY),
    ("FOR-03", True, hours(1000, 1000), NOBODY),
    ("FOR-03", False, hours(1000, 1001), NOBODY),
    ("FOR-03", False, hours(1000, 800), sheet(is_exempt_from_distance_cut=True)),
    (
        "FOR-03",
        False,
        hours(1000, 800, contract__date_conclusion=date(2025, 6, 30)),
        NOBODY,
    ),
    (
        "FOR-03",
        True,
        hours(1000, 800, contract__date_conclusion=date(2025, 7, 1)),
        NOBODY,
    ),
    ("FOR-04", False, valid_cerfa(), sheet(valid_to=CONCLUSION)),
    ("FOR-04", True, valid_cerfa(), sheet(valid_to=date(2026, 8, 19))),
    ("FOR-04", False, valid_cerfa(), sheet(valid_from=CONCLUSION)),
    ("FOR-04", True, valid_cerfa(), sheet(valid_from=date(2026, 8, 21))),
    (
        "FOR-04",
        False,
        valid_cerfa(training__rncp="12345"),
        sheet(valid_to=date(2026, 8, 19)),
    ),
    ("FOR-04", False, valid_cerfa(), centre(may_prepare=True)),
    ("FOR-04", True, valid_cerfa(), centre(may_prepare=False)),
    ("FOR-04", False, valid_cerfa(), centre(quality_to=CONCLUSION)),
    ("FOR-04", True, valid_cerfa(), centre(quality_to=date(2026, 8, 19))),
    ("FOR-04", True, valid_cerfa(), centre(quality_from=date(2026, 8, 21))),
    ("FOR-05", True, valid_cerfa(training__diploma_type="54"), NOBODY),
    ("FOR-05", False, valid_cerfa(training__diploma_code="99922104"), NOBODY),
    ("FOR-05", False, valid_cerfa(training__diploma_code="46A22104"), NOBODY),
    ("FOR-05", True, valid_cerfa(training__diploma_code="36T22104"), NOBODY),
    ("FOR-05", False, valid_cerfa(), sheet(diploma_codes=frozenset({"45022104"}))),
    ("FOR-05", True, valid_cerfa(), sheet(diploma_codes=frozenset({"45022105"}))),
    ("FOR-05", False, valid_cerfa(), sheet(title="BP  boulanger")),
    ("FOR-05", True, valid_cerfa(), sheet(title="BP Pâtissier")),
    ("FOR-07", True, valid_cerfa(training_centre__in_house=True), NOBODY),
    (
        "FOR-07",
        True,
        valid_cerfa(training_centre__in_house=True),
        Circumstances(documents=frozenset()),
    ),
    (
        "FOR-07",
        False,
        valid_cerfa(training_centre__in_house=True),
        Circumstances(documents=frozenset({IN_HOUSE_ANNEX})),
    ),
    ("FIN-01", False, valid_cerfa(training__diploma_type="58"), NOBODY),
    ("FIN-01", True, valid_cerfa(training__diploma_type="62"), NOBODY),
    (
        "FIN-01",
        False,
        valid_cerfa(
            training__diploma_type="62", contract__date_conclusion=date(2025, 6, 30)
        ),
        NOBODY,
    ),
    ("COH-02", True, kind("11", number=DECA), NOBODY),
    ("COH-02", False, kind("11", number=None), NOBODY),
    ("COH-02", True, kind("11", "4", number=None), NOBODY),
    ("COH-02", False, kind("21", "4"), NOBODY),
    (
        "COH-02",
        True,
        kind("11", number=None),
        Circumstances(previous_contract=PreviousContract()),
    ),
    ("COH-03", True, kind("11", "7", training__date_start=START), NOBODY),
    ("COH-03", False, kind("11", "7", training__date_start=date(2026, 8, 31)), NOBODY),
    ("COH-03", True, kind("22", "8"), NOBODY),
    ("COH-03", False, kind("23", "8"), NOBODY),
    ("COH-03", False, kind("23", "11"), NOBODY),
    ("COH-03", True, kind("23", "1"), NOBODY),
    ("COH-04", False, valid_cerfa(apprentice__nationality="2"), NOBODY),
    ("COH-04", True, foreign(), NOBODY),
    ("COH-04", False, foreign(), Circumstances(work_permit_to=START)),
    ("COH-04", True, foreign(), Circumstances(work_permit_to=date(2026, 8, 31))),
    (
        "COH-04",
        True,
        minor(apprentice__nationality="3"),
        Circumstances(work_permit_to=END),
    ),
    (
        "COH-04",
        False,
        just_adult(apprentice__nationality="3"),
        Circumstances(work_permit_to=END),
    ),
    ("COH-05", True, valid_cerfa(apprentice__highest_diploma="25"), NOBODY),
    ("COH-05", False, valid_cerfa(apprentice__highest_diploma="41"), NOBODY),
    (
        "COH-05",
        False,
        valid_cerfa(apprentice__highest_diploma="25", apprentice__last_class="12"),
        NOBODY,
    ),
    ("COH-07", True, valid_cerfa(contract__date_start=date(2023, 12, 31)), NOBODY),
    ("COH-07", False, valid_cerfa(contract__date_start=date(2024, 1, 1)), NOBODY),
    ("COH-08", True, modes("3", "0"), NOBODY),
    ("COH-08", False, modes("3", "1"), NOBODY),
    ("COH-08", True, modes("1", "1"), NOBODY),
    ("COH-08", True, modes("4", "2"), NOBODY),
    ("COH-08", False, modes("4", "3"), NOBODY),
    ("COH-08", False, modes("2", "2"), NOBODY),
    ("COH-08", True, modes("1", "0", contract__contract_type="32"), NOBODY),
    ("COH-08", False, modes("4", "3", contract__contract_type="32"), NOBODY),
    ("VER-01", False, version("10103*14", date(2025, 7, 1)), NOBODY),
    ("VER-01", True, version("10103*14", date(2025, 6, 30)), NOBODY),
    ("VER-01", False, version("10103*13", date(2025, 6, 30)), NOBODY),
    ("VER-01", True, version("10103*13", date(2025, 7, 1)), NOBODY),
    ("VER-01", False, version("10103*09", date(2023, 4, 19)), NOBODY),
]


@pytest.mark.parametrize(("rule_id", "is_found", "cerfa", "circumstances"), CASES)
def test_rule(rule_id, is_found, cerfa, circumstances):
    assert (rule_id in ids_on(cerfa, circumstances)) == is_found


AGREEMENT = Idcc("0843", "x", False, date(2020, 1, 1), date(2026, 8, 20))


@pytest.mark.parametrize(
    ("conclusion", "messages"),
    [
        (date(2019, 12, 31), ["n'est pas en vigueur"]),
        (date(2026, 8, 20), ["n'est pas de celles"]),
        (date(2026, 8, 21), ["n'est pas en vigueur"]),
    ],
)
def test_idcc_by_date(conclusion, messages):
    tables = LegalTables.from_rows(idccs=[AGREEMENT])
    cerfa = valid_cerfa(contract__date_conclusion=conclusion)
    found = [f.message for f in check(cerfa, tables) if f.rule_id == "EMP-03"]
    assert [text in seen for text, seen in zip(messages, found, strict=True)] == [True]


def test_an_unknown_idcc_never_blocks():
    for code in ("0000", "1090", "5555"):
        findings = check(valid_cerfa(employer__idcc=code), LegalTables.shipped())
        assert [found.is_blocking for found in findings] == [False]


def test_participation_after_a_rupture():
    cerfa = kind("23", "8", training__diploma_type="62")
    (found,) = [f for f in check(cerfa, LegalTables.shipped()) if f.rule_id == "FIN-01"]
    assert "200 €" in found.message
