# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The flat spreadsheet: what is written in it is read back, and nothing breaks it."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import numbers

from cerfa.form import boxes_on
from cerfa.legal import LegalTables
from cerfa.spreadsheet.cells import UnreadableCell, code_spellings, fold, read_cell
from cerfa.spreadsheet.columns import columns, columns_by_path
from cerfa.spreadsheet.issues import UnreadableFile
from cerfa.spreadsheet.parties import check_duplicates, gather
from cerfa.spreadsheet.reading import MAX_ROWS, read
from cerfa.spreadsheet.report import report
from cerfa.spreadsheet.template import template
from cerfa.spreadsheet.workbook import MAX_BYTES
from cerfa_examples import valid_cerfa, valid_place, valid_representative, valid_tutor

TABLES = LegalTables.shipped()
SPELLINGS = code_spellings(TABLES.codes)
TODAY = date(2026, 11, 1)
NIR = "206054410902157"

IDENTITY = {
    "employer.siret": "90000001900019",
    "apprentice.birth_name": "MARTIN",
    "apprentice.first_name": "Léa",
    "apprentice.birth_date": date(2006, 5, 14),
}
PARTNER_FIELDS = {
    "employer.siret": "company_registry",
    "employer.naf": "naf",
    "employer.phone": "phone",
    "training_centre.siret": "company_registry",
    "training_centre.uai": "uai",
    "apprentice.birth_name": "birth_name",
    "apprentice.first_name": "first_name",
    "apprentice.birth_date": "birth_date",
    "tutor.birth_name": "birth_name",
    "tutor.first_name": "first_name",
    "tutor.birth_date": "birth_date",
    "tutor.job": "job",
}


def workbook_of(content):
    return load_workbook(BytesIO(content))


def to_bytes(workbook):
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def filled(*rows, change=None):
    """Return the template with these rows of cells by path."""
    workbook = workbook_of(template(TABLES, TODAY))
    sheet = workbook["Contrats"]
    places = {cell.value: cell.column for cell in sheet[2]}
    for number, row in enumerate(rows, start=3):
        for path, value in row.items():
            sheet.cell(number, places[path], value)
    if change:
        change(workbook)
    return to_bytes(workbook)


def flat(part, prefix=""):
    """Return the values of a form by the path of their column."""
    values = {}
    for field in fields(part):
        value = getattr(part, field.name)
        path = prefix + field.name
        if path == "contract.pay_periods":
            for period in value:
                for name in ("date_start", "date_end", "rate", "basis"):
                    key = f"{path}.{period.year}.{period.number}.{name}"
                    values[key] = getattr(period, name)
        elif is_dataclass(value):
            values |= flat(value, f"{path}.")
        elif value is not None and path != "version":
            values[path] = value
    return values


def cell(path, value):
    return read_cell(columns_by_path()[path], value, SPELLINGS)


def sentences(reading):
    return [issue.sentence for issue in reading.issues]


# ------------------------------------------------------------------- columns
def test_every_box_has_its_column():
    found = columns()
    assert len({column.path for column in found}) == len(found)
    assert len({column.title for column in found}) == len(found)
    assert all(boxes_on(column.path) for column in found)
    assert "version" not in columns_by_path()
    pay = columns_by_path()["contract.pay_periods.4.2.rate"]
    assert pay.title == "Le contrat – Rémunération 4.2 – Pourcentage"
    personal = {column.path for column in found if column.personal}
    assert "apprentice.nir" in personal and len(personal) == 4


def test_template_is_a_form_to_fill_in():
    workbook = workbook_of(template(TABLES, TODAY))
    assert workbook.sheetnames == ["Contrats", "Codes"]
    sheet = workbook["Contrats"]
    assert sheet.freeze_panes == "A3"
    assert sheet.row_dimensions[2].hidden
    assert [found.value for found in sheet[2]] == [c.path for c in columns()]
    assert [found.value for found in sheet[1]] == [c.title for c in columns()]
    codes = {(row[1].value, row[2].value) for row in workbook["Codes"]}
    assert ("73", "Master") in codes
    assert not any(label == "Master professionnel/DESS" for _, label in codes)
    lists = {found.formula1 for found in sheet.data_validations.dataValidation}
    assert '"oui,non"' in lists and any(found.startswith("Codes!") for found in lists)


def test_template_without_personal_data():
    paths = {
        c.value for c in workbook_of(template(TABLES, TODAY, False))["Contrats"][2]
    }
    assert "apprentice.nir" not in paths


# ---------------------------------------------------------------- round trip
def test_what_is_written_is_read_back():
    cerfa = valid_cerfa(
        second_tutor=valid_tutor(),
        training_place=valid_place(),
        apprentice__legal_representative=valid_representative(),
        apprentice__nir=NIR,
    )
    values = flat(cerfa)
    written = {
        path: float(value) if isinstance(value, Decimal) else value
        for path, value in values.items()
    }
    reading = read(filled(written, written), TABLES)
    assert sentences(reading) == []
    assert [row.number for row in reading.rows] == [3, 4]
    assert reading.rows[0].values == values


def test_columns_are_found_by_path_whatever_their_order():
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Contrats"
    sheet.append(["Prénom", "SIRET"])
    sheet.append(["apprentice.first_name", "employer.siret"])
    sheet.append([])
    sheet.append(["  Léa ", 90000001900019])
    reading = read(to_bytes(workbook), TABLES)
    assert reading.rows[0].number == 4
    assert reading.rows[0].values == {
        "apprentice.first_name": "Léa",
        "employer.siret": "90000001900019",
    }


# --------------------------------------------------------------------- cells
@pytest.mark.parametrize(
    ("path", "seen", "value"),
    [
        ("contract.date_start", datetime(2026, 9, 1), date(2026, 9, 1)),
        ("contract.date_start", "01/09/2026", date(2026, 9, 1)),
        ("contract.date_start", "1-9-2026", date(2026, 9, 1)),
        ("contract.date_start", "2026-09-01", date(2026, 9, 1)),
        ("contract.date_start", "2026-09-01T00:00:00", date(2026, 9, 1)),
        ("contract.date_start", "  ", None),
        ("apprentice.last_class", 1, "01"),
        ("apprentice.last_class", 1.0, "01"),
        ("apprentice.last_class", "1", "01"),
        ("apprentice.last_class", "01 – L'apprenti a suivi", "01"),
        ("contract.mode", "01", "1"),
        ("tutor.diploma_level", 0, "0"),
        ("tutor.diploma_level", "0 - Aucun diplôme", "0"),
        ("employer.siret", 90000001900019, "90000001900019"),
        ("employer.siret", "900 000 019\u00a000019", "90000001900019"),
        ("employer.siret", 552013500012, "00552013500012"),
        ("apprentice.address.zip", 1000, "01000"),
        ("apprentice.address.zip", "1000", "01000"),
        ("apprentice.address.zip", "75 019", "75019"),
        ("apprentice.phone", 612345678, "0612345678"),
        ("apprentice.phone", 33612345678.0, "+33612345678"),
        ("apprentice.phone", "+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("apprentice.nir", 2.06054410902157e14, NIR),
        ("apprentice.nir", int(NIR), NIR),
        ("apprentice.nir", "2 06 05 44 109 021 57", NIR),
        ("apprentice.nir", "2020 32a 004033", "202032A004033"),
        ("apprentice.birth_department", 1, "01"),
        ("apprentice.birth_department", "2a", "2A"),
        ("employer.idcc", 843, "0843"),
        ("employer.naf", "10.71c", "1071C"),
        ("training.diploma_code", 1022104, "01022104"),
        ("contract.previous_number", 44202209001234, "044202209001234"),
        ("contract.previous_number", 94202209001234, "94202209001234"),
        ("contract.other_benefit", "X", True),
        ("contract.other_benefit", "Vrai", True),
        ("contract.other_benefit", 1, True),
        ("contract.other_benefit", "NON", False),
        ("contract.other_benefit", 0.0, False),
        ("contract.gross_monthly_wage", "1 802,82 €", Decimal("1802.82")),
        ("contract.gross_monthly_wage", 802.82, Decimal("802.82")),
        ("contract.gross_monthly_wage", 783.9029, Decimal("783.90")),
        ("contract.pay_periods.1.1.rate", "53,5 %", Decimal("53.50")),
        ("contract.pay_periods.1.1.basis", "smic", "SMIC"),
        ("contract.weekly_hours", "35,0", 35),
        ("apprentice.sex", "Féminin", "F"),
        ("apprentice.address.street", 12, "12"),
        ("apprentice.first_name", " Anne\n Lise\u200b", "Anne Lise"),
    ],
)
def test_cells(path, seen, value):
    assert cell(path, seen) == value


@pytest.mark.parametrize(
    ("path", "seen", "said"),
    [
        ("contract.date_start", "31/02/2026", "calendrier"),
        ("contract.date_start", "01/09/26", "pas une date"),
        ("contract.date_start", 46266, "pas une date"),
        ("contract.date_start", date(1, 1, 1), "hors de portée"),
        ("contract.mode", "9", "table"),
        ("contract.mode", True, "format Texte"),
        ("employer.siret", "90000001900018", "SIRET"),
        ("employer.siret", "9,00000019E+13", "SIRET"),
        ("apprentice.nir", "2,06054E+14", "perdu des chiffres"),
        ("apprentice.nir", 2.06054e14, "perdu des chiffres"),
        ("apprentice.nir", 2060544100000, "perdu des chiffres"),
        ("apprentice.nir", "206", "pas un NIR"),
        ("apprentice.nir", 2.06054410902157e200, "arrondi"),
        ("contract.previous_number", "4,42022E+14", "perdu des chiffres"),
        ("contract.other_benefit", "peut-être", "oui ou non"),
        ("contract.gross_monthly_wage", "beaucoup", "nombre"),
        ("contract.gross_monthly_wage", float("inf"), "démesuré"),
        ("contract.gross_monthly_wage", 10**12, "démesuré"),
        ("contract.pay_periods.1.1.rate", 0.43, "43 pour 43 %"),
        ("contract.weekly_hours", 35.5, "entier"),
        ("contract.weekly_hours", -35, "entier"),
        ("apprentice.sex", "A", "F ou M"),
        ("contract.pay_periods.1.1.basis", "SMOC", "SMIC ou SMC"),
        ("apprentice.address.street", date(2026, 2, 1), "format Texte"),
        ("training.title", "#N/A", "erreur de calcul"),
    ],
)
def test_unreadable_cells(path, seen, said):
    with pytest.raises(UnreadableCell, match=said):
        cell(path, seen)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.text(max_size=30),
    st.text("0123456789 ,.-/E+%€\u00a0", max_size=20),
    st.sampled_from([10**400, -(10**400), "1e999999", "٣", "²", "\ud800", "9" * 5000]),
)
PATHS = st.sampled_from([column.path for column in columns()])


@settings(deadline=None, max_examples=1500)
@given(PATHS, CELLS)
def test_any_cell_is_a_value_or_a_sentence(path, seen):
    try:
        value = cell(path, seen)
    except UnreadableCell as error:
        assert str(error).endswith(".")
    else:
        assert value is None or isinstance(value, str | int | date | Decimal)
        assert not isinstance(value, datetime)


@given(st.text(), st.text())
@example("𝐀", "")
def test_fold_forgets_accents_and_capitals(one, other):
    assert fold(fold(one)) == fold(one)
    assert fold(f"{one} {other}") == " ".join((fold(one), fold(other))).strip()


def test_fold():
    assert fold("Œuvré-d'Été ") == fold("OEUVRE D ETE") == "oeuvre d ete"


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.dictionaries(
            PATHS,
            st.one_of(
                st.integers(-(10**18), 10**18),
                st.floats(allow_nan=False, allow_infinity=False),
                st.booleans(),
                st.dates(date(1900, 3, 1)),
                st.just(time(12, 30)),
                st.just(timedelta(hours=35)),
                st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=20),
            ),
            max_size=12,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_sheet_is_read_and_given_back(rows):
    try:
        reading = read(filled(*rows), TABLES)
    except UnreadableFile as error:
        assert str(error).endswith(".")
        return
    check_duplicates(reading, gather(reading, PARTNER_FIELDS))
    again = read(report(reading, TABLES, TODAY), TABLES)
    check_duplicates(again, gather(again, PARTNER_FIELDS))
    assert [row.number for row in again.rows] == [row.number for row in reading.rows]
    assert sentences(again) == sentences(reading)


def test_percent_format_is_read_as_a_percentage():
    path = "contract.pay_periods.1.1.rate"

    def as_percent(workbook):
        sheet = workbook["Contrats"]
        place = next(found.column for found in sheet[2] if found.value == path)
        sheet.cell(3, place).number_format = numbers.FORMAT_PERCENTAGE

    reading = read(filled(IDENTITY | {path: 0.43}, change=as_percent), TABLES)
    assert reading.rows[0].values[path] == Decimal("43.00")
    given_back = read(report(reading, TABLES, TODAY), TABLES)
    assert given_back.rows[0].values[path] == Decimal("43.00")


# ---------------------------------------------------------------------- file
def test_unknown_and_repeated_columns_are_named():
    def add_columns(workbook):
        sheet = workbook["Contrats"]
        last = sheet.max_column
        for shift, (title, path) in enumerate(
            [("Remarque", None), ("Encore", "employer.naf")], start=1
        ):
            sheet.cell(1, last + shift, title)
            sheet.cell(2, last + shift, path)
        sheet.cell(3, last + 4, "égaré")

    reading = read(filled(IDENTITY, change=add_columns), TABLES)
    said = " ".join(sentences(reading))
    assert "« Remarque » n'est pas du modèle" in said
    assert "« Encore » est en double" in said
    assert "dans une colonne sans titre" in said
    assert sentences(read(report(reading, TABLES, TODAY), TABLES))[:2]


def test_pay_period_half_given():
    reading = read(filled(IDENTITY | {"contract.pay_periods.2.1.rate": 61}), TABLES)
    assert len(reading.errors) == 2
    assert "La période de rémunération 2.1 est commencée" in reading.errors[0].sentence
    assert reading.errors[0].title.endswith("2.1 – Du")


def unreadable(content):
    with pytest.raises(UnreadableFile) as caught:
        read(content, TABLES)
    return str(caught.value)


def with_entry(content, name):
    stream = BytesIO(content)
    with ZipFile(stream, "a") as archive:
        archive.writestr(name, b"x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"nom;siret", "pas un classeur XLSX"),
        (b"PK\x03\x04", "pas un classeur XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "mot de passe"),
        (b"x" * (MAX_BYTES + 1), "10 Mo"),
        (filled(), "aucun contrat"),
        (filled({"employer.name": "   "}), "aucun contrat"),
        (with_entry(filled(IDENTITY), "xl/vbaProject.bin"), "macros"),
        (filled(IDENTITY)[:-2000], "pas un classeur XLSX"),
        (to_bytes(Workbook()), "pas d'onglet « Contrats »"),
        (
            filled(IDENTITY, change=lambda book: book["Contrats"].delete_rows(2)),
            "ligne technique",
        ),
        (
            filled(IDENTITY, change=lambda b: b["Contrats"].merge_cells("B3:C4")),
            "fusionnées (B3:C4)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unreadable_files(content, said):
    assert said in unreadable(content)


def test_sheet_that_is_not_xml():
    stream = BytesIO()
    with ZipFile(BytesIO(filled(IDENTITY))) as source, ZipFile(stream, "w") as target:
        for name in source.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            target.writestr(name, b"<worksheet" if is_sheet else source.read(name))
    assert "abîmé" in unreadable(stream.getvalue())


def test_too_many_rows():
    rows = [{"employer.name": "x"}] * (MAX_ROWS + 1)
    assert "plus de 5000 contrats" in unreadable(filled(*rows))


def test_formulas_are_read_as_their_value():
    def compute(workbook):
        workbook["Contrats"]["A3"] = "=1+1"

    content = filled(IDENTITY, change=compute)
    assert "n'a pas été calculée" in sentences(read(content, TABLES))[0]
    stream = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(stream, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            part = part.replace(b"<f>1+1</f><v/>", b"<f>1+1</f><v>2</v>")
            part = part.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
            target.writestr(name, part)
    reading = read(stream.getvalue(), TABLES)
    assert reading.rows[0].values["employer.name"] == "2"


def test_text_that_looks_like_a_formula_stays_text():
    def mislead(workbook):
        found = workbook["Contrats"]["A3"]
        found.value = "=1+1"
        found.data_type = "s"

    wrong = IDENTITY | {"contract.date_start": "demain"}
    reading = read(filled(wrong, change=mislead), TABLES)
    given_back = workbook_of(report(reading, TABLES, TODAY))
    assert given_back["Contrats"]["C3"].data_type == "s"


# ------------------------------------------------------------------- parties
def gathered(*rows):
    reading = read(filled(*(IDENTITY | row for row in rows)), TABLES)
    parties = gather(reading, PARTNER_FIELDS)
    check_duplicates(reading, parties)
    return reading, parties


def test_each_party_stands_once():
    other = {"apprentice.first_name": "Zoé"}
    tutor = {
        "tutor.birth_name": "DURAND",
        "tutor.first_name": "Claire",
        "tutor.birth_date": date(1980, 2, 2),
    }
    reading, parties = gathered(
        tutor | {"employer.phone": 142000001},
        tutor | other | {"employer.phone": "+33 1 42 00 00 01", "tutor.job": "Chef"},
    )
    assert sentences(reading) == []
    assert len(parties.by_key) == 4
    assert parties.named(reading.rows[0], "tutor").stated["job"].value == "Chef"
    assert parties.named(reading.rows[0], "second_tutor") is None


def test_contradictions_name_both_rows():
    reading, _ = gathered(
        {"employer.naf": "1071C"},
        {"employer.naf": "4711B", "apprentice.first_name": "Zoé"},
    )
    assert sentences(reading) == [
        "Les lignes 3 et 4 se contredisent pour le même établissement : « 1071C » puis "
        "« 4711B »."
    ]


def test_same_establishment_in_two_parts_of_the_form():
    reading, parties = gathered({"training_centre.siret": "90000001900019"})
    assert sentences(reading) == []
    assert len(parties.by_key) == 2


def test_duplicates_name_both_rows():
    reading, _ = gathered({}, {"apprentice.first_name": "LEA"})
    assert "Les lignes 3 et 4 portent le même contrat" in sentences(reading)[0]


def test_party_without_its_key():
    reading, parties = gathered({"tutor.job": "Chef", "apprentice.birth_date": None})
    said = sentences(reading)
    assert len(said) == 4
    assert "« Date de naissance » manque" in said[0]
    assert parties.named(reading.rows[0], "apprentice") is None
