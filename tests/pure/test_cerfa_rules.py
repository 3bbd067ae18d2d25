# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rules of the form itself: what each lets pass, finds, and where the limit is.

The rules of law have their own modules; here their findings are left out.
"""

from datetime import date
from decimal import Decimal

import pytest

from cerfa.findings import Severity
from cerfa.form import (
    Address,
    Cerfa,
    Employer,
    LegalRepresentative,
    TrainingPlace,
    Tutor,
)
from cerfa.legal import LegalTables
from cerfa.rules import check
from cerfa_examples import (
    valid_cerfa,
    valid_pay_period,
    valid_place,
    valid_representative,
    valid_tutor,
    with_changes,
)

TABLES = LegalTables.shipped()
DECA = "075202209001234"
LAW = tuple(
    "AGE-0 DAT-0 DAT-1 EMP-04 EMP-06 FIN FOR-01 FOR-03 FOR-05 MA-05".split()
) + (
    "COH-02",
    "COH-03",
    "PAY",
    "VER",
)
OF_THE_FORM = ("AGE-08", "DAT-01", "DAT-05")
CONCLUSION = date(2026, 8, 20)

# (what is changed on the valid form, [(rule, first path), …] expected, in any order)
CASES = [
    # --- the form as a whole
    ({}, []),
    ({"employer.naf": None}, [("OBL-01", "employer.naf")]),
    ({"employer.naf": "  "}, [("OBL-01", "employer.naf")]),
    ({"employer.headcount": None}, [("OBL-01", "employer.headcount")]),
    ({"employer.headcount": 0}, []),
    ({"version": None}, [("OBL-01", "version")]),
    ({"apprentice.usage_name": "DUPONT"}, []),
    ({"tutor": None}, [("OBL-01", "tutor")]),
    ({"employer": None}, [("OBL-01", "employer")]),
    ({"apprentice": None}, [("OBL-01", "apprentice")]),
    ({"apprentice.address": None}, [("OBL-01", "apprentice.address")]),
    (
        {"apprentice.address": Address(city="PARIS")},
        [
            ("OBL-01", "apprentice.address.street"),
            ("OBL-01", "apprentice.address.zip"),
        ],
    ),
    (
        {"employer.address": Address()},
        [
            ("OBL-01", "employer.address.street"),
            ("OBL-01", "employer.address.zip"),
            ("OBL-01", "employer.address.city"),
        ],
    ),
    ({"apprentice.nir": None}, [("OBL-02", "apprentice.nir")]),
    ({"apprentice.nir": " "}, [("OBL-02", "apprentice.nir")]),
    # --- lengths and formats
    ({"employer.name": "x" * 80}, []),
    ({"employer.name": "x" * 81}, [("FMT-01", "employer.name")]),
    (
        {"training_centre.address.street": "x" * 51},
        [("FMT-01", "training_centre.address.street")],
    ),
    ({"employer.email": "nobody"}, [("FMT-02", "employer.email")]),
    ({"tutor.email": "a@b@c.fr"}, [("FMT-02", "tutor.email")]),
    ({"employer.email": "x" * 81}, [("FMT-01", "employer.email")]),
    ({"apprentice.phone": "12"}, [("FMT-03", "apprentice.phone")]),
    ({"apprentice.phone": "+262 692 12 34 56"}, []),
    ({"employer.address.zip": "7501"}, [("FMT-04", "employer.address.zip")]),
    # --- codes
    ({"contract.mode": "5"}, [("COD-01", "contract.mode")]),
    ({"apprentice.last_class": "1"}, [("COD-01", "apprentice.last_class")]),
    ({"training.diploma_type": "71"}, [("COD-02", "training.diploma_type")]),
    ({"apprentice.highest_diploma": "61"}, [("COD-02", "apprentice.highest_diploma")]),
    (
        {"training.diploma_type": "71", "contract.date_conclusion": date(2025, 1, 16)},
        [],
    ),
    (
        {"training.diploma_type": "71", "contract.date_conclusion": date(2025, 1, 17)},
        [("COD-02", "training.diploma_type")],
    ),
    (
        {"training.diploma_type": "75", "contract.date_conclusion": date(2025, 1, 17)},
        [],
    ),
    (
        {"training.diploma_type": "75", "contract.date_conclusion": date(2025, 1, 16)},
        [("COD-03", "training.diploma_type")],
    ),
    (
        {"training.diploma_type": "71", "contract.date_conclusion": None},
        [("OBL-01", "contract.date_conclusion")],
    ),
    # --- employer
    ({"employer.siret": "90000001900018"}, [("EMP-01", "employer.siret")]),
    ({"employer.siret": "900 000 019 00019"}, [("EMP-01", "employer.siret")]),
    ({"employer.siret": "35600000009075"}, []),
    ({"employer.naf": "10.71C"}, [("IDT-01", "employer.naf")]),
    ({"employer.idcc": "843"}, [("EMP-03", "employer.idcc")]),
    ({"employer.headcount": -1}, [("FMT-05", "employer.headcount")]),
    (
        {"employer.public_unemployment_scheme": True},
        [("EMP-02", "employer.public_unemployment_scheme")],
    ),
    (
        {
            "employer.public_unemployment_scheme": True,
            "employer.employer_type": "30",
        },
        [],
    ),
    (
        {"employer.supporting_documents_attested": False},
        [("OBL-03", "employer.supporting_documents_attested")],
    ),
    # --- tutors
    (
        {"employer.tutor_eligibility_attested": None},
        [("MA-04", "employer.tutor_eligibility_attested")],
    ),
    ({"second_tutor": valid_tutor()}, []),
    ({"second_tutor": Tutor()}, []),
    (
        {"second_tutor": valid_tutor(), "second_tutor.job": None},
        [("OBL-01", "second_tutor.job")],
    ),
    # --- apprentice
    ({"apprentice.sex": "X"}, [("FMT-06", "apprentice.sex")]),
    ({"apprentice.birth_department": "75"}, []),
    (
        {"apprentice.birth_department": "96"},
        [("IDT-02", "apprentice.birth_department")],
    ),
    ({"apprentice.nir": "1060575056123x"}, [("IDT-03", "apprentice.nir")]),
    ({"apprentice.nir": "106057505612300"}, [("IDT-03", "apprentice.nir")]),
    ({"apprentice.nir": "106057505612379"}, []),
    ({"apprentice.nir": "7060575056123"}, [("IDT-04", "apprentice.nir")]),
    ({"apprentice.nir": "2060575056123"}, [("IDT-05", "apprentice.nir")]),
    ({"apprentice.sex": "F", "apprentice.nir": "2060575056123"}, []),
    ({"apprentice.nir": "1070575056123"}, [("IDT-06", "apprentice.nir")]),
    ({"apprentice.nir": "1060675056123"}, [("IDT-07", "apprentice.nir")]),
    ({"apprentice.nir": "1063075056123"}, [("IDT-07", "apprentice.nir")]),
    ({"apprentice.nir": "1060576056123"}, [("IDT-08", "apprentice.nir")]),
    (
        {"apprentice.nir": "1060599056123", "apprentice.birth_department": "099"},
        [],
    ),
    (
        {"apprentice.nir": "106052A056123", "apprentice.birth_department": "02A"},
        [],
    ),
    (
        {"apprentice.nir": "1060520056123", "apprentice.birth_department": "2B"},
        [],
    ),
    (
        {"apprentice.nir": "1060597156123", "apprentice.birth_department": "971"},
        [],
    ),
    (
        {"apprentice.nir": "1060597256123", "apprentice.birth_department": "971"},
        [("IDT-08", "apprentice.nir")],
    ),
    (
        {"apprentice.nir": "1060592056123", "apprentice.birth_department": "099"},
        [("IDT-08", "apprentice.nir")],
    ),
    (
        {
            "apprentice.nir": "1620592056123",
            "apprentice.birth_department": "099",
            "apprentice.birth_date": date(1962, 5, 14),
        },
        [],
    ),
    # --- contract
    (
        {"contract.contract_type": "36"},
        [
            ("COH-01", "contract.previous_number"),
            ("COH-01", "contract.date_amendment_effect"),
        ],
    ),
    (
        {
            "contract.contract_type": "36",
            "contract.previous_number": DECA,
            "contract.date_amendment_effect": date(2027, 1, 4),
        },
        [],
    ),
    (
        {
            "contract.contract_type": "38",
            "contract.previous_number": "x",
            "contract.date_amendment_effect": date(2027, 1, 4),
        },
        [("COH-01", "contract.previous_number")],
    ),
    ({"contract.contract_type": "22"}, [("COH-01", "contract.previous_number")]),
    (
        {"contract.contract_type": "22", "contract.previous_number": "x"},
        [("COH-01", "contract.previous_number")],
    ),
    ({"contract.contract_type": "22", "contract.previous_number": DECA}, []),
    (
        {
            "contract.contract_type": "22",
            "contract.previous_number": "94202209001234",
        },
        [("IDT-09", "contract.previous_number")],
    ),
    ({"contract.date_conclusion": date(2026, 9, 1)}, []),
    (
        {"contract.date_conclusion": date(2026, 9, 2)},
        [("DAT-01", "contract.date_conclusion")],
    ),
    (
        {
            "contract.date_conclusion": date(2026, 9, 2),
            "contract.contract_type": "36",
            "contract.previous_number": DECA,
            "contract.date_amendment_effect": date(2027, 1, 4),
        },
        [],
    ),
    ({"contract.date_end": date(2026, 9, 2)}, []),
    ({"contract.date_end": date(2026, 9, 1)}, [("DAT-05", "contract.date_start")]),
    ({"training.date_start": date(2028, 7, 4)}, []),
    ({"training.date_start": date(2028, 7, 5)}, [("DAT-05", "training.date_start")]),
    ({"contract.weekly_hours": 0}, [("FMT-07", "contract.weekly_hours")]),
    ({"contract.weekly_hours": 1}, []),
    ({"contract.weekly_hours": 60}, []),
    ({"contract.weekly_hours": 61}, [("FMT-07", "contract.weekly_hours")]),
    ({"contract.weekly_minutes": -1}, [("FMT-08", "contract.weekly_minutes")]),
    ({"contract.weekly_minutes": 59}, []),
    ({"contract.weekly_minutes": 60}, [("FMT-08", "contract.weekly_minutes")]),
    (
        {"contract.gross_monthly_wage": Decimal(0)},
        [("FMT-09", "contract.gross_monthly_wage")],
    ),
    (
        {"contract.gross_monthly_wage": Decimal("NaN")},
        [("FMT-09", "contract.gross_monthly_wage")],
    ),
    ({"contract.meal_benefit": Decimal(0)}, []),
    ({"contract.meal_benefit": Decimal(-1)}, [("FMT-10", "contract.meal_benefit")]),
    (
        {"contract.housing_benefit": Decimal("Infinity")},
        [("FMT-10", "contract.housing_benefit")],
    ),
    # --- pay lines
    ({"contract.pay_periods": ()}, [("OBL-01", "contract.pay_periods")]),
    ({"contract.pay_periods": None}, [("OBL-01", "contract.pay_periods")]),
    (
        {
            "contract.pay_periods": tuple(
                valid_pay_period(year, number)
                for year in (1, 2, 3, 4)
                for number in (1, 2)
            )
        },
        [],
    ),
    (
        {
            "contract.pay_periods": tuple(
                valid_pay_period(year, number)
                for year in (1, 2, 3, 4)
                for number in (1, 2)
            )
            + (valid_pay_period(),)
        },
        [("FMT-13", "contract.pay_periods")],
    ),
    (
        {"contract.pay_periods.2.year": 5},
        [("FMT-11", "contract.pay_periods.2.year")],
    ),
    (
        {"contract.pay_periods.2.year": 0},
        [("FMT-11", "contract.pay_periods.2.year")],
    ),
    (
        {"contract.pay_periods.1.number": 3},
        [("FMT-12", "contract.pay_periods.1.number")],
    ),
    ({"contract.pay_periods.1.number": 1}, [("FMT-13", "contract.pay_periods")]),
    ({"contract.pay_periods.0.date_end": date(2026, 9, 1)}, []),
    (
        {"contract.pay_periods.0.date_end": date(2026, 8, 31)},
        [("FMT-14", "contract.pay_periods.0.date_start")],
    ),
    (
        {"contract.pay_periods.0.rate": Decimal(0)},
        [("FMT-15", "contract.pay_periods.0.rate")],
    ),
    ({"contract.pay_periods.0.rate": Decimal("0.01")}, []),
    ({"contract.pay_periods.0.rate": Decimal(999)}, []),
    (
        {"contract.pay_periods.0.rate": Decimal("999.01")},
        [("FMT-15", "contract.pay_periods.0.rate")],
    ),
    (
        {"contract.pay_periods.1.basis": "smic"},
        [("FMT-16", "contract.pay_periods.1.basis")],
    ),
    ({"contract.pay_periods.1.basis": "SMC"}, []),
    # --- training
    ({"training.hours": 0}, [("FOR-02", "training.hours")]),
    ({"training.hours": 1}, []),
    ({"training.hours": 9999}, []),
    ({"training.hours": 10000}, [("FOR-02", "training.hours")]),
    ({"training.distance_hours": 840}, []),
    ({"training.distance_hours": 841}, [("FOR-02", "training.distance_hours")]),
    ({"training.distance_hours": -1}, [("FOR-02", "training.distance_hours")]),
    ({"training.rncp": "RNCP38764"}, []),
    ({"training.rncp": "12"}, [("IDT-10", "training.rncp")]),
    ({"training.diploma_code": "4502210"}, [("IDT-11", "training.diploma_code")]),
    (
        {"training_centre.siret": "90000002700013"},
        [("FOR-06", "training_centre.siret")],
    ),
    ({"training_centre.uai": "0750000A"}, [("FOR-06", "training_centre.uai")]),
    ({"training_centre.is_main_place": False}, [("FOR-06", "training_place")]),
    (
        {
            "training_centre.is_main_place": False,
            "training_place": TrainingPlace(address=Address()),
        },
        [("FOR-06", "training_place")],
    ),
    (
        {"training_centre.is_main_place": False, "training_place": valid_place()},
        [],
    ),
    (
        {"training_place": valid_place(), "training_place.siret": "1"},
        [("FOR-06", "training_place.siret")],
    ),
    (
        {"training_place": valid_place(), "training_place.uai": "0750000A"},
        [("FOR-06", "training_place.uai")],
    ),
    ({"training_centre.visa": False}, [("OBL-04", "training_centre.visa")]),
]


def found_on(cerfa) -> list[tuple[str, str]]:
    return [
        (finding.rule_id, finding.paths[0])
        for finding in check(cerfa, TABLES)
        if finding.rule_id in OF_THE_FORM or not finding.rule_id.startswith(LAW)
    ]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_rules(changes, expected):
    found = found_on(with_changes(valid_cerfa(), changes))
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    ("birth_date", "is_blocked"),
    [
        (date(2008, 8, 19), False),
        (date(2008, 8, 20), False),
        (date(2008, 8, 21), True),
    ],
)
def test_minor_needs_a_representative(birth_date, is_blocked):
    cerfa = valid_cerfa(apprentice__birth_date=birth_date, apprentice__nir=None)
    blocked = ("AGE-08", "apprentice.legal_representative") in found_on(cerfa)
    assert blocked == is_blocked


@pytest.mark.parametrize(
    "changes",
    [
        {"apprentice__emancipated": True},
        {"apprentice__legal_representative": valid_representative()},
    ],
)
def test_minor_emancipated_or_represented(changes):
    minor = {"apprentice__birth_date": date(2009, 5, 14), "apprentice__nir": None}
    assert found_on(valid_cerfa(**minor, **changes)) == [("OBL-02", "apprentice.nir")]


def test_a_blank_representative_is_none():
    blank = LegalRepresentative(address=Address(city=" "))
    cerfa = valid_cerfa(
        apprentice__birth_date=date(2009, 5, 14),
        apprentice__nir=None,
        apprentice__legal_representative=blank,
    )
    assert ("AGE-08", "apprentice.legal_representative") in found_on(cerfa)
    assert not any("legal_representative." in path for _, path in found_on(cerfa))


@pytest.mark.parametrize("birth_date", [date(2008, 2, 29), date(2008, 3, 1)])
@pytest.mark.parametrize(
    ("conclusion", "is_blocked"), [(date(2026, 2, 28), True), (date(2026, 3, 1), False)]
)
def test_born_on_29_february(birth_date, conclusion, is_blocked):
    cerfa = valid_cerfa(
        apprentice__birth_date=birth_date,
        apprentice__nir=None,
        contract__date_conclusion=conclusion,
    )
    blocked = ("AGE-08", "apprentice.legal_representative") in found_on(cerfa)
    assert blocked == is_blocked


def test_a_removed_code_says_until_when():
    cerfa = valid_cerfa(training__diploma_type="71")
    (found,) = [f for f in check(cerfa, TABLES) if f.rule_id == "COD-02"]
    assert found.severity is Severity.BLOCK
    assert found.paths == ("training.diploma_type", "contract.date_conclusion")
    assert found.message == (
        "La formation › Diplôme ou titre visé par l'apprenti : le code « 71 » (Master "
        "professionnel/DESS) n'est admis que pour les contrats conclus jusqu'au "
        "16/01/2025, et celui-ci est conclu le 20/08/2026. Choisissez un code en "
        "vigueur à cette date."
    )


def test_severities():
    def severities(**changes):
        return {finding.severity for finding in check(valid_cerfa(**changes), TABLES)}

    assert severities(apprentice__nir=None) == {Severity.OVERRIDABLE_BLOCK}
    assert severities(apprentice__nir="7060575056123") == {Severity.OVERRIDABLE_BLOCK}
    assert severities(apprentice__nir="1060675056123") == {Severity.OVERRIDABLE_BLOCK}
    assert severities(apprentice__nir="1060576056123") == {Severity.OVERRIDABLE_BLOCK}
    assert severities(apprentice__nir="2060575056123") == {Severity.BLOCK}
    assert severities(apprentice__nir="1070575056123") == {Severity.BLOCK}
    assert severities(contract__contract_type="21") == {Severity.WARN}
    assert severities(contract__contract_type="36") == {Severity.BLOCK}


def test_an_empty_form_names_each_section():
    assert found_on(Cerfa()) == [
        ("OBL-01", "employer"),
        ("OBL-01", "apprentice"),
        ("OBL-01", "tutor"),
        ("OBL-01", "contract"),
        ("OBL-01", "training"),
        ("OBL-01", "training_centre"),
        ("OBL-01", "version"),
    ]


def test_an_empty_section_names_each_box():
    found = found_on(valid_cerfa(employer=Employer()))
    assert ("OBL-01", "employer.siret") in found
    assert ("OBL-01", "employer.address") in found
    assert ("OBL-01", "employer") not in found
