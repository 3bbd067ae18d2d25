# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is read of an answer can be stored, whatever an OPCO writes in it."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergence.answers import (
    LONGEST_NUMBER,
    MAX_INSTALMENTS,
    Unreadable,
    read_dossier,
    read_receipt,
    read_states_page,
)
from convergence.exchange import Exchange
from convergence.matching import identity
from convergence.remote_text import SHOWN_LIMIT

EXCHANGE = Exchange(
    "GET", "https://opco.example", 200, datetime(2026, 9, 1), 1, "", "accepted"
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)
BOXES = st.sampled_from(
    ("siret", "nir", "nom", "dateNaissance", "dateDebutContrat", "typeContratApp")
)
PARTS = st.sampled_from(("employeur", "apprenti", "contrat"))
CERFAS = JSON_VALUES | st.dictionaries(
    PARTS, JSON_VALUES | st.dictionaries(BOXES, JSON_VALUES)
)


def read(answer):
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return read_dossier(body, EXCHANGE)


@given(CERFAS, st.lists(JSON_VALUES | st.dictionaries(st.text(), JSON_VALUES)))
def test_any_dossier_can_be_stored(cerfa, instalments):
    dossier = read({"numeroInterne": "1", "cerfa": cerfa, "echeances": instalments})
    for kept in (list(dossier.instalments), vars(identity(dossier.cerfa))):
        written = json.dumps(kept, allow_nan=False)
        assert "\\u0000" not in written
        json.dumps(kept, ensure_ascii=False).encode()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_json_has_not_is_nothing(number):
    answer = '{"numeroInterne": "1", "echeances": [{"montantTotal": %s}]}' % number
    assert read(answer.encode()).instalments == ({"montantTotal": None},)


def test_an_escape_hides_nothing_from_postgresql():
    dossier = read(rb'{"numeroInterne":"1","echeances":[{"a\u0000":"b\u0000\ud800"}]}')
    assert dossier.instalments == ({"a": "b?"},)


def test_a_payment_schedule_is_bounded():
    line = {"numero": 1, "codification": "A" * 5 * SHOWN_LIMIT, "deep": [[1]]}
    dossier = read({"numeroInterne": "1", "echeances": [line] * 5 * MAX_INSTALMENTS})
    assert len(dossier.instalments) == MAX_INSTALMENTS
    assert dossier.instalments[0] == {"numero": 1, "codification": "A" * SHOWN_LIMIT}


def test_a_form_that_is_none_tells_nobody():
    for held in (["x"], "x", 1, None):
        dossier = read({"numeroInterne": "1", "cerfa": held})
        assert dossier.cerfa == {}
        assert not identity(dossier.cerfa).employer_siret


def test_a_form_is_found_in_any_case():
    dossier = read({"numeroInterne": "1", "CERFA": {"employeur": {"siret": "12"}}})
    assert identity(dossier.cerfa).employer_siret == "12"


def test_what_is_longer_than_a_siret_is_none():
    assert not identity({"employeur": {"siret": "1" * 15}}).employer_siret


def test_what_is_longer_than_a_number_is_none():
    longest = "é" * LONGEST_NUMBER
    receipt = read_receipt(
        json.dumps({"numeroInterne": longest, "numeroDeca": longest + "1"}).encode(),
        EXCHANGE,
    )
    assert (receipt.internal_number, receipt.deca_number) == (longest, None)
    for reader in (
        read_states_page,
        lambda body: read_receipt(body, EXCHANGE),
    ):
        with pytest.raises(Unreadable):
            reader(json.dumps([{"numeroInterne": longest + "1"}]).encode())
