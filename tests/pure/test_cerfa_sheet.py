# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The sheet shows every box of the form once, in the order of the paper."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from cerfa.findings import MASK
from cerfa.form import Cerfa, boxes, boxes_on, part_class
from cerfa.legal import LegalTables
from cerfa.sheet import Line, masked_sheet, sheet
from cerfa.sheet_rows import COLUMNS, rows
from cerfa_examples import (
    valid_cerfa,
    valid_place,
    valid_representative,
    valid_tutor,
    with_changes,
)
from test_cerfa_any_form import RELAXED, arbitrary

TABLES = LegalTables.shipped()
FULL = with_changes(
    valid_cerfa(training_centre__is_main_place=False),
    {
        "second_tutor": valid_tutor(),
        "training_place": valid_place(),
        "apprentice.legal_representative": valid_representative(),
    },
)
# A few boxes in the order of the paper, from the top of the first page to the last.
IN_ORDER = [
    "contract.mode",
    "employer.name",
    "employer.siret",
    "employer.address.street",
    "employer.phone",
    "employer.employer_type",
    "employer.specific_employer",
    "employer.naf",
    "employer.headcount",
    "employer.idcc",
    "apprentice.birth_name",
    "apprentice.nir",
    "apprentice.address.zip",
    "apprentice.birth_date",
    "apprentice.disabled_worker",
    "apprentice.situation_before",
    "apprentice.highest_diploma",
    "apprentice.legal_representative.birth_name",
    "tutor.birth_name",
    "second_tutor.birth_name",
    "employer.tutor_eligibility_attested",
    "contract.contract_type",
    "contract.date_conclusion",
    "contract.hazardous_work",
    "contract.pay_periods.rate",
    "contract.gross_monthly_wage",
    "employer.pension_fund",
    "contract.meal_benefit",
    "training_centre.in_house",
    "training_centre.address.city",
    "training.diploma_type",
    "training_centre.is_main_place",
    "training.date_start",
    "training.distance_hours",
    "training_place.name",
    "training_centre.visa",
    "employer.supporting_documents_attested",
    "contract.signing_place",
]


def leaves(part: type = Cerfa, prefix: str = "") -> list[str]:
    """Return the path of every box that holds a value."""
    found = []
    for name in boxes(part):
        held = part_class(part, name)
        path = f"{prefix}{name}"
        found += leaves(held, f"{path}.") if held else [path]
    return found


def groups(sections):
    return [group for section in sections for group in section.groups]


def lines(sections) -> list[Line]:
    return [line for group in groups(sections) for line in group.lines]


def paths(sections) -> list[str]:
    """Return the paths of lines and of columns, in the order of the sheet."""
    return [
        path
        for group in groups(sections)
        for path in (
            group.table.paths if group.table else [line.path for line in group.lines]
        )
    ]


def text_of(path: str, cerfa: Cerfa, write=sheet) -> str:
    (text,) = [line.text for line in lines(write(cerfa, TABLES)) if line.path == path]
    return text


def pay_rows(cerfa: Cerfa):
    (table,) = [group.table for group in groups(sheet(cerfa, TABLES)) if group.table]
    return table.rows


@pytest.mark.parametrize("write", [sheet, masked_sheet])
@pytest.mark.parametrize("cerfa", [FULL, valid_cerfa(), Cerfa()])
def test_every_box_appears_once(cerfa, write):
    assert sorted(paths(write(cerfa, TABLES))) == sorted(leaves())


def test_boxes_follow_the_paper():
    shown_paths = paths(sheet(FULL, TABLES))
    assert [path for path in shown_paths if path in IN_ORDER] == IN_ORDER


def test_labels_are_those_of_the_form():
    for line in lines(sheet(FULL, TABLES)):
        assert line.label == boxes_on(line.path)[-1].label


def test_sections_follow_the_paper():
    assert [section.title for section in sheet(FULL, TABLES)] == [
        "Le formulaire",
        "L'employeur",
        "L'apprenti(e)",
        "Le maître d'apprentissage",
        "Le contrat",
        "La formation",
        "Attestations et signatures",
    ]


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (
            "contract.contract_type",
            "11",
            "11 – Premier contrat d'apprentissage de l'apprenti",
        ),
        ("contract.contract_type", "99", "99"),
        ("contract.date_start", date(2026, 9, 1), "01/09/2026"),
        ("contract.gross_monthly_wage", Decimal("802.82"), "802,82 €"),
        ("contract.gross_monthly_wage", Decimal("1823.03"), "1\xa0823,03 €"),
        ("contract.meal_benefit", Decimal("3.5"), "3,50 €"),
        ("contract.meal_benefit", None, ""),
        ("contract.hazardous_work", True, "oui"),
        ("contract.hazardous_work", False, "non"),
        ("contract.weekly_hours", 35, "35"),
        ("contract.weekly_minutes", 0, "0"),
        ("training.title", "x" * 255, "x" * 255),
        ("apprentice.usage_name", " ", ""),
    ],
)
def test_texts(path, value, text):
    assert text_of(path, with_changes(FULL, {path: value})) == text


@pytest.mark.parametrize(
    ("conclusion", "label"),
    [
        (date(2025, 6, 30), "Modification du diplôme préparé par l'apprenti"),
        (date(2025, 7, 1), "Diplôme supplémentaire préparé par l'apprenti"),
        (None, "Diplôme supplémentaire préparé par l'apprenti"),
    ],
)
def test_a_code_has_the_label_of_its_time(conclusion, label):
    cerfa = valid_cerfa(
        contract__contract_type="35", contract__date_conclusion=conclusion
    )
    assert text_of("contract.contract_type", cerfa).startswith(f"35 – {label}")


def test_pay_is_one_row_a_period():
    assert pay_rows(FULL)[1] == ("1", "2", "01/06/2027", "31/08/2027", "53 %", "SMIC")
    rated = with_changes(FULL, {"contract.pay_periods.0.rate": Decimal("27.50")})
    assert pay_rows(rated)[0][4] == "27,5 %"
    hundred = with_changes(FULL, {"contract.pay_periods.0.rate": Decimal("100.00")})
    assert pay_rows(hundred)[0][4] == "100 %"


def test_no_pay_is_an_empty_row():
    assert pay_rows(Cerfa()) == (("",) * 6,)


def test_personal_boxes_are_masked_for_others():
    masked = {line.path: line.text for line in lines(masked_sheet(FULL, TABLES))}
    for line in lines(sheet(FULL, TABLES)):
        if boxes_on(line.path)[-1].personal:
            assert masked.pop(line.path) == MASK
        else:
            assert masked.pop(line.path) == line.text
    assert not masked


def test_an_empty_personal_box_looks_like_a_filled_one():
    without = with_changes(FULL, {"apprentice.nir": None})
    assert text_of("apprentice.nir", without, masked_sheet) == MASK
    assert FULL.apprentice.nir not in str(masked_sheet(FULL, TABLES))


@RELAXED
@given(arbitrary(Cerfa))
def test_any_form_has_a_sheet(cerfa):
    for write in (sheet, masked_sheet):
        assert sorted(paths(write(cerfa, TABLES))) == sorted(leaves())


def test_rows_are_full():
    for group in groups(sheet(FULL, TABLES)):
        set_rows = rows(group.lines)
        assert [line for row in set_rows for line, _ in row] == list(group.lines)
        assert all(sum(width for _, width in row) == COLUMNS for row in set_rows)


def test_an_address_has_rows_of_its_own():
    employer = next(s for s in sheet(FULL, TABLES) if s.title == "L'employeur")
    for row in rows(employer.groups[0].lines):
        in_address = {".address." in line.path for line, _ in row}
        assert len(in_address) == 1


def test_every_value_of_the_form_is_on_the_sheet():
    """No value is left aside because its box is written another way."""
    texts = " ".join(line.text for line in lines(sheet(FULL, TABLES)))
    for value in plain_texts(FULL):
        assert value in texts


def plain_texts(part) -> list[str]:
    if is_dataclass(part):
        held = [getattr(part, field.name) for field in fields(part)]
        return [text for value in held for text in plain_texts(value)]
    return [part] if isinstance(part, str) else []
