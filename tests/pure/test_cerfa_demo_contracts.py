# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The contracts of the demonstration, as they stand on 23 November 2026."""

from datetime import date
from decimal import Decimal

import pytest

from cerfa.circumstances import Circumstances
from cerfa.form import PayPeriod
from cerfa.pay import pay_periods
from cerfa.rules import check
from cerfa_examples import TABLES, valid_cerfa, valid_representative, with_changes

TODAY = Circumstances(today=date(2026, 11, 23))
START = date(2026, 11, 16)
BAKER = ("49", "45022104", "38764", 840, 0)
COMMERCE = ("54", "32031213", "38362", 1100, 120)
SALES = ("33", "50031225", "38399", 800, 40)


def demo(birth_date, conclusion, end, lines, wage, training, **changes):
    diploma_type, code, rncp, hours, distance = training
    form = with_changes(
        valid_cerfa(),
        {
            "apprentice.birth_date": birth_date,
            "contract.date_conclusion": conclusion,
            "contract.date_start": START,
            "contract.date_practical_training": START,
            "contract.date_end": end,
            "contract.pay_periods": tuple(
                PayPeriod(year, number, first, last, Decimal(rate), "SMIC")
                for year, number, first, last, rate in lines
            ),
            "contract.gross_monthly_wage": Decimal(wage),
            "training.date_start": START,
            "training.date_end": date(2028, 6, 30),
            "training.diploma_type": diploma_type,
            "training.diploma_code": code,
            "training.rncp": rncp,
            "training.hours": hours,
            "training.distance_hours": distance,
            "employer.address.zip": "44000",
            "apprentice.birth_department": "44",
        },
    )
    return with_changes(form, {k.replace("__", "."): v for k, v in changes.items()})


END = date(2028, 8, 31)
TWO_LINES = [
    (1, 1, START, date(2027, 11, 15), 53),
    (2, 1, date(2027, 11, 16), END, 61),
]
MARTIN = demo(
    date(2006, 5, 14),
    date(2026, 11, 9),
    END,
    [
        (1, 1, START, date(2027, 5, 31), 43),
        (1, 2, date(2027, 6, 1), date(2027, 11, 15), 53),
        (2, 1, date(2027, 11, 16), END, 61),
    ],
    "802.82",
    BAKER,
    apprentice__sex="F",
    apprentice__nir="206054410902157",
)
HADDAD = demo(
    date(2005, 2, 9),
    date(2026, 11, 23),
    END,
    TWO_LINES,
    "989.52",
    COMMERCE,
    apprentice__nir="105029304811239",
    apprentice__birth_department="93",
    apprentice__situation_before="3",
    apprentice__last_diploma_prepared="42",
    apprentice__highest_diploma="42",
    employer__idcc="1090",
    employer__address__zip="44800",
    tutor__diploma_level="5",
)
PETIT = demo(
    date(2004, 11, 30),
    date(2026, 11, 10),
    END,
    TWO_LINES,
    "989.52",
    COMMERCE,
    apprentice__sex="F",
    apprentice__nir="204114900704548",
    apprentice__birth_department="49",
    apprentice__situation_before="11",
    apprentice__last_diploma_prepared="43",
    apprentice__highest_diploma="43",
    employer__idcc="3013",
    employer__address__zip="44600",
    tutor__diploma_level="6",
)
MOREAU = demo(
    date(2009, 8, 20),
    date(2026, 11, 12),
    date(2028, 7, 31),
    [
        (1, 1, START, date(2027, 8, 31), 27),
        (1, 2, date(2027, 9, 1), date(2027, 11, 15), 43),
        (2, 1, date(2027, 11, 16), date(2028, 7, 31), 51),
    ],
    "504.10",
    SALES,
    apprentice__nir="109084410908739",
    apprentice__last_diploma_prepared="25",
    apprentice__highest_diploma="25",
    apprentice__legal_representative=valid_representative(),
)
CASANOVA = demo(
    date(2002, 3, 25),
    date(2026, 11, 13),
    END,
    [
        (1, 1, START, date(2027, 11, 15), 53),
        (2, 1, date(2027, 11, 16), date(2028, 3, 31), 61),
        (2, 2, date(2028, 4, 1), END, 100),
    ],
    "989.52",
    COMMERCE,
    apprentice__sex="F",
    apprentice__nir="202032A00403357",
    apprentice__birth_department="2A",
    apprentice__disabled_worker=True,
    apprentice__situation_before="4",
    apprentice__last_diploma_prepared="41",
    apprentice__highest_diploma="41",
    contract__contract_type="22",
    contract__previous_number="044202409001234",
    employer__idcc="1090",
    employer__address__zip="44800",
    tutor__diploma_level="5",
)
DEMO = {
    "MARTIN": (MARTIN, ["DAT-13"]),
    "HADDAD": (HADDAD, ["DAT-01", "DAT-13", "EMP-03"]),
    "PETIT": (PETIT, ["DAT-13"]),
    "MOREAU": (MOREAU, ["DAT-13"]),
    "CASANOVA": (CASANOVA, ["DAT-13", "EMP-03"]),
}


@pytest.mark.parametrize(("cerfa", "expected"), DEMO.values(), ids=DEMO)
def test_findings(cerfa, expected):
    findings = check(cerfa, TABLES, TODAY)
    assert sorted(found.rule_id for found in findings) == expected
    assert {f.rule_id for f in findings if f.is_blocking} <= {"DAT-01"}


@pytest.mark.parametrize("cerfa", [cerfa for cerfa, _ in DEMO.values()], ids=DEMO)
def test_the_lines_are_the_generated_ones(cerfa):
    contract = cerfa.contract
    birth_date = cerfa.apprentice.birth_date
    generated = pay_periods(birth_date, contract.date_start, contract.date_end, TABLES)
    assert contract.pay_periods == generated
