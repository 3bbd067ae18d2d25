# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
import time
import unicodedata

import pytest

from convergence.people import readable, without_people

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


@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_however_they_are_written(ensure_ascii, form):
    said = "Zoé Lévêque-Roy a déjà un contrat."
    inside = json.dumps({"prenom": "Zoé", "motif": said}, ensure_ascii=ensure_ascii)
    answer = json.dumps({"detail": inside, "motif": said}, ensure_ascii=ensure_ascii)
    shown = json.loads(without_people(unicodedata.normalize(form, answer), FORM))
    assert shown["motif"] == "*** a déjà un contrat."
    assert json.loads(shown["detail"]) == {"prenom": "***", "motif": shown["motif"]}


def test_nir_with_escaped_spaces():
    answer = json.dumps({"motif": "NIR\u00a0: 2\u00a006\u202f05 75 116 005 42 connu"})
    assert json.loads(without_people(answer))["motif"] == "NIR : *** connu"


@pytest.mark.parametrize(
    "said",
    [
        '{"motif": "D\\u00e9j\\u00e0 re\\u00e7u \\u0022OPCO\\u0022 \\u005c \\u202e"}',
        '{"motif": "ligne\\u000asuivante\\n"}',
    ],
)
def test_what_is_readable_is_the_same_json(said):
    # But for spaces, which stand for line ends and for themselves.
    assert without_people(said) == said
    read = json.loads(readable(said))["motif"]
    assert read.split() == json.loads(said)["motif"].split()
    assert "\\u00e9" not in readable(said)


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
        "Zo\\u00e9 " * 15_000,
        "\\" * 100_000,
        '"' * 100_000,
        " " * 100_000,
    ],
)
def test_no_text_is_slow(said):
    began = time.process_time()
    without_people(said, FORM)
    assert time.process_time() - began < 2
