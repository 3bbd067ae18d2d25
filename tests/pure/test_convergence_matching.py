# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A dossier of the OPCO is, or is not, the contract that was sent."""

import copy

import pytest

from convergence.matching import identity, is_same_contract

SENT = {
    "employeur": {"siret": "90000001900019"},
    "apprenti": {
        "nom": "LEFÈVRE-MARTIN",
        "prenom": "Zoé",
        "nir": "206057505612329",
        "dateNaissance": "2006-05-14T00:00:00+00:00",
    },
    "contrat": {
        "dateDebutContrat": "2026-09-01T00:00:00+00:00",
        "typeContratApp": 11,
    },
}


def held(**changes):
    cerfa = copy.deepcopy(SENT)
    for path, value in changes.items():
        part, name = path.split("__")
        cerfa[part][name] = value
    return cerfa


def is_same(cerfa):
    return is_same_contract(identity(SENT), identity(cerfa))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contrat__dateDebutContrat": "2026-09-01T00:00:00+0000"},
        {"contrat__dateDebutContrat": "2026-09-01"},
        {"contrat__typeContratApp": "11"},
        {"employeur__siret": "900000019 00019"},
        {"apprenti__nir": "2060575056123"},
        {"apprenti__nir": None},
        {"apprenti__nir": None, "apprenti__nom": "Lefevre Martin"},
        {"apprenti__nom": "AUTRE"},
    ],
)
def test_same(changes):
    assert is_same(held(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"employeur__siret": "90000002700012"},
        {"employeur__siret": None},
        {"contrat__dateDebutContrat": "2026-09-02T00:00:00+00:00"},
        {"contrat__typeContratApp": 21},
        {"apprenti__nir": "106057505612379"},
        {"apprenti__nir": None, "apprenti__prenom": "Léa"},
        {"apprenti__nir": None, "apprenti__dateNaissance": "2006-05-15"},
        {"apprenti__nir": None, "apprenti__nom": None},
    ],
)
def test_another(changes):
    assert not is_same(held(**changes))


@pytest.mark.parametrize("cerfa", [{}, {"employeur": None}, {"contrat": []}])
def test_nothing_is_not_the_same_as_nothing(cerfa):
    assert not is_same_contract(identity(cerfa), identity(cerfa))


def amendment(effect):
    return held(contrat__typeContratApp=36, contrat__dateEffetAvenant=effect)


@pytest.mark.parametrize(
    ("sent", "seen", "expected"),
    [
        ("2027-01-04T00:00:00+00:00", "2027-01-04", True),
        ("2027-01-04T00:00:00+00:00", "2027-02-01", False),
        ("2027-01-04T00:00:00+00:00", None, True),
    ],
)
def test_two_amendments_are_told_by_their_effect(sent, seen, expected):
    sent, seen = identity(amendment(sent)), identity(amendment(seen))
    assert is_same_contract(sent, seen) is expected
