# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
import time

import pytest

from convergence.people import without_people

FORM = {
    "cerfa": {
        "apprenti": {
            "nom": "Lévêque-Roy",
            "prenom": "Zoé",
            "dateNaissance": "2006-05-14T00:00:00+00:00",
            "telephone": "0600000002",
            "courriel": "zoe@example.org",
            "adresse": {"adresse1": "3 PASSAGE DU SUD", "codePostal": "75019"},
            "diplome": 33,
        },
        "maitre1": {"nom": "DURAND", "prenom": "Claire"},
        "employeur": {"denomination": "BOULANGERIE DES LILAS"},
    }
}


def test_who_is_named_in_a_sentence():
    said = (
        "L'apprentie ZOE LEVEQUE ROY, née le 14/05/2006 (2006-05-14), 3 passage du "
        "Sud, tél. 0600000002, est déjà au contrat 075202609000123 de Mme Durand, "
        "boulangerie des Lilas ; écrire à qui@example.org."
    )
    shown = without_people(said, FORM)
    for hidden in ("ZOE", "LEVEQUE", "ROY", "2006", "passage", "06000", "Durand", "@"):
        assert hidden not in shown
    for kept in ("est déjà au contrat 075202609000123 de Mme", "boulangerie des Lilas"):
        assert kept in shown


def test_dossier_repeated_by_the_opco_without_any_form():
    answer = json.dumps(FORM | {"numeroInterne": "1234567", "etat": "ENGAGE"})
    shown = without_people(answer)
    for hidden in (
        "Roy",
        "Zo",
        "2006",
        "0600000002",
        "@",
        "PASSAGE",
        "75019",
        "DURAND",
    ):
        assert hidden not in shown
    kept = json.loads(shown)
    assert (kept["numeroInterne"], kept["etat"]) == ("1234567", "ENGAGE")
    assert kept["cerfa"]["employeur"]["denomination"] == "BOULANGERIE DES LILAS"
    assert kept["cerfa"]["apprenti"]["diplome"] == 33


def test_dossier_inside_a_text():
    answer = json.dumps({"message": json.dumps(FORM)})
    shown = without_people(answer)
    assert "Claire" not in shown
    assert "BOULANGERIE" in json.loads(shown)["message"]


@pytest.mark.parametrize(
    "said",
    [
        '{"numeroInterne": "1234567", "numeroExterne": "EP-2026-0001234"}',
        "cerfa.apprenti.nom: champ obligatoire",
        '{"errors": {"nom": ["champ obligatoire"], "prenom": null}}',
        "",
    ],
)
def test_numbers_and_reasons_stay(said):
    assert without_people(said, FORM) == said


@pytest.mark.parametrize(
    "said",
    [
        "a" * 100_000,
        "a@" * 50_000,
        '"nom":"' + '\\"' * 50_000,
        '"nom":"' * 20_000,
        '\\"nom\\":\\"' * 10_000,
        "*** " * 25_000,
        "Zoé " * 25_000,
        '"' * 100_000,
        " " * 100_000,
    ],
)
def test_no_text_is_slow(said):
    began = time.process_time()
    without_people(said, FORM)
    assert time.process_time() - began < 2
