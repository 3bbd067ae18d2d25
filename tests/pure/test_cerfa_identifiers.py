# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cerfa import identifiers

NBSP = "\N{NO-BREAK SPACE}"
NARROW_NBSP = "\N{NARROW NO-BREAK SPACE}"

CASES = {
    identifiers.is_siret: (
        ["73282932000074", "35600000009075", "35600000000048", "90000002700012"],
        ["73282932000079", "35600000009076", "7328293200007", "732829320000740"]
        + ["732 829 320 00074", "7328293200007A", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", ""],
    ),
    identifiers.is_uai: (
        ["0561910X", "0750000T"],
        ["0561910Y", "0561910x", "0561910", "0561910XX", "A561910X", ""],
    ),
    identifiers.is_nir: (
        ["2951099126111", "295109912611193", "186022A215325", "186022A21532523"]
        + ["1801275123456", "180127512345642", "186022B215325", "1802075123456"],
        ["295109912611194", "3951099126111", "2951399126111", "2950099126111"]
        + ["186022C215325", "29510991261119", "295109912611", "29510991261119X", ""],
    ),
    identifiers.is_provisional_nir: (
        ["3951099126111", "795109912611193", "8951099126111", "4950099126111"],
        ["2951099126111", "5951099126111", "395109912611", ""],
    ),
    identifiers.is_deca_number: (
        ["02B202212000000", "075202209NC1234", "017202605001222", "974202601001222"],
        ["975202601001222", "075202213001222", "07520221200122", "075202200001222"]
        + ["02b202212000000", "94202209001234", ""],
    ),
    identifiers.is_short_deca_number: (
        ["94202209001234"],
        ["02B202212000000", "96202209001234", ""],
    ),
    identifiers.is_rncp: (
        ["RNCP38764", "38764", "123", "RNCP123"],
        ["12", "123456", "RNCP", "RS38764", "rncp38764", ""],
    ),
    identifiers.is_diploma_code: (
        ["32031213", "36T31203", "26X31015", "45022104"],
        ["3203121", "320312130", "32A3121", "320A1213", "32t31203", ""],
    ),
    identifiers.is_naf: (["1071C", "8411Z"], ["84.11Z", "8411z", "8411", "84111", ""]),
    identifiers.is_idcc: (["0843", "9999"], ["843", "08430", "84A3", ""]),
    identifiers.is_postal_code: (["75019", "97400"], ["7501", "750190", "2A004", ""]),
    identifiers.is_birth_department: (
        ["75", "075", "01", "001", "2A", "02B", "971", "988", "99", "099", "95"],
        ["00", "96", "096", "2C", "999", "1", "2a", "979", "0075", ""],
    ),
    identifiers.is_email: (
        ["a@b.fr", "jean.martin+cfa@sous.domaine.example", "o'neil@x-y.example"]
        + ["a@" + "b" * 60 + "." + "c" * 17],
        [
            "a",
            "a@b",
            "a@@b.fr",
            "a@b@c.fr",
            "é@b.fr",
            "a b@c.fr",
            ".a@b.fr",
            "a..b@c.fr",
        ]
        + ["a@-b.fr", "a@b..fr", "a@b.fr,c@d.fr", "a@b.fr ", ""]
        + ["a@" + "b" * 60 + "." + "c" * 18],
    ),
}


@pytest.mark.parametrize(
    ("predicate", "value"),
    [(predicate, v) for predicate, (right, _) in CASES.items() for v in right],
)
def test_right(predicate, value):
    assert predicate(value)


@pytest.mark.parametrize(
    ("predicate", "value"),
    [(predicate, v) for predicate, (_, wrong) in CASES.items() for v in wrong],
)
def test_wrong(predicate, value):
    assert not predicate(value)


@pytest.mark.parametrize("predicate", [*CASES, identifiers.is_phone])
@given(value=st.text())
def test_any_text_has_an_answer(predicate, value):
    assert predicate(value) in (True, False)


@pytest.mark.parametrize("predicate", [*CASES, identifiers.is_phone])
@pytest.mark.parametrize("character", ["1", "a", " ", "@", "."])
def test_megabytes_have_an_answer(predicate, character):
    assert not predicate(character * 5_000_000)


def test_compact():
    written = f" 732{NBSP}829{NARROW_NBSP}320\t00074\N{ZERO WIDTH SPACE}"
    assert identifiers.compact(written) == "73282932000074"
    assert identifiers.compact("84.11z") == "8411Z"
    assert identifiers.compact("1 86 02 2a 215 325") == "186022A215325"


def test_siren():
    assert identifiers.siren_of("73282932000074") == "732829320"


@pytest.mark.parametrize(
    ("nir", "key"),
    [
        ("2951099126111", "93"),
        ("186022A215325", "23"),
        ("1801275123456", "42"),
    ],
)
def test_nir_key(nir, key):
    assert identifiers.nir_key(nir) == key
    assert identifiers.nir_with_key(nir) == nir + key
    assert identifiers.nir_with_key(nir + key) == nir + key


@given(
    st.from_regex(
        r"[12][0-9]{2}(0[1-9]|1[0-2])([0-9]{2}|2[AB])[0-9]{6}", fullmatch=True
    )
)
def test_a_nir_with_its_key_is_one(nir):
    assert identifiers.is_nir(identifiers.nir_with_key(nir))


@pytest.mark.parametrize("value", ["", "295109912611193", "3951099126111"])
def test_no_key_without_a_nir_of_13(value):
    with pytest.raises(ValueError):
        identifiers.nir_key(value)


def test_no_full_nir_from_a_wrong_key():
    with pytest.raises(ValueError):
        identifiers.nir_with_key("295109912611194")


def test_errors_do_not_tell_the_nir():
    with pytest.raises(ValueError) as error:
        identifiers.nir_with_key("295109912611194")
    assert "2951" not in str(error.value)


def test_rncp_digits():
    assert identifiers.rncp_digits("RNCP38764") == "38764"
    assert identifiers.rncp_digits("38764") == "38764"
    with pytest.raises(ValueError):
        identifiers.rncp_digits("RS38764")


@pytest.mark.parametrize(
    ("value", "padded"), [("75", "075"), ("2A", "02A"), ("99", "099"), ("971", "971")]
)
def test_birth_department_3(value, padded):
    assert identifiers.birth_department_3(value) == padded


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("0612345678", "0612345678"),
        ("06 12 34 56 78", "0612345678"),
        ("06.12.34.56.78", "0612345678"),
        ("06-12-34-56-78", "0612345678"),
        (f"06{NBSP}12{NARROW_NBSP}34 56 78", "0612345678"),
        ("+33 6 12 34 56 78", "0612345678"),
        ("+33 (0)6 12 34 56 78", "0612345678"),
        ("0033612345678", "0612345678"),
        ("+262 692 12 34 56", "0692123456"),
        ("+590 690 12 34 56", "0690123456"),
        ("+594 694 12 34 56", "0694123456"),
        ("+596 696 12 34 56", "0696123456"),
    ],
)
def test_phone(value, digits):
    assert identifiers.is_phone(value)
    assert identifiers.phone_10_digits(value) == digits


@pytest.mark.parametrize(
    "value", ["", "061234567", "06123456789", "0012345678", "+44 20 7946 0000", "abc"]
)
def test_not_a_phone(value):
    assert not identifiers.is_phone(value)
    with pytest.raises(ValueError):
        identifiers.phone_10_digits(value)
