# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

import pytest

from cerfa.codes import Code, shipped_codes
from cerfa.legal import LegalTables

TABLES = LegalTables.shipped()

# Written here from the notice, independently of the file the package ships.
CODES_OF_NOTICE_09 = {
    "contract_mode": "1 2 3 4",
    "employer_type": "11 12 13 14 15 16 21 22 23 24 25 26 27 28 29 30",
    "specific_employer": "0 1 2 3 4",
    "nationality": "1 2 3",
    "social_scheme": "1 2",
    "situation_before": "1 2 3 4 5 6 7 8 9 10 11 12",
    "last_class": "01 11 12 21 22 31 32 40 41 42",
    "tutor_diploma_level": "0 3 4 5 6 7 8",
    "contract_type": "11 21 22 23 31 32 33 34 35 36 37 38",
    "derogation": "11 12 21 22 50 60",
    "diploma": "80 73 75 76 79 62 63 64 69 54 55 58 41 42 43 44 49 33 34 35 38 25 26"
    " 13",
}
DIPLOMAS_BEFORE_2025 = (
    "80 71 72 73 74 79 61 62 63 69 54 55 58 41 42 43 49 33 34 35 38 25 26 13"
)


def codes_valid_on(table: str, on: date) -> list[str]:
    return [r.code for r in shipped_codes() if r.table == table and r.is_valid_on(on)]


def test_tables_are_those_of_the_notice():
    assert {row.table for row in shipped_codes()} == set(CODES_OF_NOTICE_09)


@pytest.mark.parametrize(("table", "codes"), CODES_OF_NOTICE_09.items())
def test_codes_of_today(table, codes):
    valid = codes_valid_on(table, date(2026, 9, 1))
    assert sorted(valid) == sorted(codes.split())


def test_diplomas_of_the_former_notice():
    valid = codes_valid_on("diploma", date(2025, 1, 16))
    assert sorted(valid) == sorted(DIPLOMAS_BEFORE_2025.split())


def test_every_row_has_a_label():
    assert all(row.label.strip() == row.label != "" for row in shipped_codes())


def test_a_code_has_one_row_at_most_on_any_date():
    days = {date(2020, 1, 1), date(2026, 9, 1)}
    days |= {row.valid_from for row in shipped_codes() if row.valid_from}
    days |= {row.valid_to for row in shipped_codes() if row.valid_to}
    for day in days:
        valid = [(r.table, r.code) for r in shipped_codes() if r.is_valid_on(day)]
        assert len(valid) == len(set(valid))


@pytest.mark.parametrize(
    ("table", "code", "last_day_without"),
    [
        ("employer_type", "30", date(2023, 4, 19)),
        ("contract_type", "38", date(2023, 4, 19)),
        ("diploma", "44", date(2025, 1, 16)),
        ("diploma", "64", date(2025, 1, 16)),
        ("diploma", "75", date(2025, 1, 16)),
        ("diploma", "76", date(2025, 1, 16)),
    ],
)
def test_added_codes(table, code, last_day_without):
    first_day = date.fromordinal(last_day_without.toordinal() + 1)
    assert TABLES.code(table, code, last_day_without) is None
    assert TABLES.code(table, code, first_day).code == code


@pytest.mark.parametrize("code", ["61", "71", "72", "74"])
def test_removed_diplomas(code):
    assert TABLES.code("diploma", code, date(2025, 1, 16)).code == code
    assert TABLES.code("diploma", code, date(2025, 1, 17)) is None
    assert TABLES.is_known("diploma", code)


@pytest.mark.parametrize(
    ("table", "code", "last_day", "before", "after"),
    [
        ("diploma", "35", date(2025, 1, 16), "Mention compl", "Certificat de spé"),
        ("diploma", "73", date(2025, 1, 16), "Master indifférencié", "Master"),
        ("contract_type", "35", date(2025, 6, 30), "Modification", "Diplôme suppl"),
    ],
)
def test_renamed_codes(table, code, last_day, before, after):
    next_day = date.fromordinal(last_day.toordinal() + 1)
    assert TABLES.code(table, code, last_day).label.startswith(before)
    assert TABLES.code(table, code, next_day).label.startswith(after)


def test_unknown_code():
    assert not TABLES.is_known("diploma", "99")
    assert not TABLES.is_known("no_such_table", "1")
    assert TABLES.rows("diploma", "99") == ()
    assert TABLES.code("diploma", "99", date(2026, 9, 1)) is None


def test_the_most_recent_of_overlapping_rows_wins():
    old = Code("diploma", "35", "old")
    new = Code("diploma", "35", "new", valid_from=date(2025, 1, 17))
    tables = LegalTables.from_codes([new, old])
    assert tables.code("diploma", "35", date(2025, 1, 16)) is old
    assert tables.code("diploma", "35", date(2025, 1, 17)) is new
