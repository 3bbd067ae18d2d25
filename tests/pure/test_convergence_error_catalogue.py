# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an OPCO says is recognised, and what it says of people is not kept."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergence.anonymous import KEPT_CHARACTERS, fingerprint, masked
from convergence.error_catalogue import (
    MAX_COMPLAINTS,
    SHOWN_CHARACTERS,
    Catalogue,
    Complaint,
    Entry,
    complaints_of,
    fold,
    in_words,
    read_wordings,
    shown,
)
from convergence.errors import RemoteError

FORM = {
    "cerfa": {
        "apprenti": {"nom": "LEFÈVRE-MARTIN", "prenom": "Zoé", "nationalite": 1},
        "employeur": {"denomination": "Boulangerie du Port", "siret": "90000001900019"},
    }
}


def entry(key, wordings="", **values):
    return Entry(key, wordings=read_wordings(wordings), **values)


def found(entries, text="", code=None, http_status=400, **values):
    complaint = Complaint(RemoteError(code, text), http_status, **values)
    return Catalogue(entries).find(complaint)


# ------------------------------------------------------------------ recognition
@pytest.mark.parametrize(
    "text",
    [
        "L'établissement employeur est fermé",
        "ETABLISSEMENT FERMEE DEPUIS LE 01/01/2026",
        "Fermé : cet etablissement.",
        "E\u0301tablissement ferme\u0301",
    ],
)
def test_words_in_any_order_case_and_accents(text):
    assert found([entry("closed", "établissement ferm*")], text) == ["closed"]


@pytest.mark.parametrize("text", ["L'établissement est ouvert", "fermé", "", "ferm*"])
def test_every_word_must_be_there(text):
    assert not found([entry("closed", "établissement ferm*")], text)


def test_a_word_is_whole_unless_it_says_otherwise():
    assert not found([entry("mail", "mail")], "Il manque le mailing")
    assert found([entry("mail", "mail*")], "Il manque le mailing") == ["mail"]


def test_one_wording_a_line_is_enough():
    entries = [entry("nir", "nir\nnuméro sécurité sociale")]
    assert found(entries, "Le numéro de sécurité sociale manque") == ["nir"]
    assert found(entries, "NIR absent") == ["nir"]


def test_code_is_exact_but_for_case():
    entries = [entry("code", code="E42")]
    assert found(entries, "n'importe quoi", code=" e42 ") == ["code"]
    assert not found(entries, "E42", code="E421")
    assert not found(entries, "E42")


def test_everything_asked_for_must_be_there():
    entries = [entry("both", "nir", code="E42", http_status=422)]
    assert found(entries, "NIR", code="E42", http_status=422) == ["both"]
    assert not found(entries, "NIR", code="E42", http_status=400)
    assert not found(entries, "NAF", code="E42", http_status=422)
    assert not found(entries, "NIR", code="E43", http_status=422)


def test_what_is_more_precise_speaks_alone():
    entries = [
        entry("general", "obligatoire", is_general=True),
        entry("words", "nir"),
        entry("code", code="E42"),
        entry("exact", fingerprint="abc"),
    ]
    text = "le NIR est obligatoire"
    assert found(entries, text, code="E42", fingerprint="abc") == ["exact"]
    assert found(entries, text, code="E42") == ["code"]
    assert found(entries, text) == ["words"]
    assert found(entries, "obligatoire") == ["general"]


def test_who_asks_for_less_is_silent():
    entries = [entry("siret", "siret"), entry("closed", "siret ferm*")]
    assert found(entries, "SIRET fermé") == ["closed"]
    assert found(entries, "SIRET illisible") == ["siret"]


def test_several_reasons_in_one_sentence_are_all_found_in_order():
    entries = [entry("idcc", "idcc"), entry("siret", "siret"), entry("nir", "nir")]
    assert found(entries, "SIRET fermé et IDCC incorrect") == ["idcc", "siret"]


def test_the_same_entry_is_found_once():
    entries = [entry("closed", "siret ferm*\nétablissement ferm*")]
    assert found(entries, "établissement (SIRET) fermé") == ["closed"]


def test_status_alone_explains_nothing_but_advises():
    entries = [entry("forbidden", http_status=403), entry("nir", "nir")]
    complaint = Complaint(RemoteError(None, "accès interdit"), 403)
    assert not Catalogue(entries).find(complaint)
    assert Catalogue(entries).advise(complaint) == ["forbidden"]
    assert not Catalogue(entries).advise(Complaint(RemoteError(), 400))


@pytest.mark.parametrize("line", ["le", "l'a", "à la", "de*", "a* b*"])
def test_a_wording_found_everywhere_is_refused(line):
    with pytest.raises(ValueError, match=line.replace("*", r"\*")):
        read_wordings(f"siret fermé\n{line}")


def test_empty_lines_ask_for_nothing():
    assert read_wordings("\n  \n…\n") == ()
    assert not found([entry("empty", " \n")], "siret")


def test_hostile_words_are_not_slow():
    wordings = "\n".join("a*a*a* " * 20 + "bbb" for _ in range(100))
    entries = [entry(number, wordings) for number in range(20)]
    began = time.monotonic()
    found(entries, "a" * 2000)
    found(entries, "a " * 1000)
    assert time.monotonic() - began < 2


@given(st.text(), st.text(max_size=20), st.text(max_size=60))
def test_nothing_typed_or_said_breaks(text, code, wordings):
    try:
        entries = [entry("any", wordings, code=code)]
    except ValueError:
        return
    complaint = Complaint(RemoteError(code, text), 400, fingerprint(RemoteError(text)))
    Catalogue(entries).find(complaint)


# ------------------------------------------------------------------- complaints
def test_lines_are_complaints_without_repeats():
    errors = [
        RemoteError("A", "Premier\n- Deuxième\n\n• Premier"),
        RemoteError("A", "Deuxième"),
        RemoteError("B", ""),
    ]
    assert complaints_of(errors) == [
        RemoteError("A", "Premier"),
        RemoteError("A", "Deuxième"),
        RemoteError("B", ""),
    ]


def test_a_thousand_complaints_are_fifty():
    text = "\n".join(map(str, range(1000)))
    assert len(complaints_of([RemoteError(None, text)])) == MAX_COMPLAINTS


def test_json_is_said_in_words():
    said = in_words(json.dumps({"nir": {"motif": "faux", "x": None}, "codes": [1, 2]}))
    assert said.splitlines() == ["motif: faux", "codes: 1", "codes: 2"]


def test_json_that_was_cut_is_said_in_words():
    assert in_words('{"nir": {"motif": "fau') == "nir : motif : fau"


@pytest.mark.parametrize("depth", [500, 990, 100_000])
def test_json_nested_without_end_is_said_in_words(depth):
    assert in_words("[" * depth + '"quota"' + "]" * depth) == "quota"


def test_json_that_python_reads_and_nobody_can_follow_is_said_in_words(monkeypatch):
    root = "quota"
    for _ in range(5000):
        root = [root]
    # Since Python 3.12 it is read whole.
    monkeypatch.setattr(json, "loads", lambda _text: root)
    assert in_words('[["quota"]]') == "quota"


def test_shown_is_cut():
    assert shown("court") == "court"
    assert len(shown("A" * 10_000)) == SHOWN_CHARACTERS
    assert shown("A" * 10_000).endswith("…")


# ------------------------------------------------------------------------- masks
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("L'apprenti Lefevre-Martin Zoé est inconnu", "L'apprenti … est inconnu"),
        ("BOULANGERIE DU PORT n'adhère pas", "… n'adhère pas"),
        ("L'employeur M. Durand Paul est inconnu", "L'employeur … est inconnu"),
        ("DURAND Paul : dossier inconnu", "… : dossier inconnu"),
        ("Le salarié Mme. Petit-Jean est absente", "Le salarié … est absente"),
        ("SIRET 90000020900016 fermé le 01/02/2026", "SIRET … fermé le …"),
        ("Le NIR 206057505612329 est faux", "Le NIR … est faux"),
        ("écrire à zoe.lefevre@exemple.fr ou jp@x.fr", "écrire à … ou …"),
        ("dossier EP-2026-000123. Contrat fermé.", "dossier EP-…. Contrat fermé."),
        ("cerfa.apprenti.prenom : format incorrect", None),
        (
            "cerfa.contrat.remunerationsAnnuelles[0].taux : faux",
            "cerfa.contrat.remunerationsAnnuelles[…].taux : faux",
        ),
        ("Le code IDCC de l'OPCO EP est absent", None),
    ],
)
def test_people_and_figures_are_masked(text, kept):
    assert masked(text, FORM) == (kept or text)


def test_a_short_value_of_the_form_is_a_common_word():
    assert masked("il y a du retard", {"commune": "Y"}) == "il y a du retard"


def test_a_name_is_masked_however_short():
    form = {"cerfa": {"apprenti": {"nom": "LY", "nomUsage": "O", "prenom": "Bo"}}}
    assert masked("DOSSIER DE LY BO REFUSE", form) == "DOSSIER DE … REFUSE"
    assert masked("Y compris ly, o et bo", form) == "Y compris … et …"


def test_masked_text_is_cut():
    assert len(masked("mot " * 5000)) <= KEPT_CHARACTERS


@given(st.text(alphabet="abcdefghijéèàABCDEÉ-' ", min_size=3))
def test_values_of_the_form_never_stay(value):
    phrase = re.findall(r"[^\W_]+", fold(value))
    if len("".join(phrase)) < 3:
        return
    kept = masked(f"du {value} manque", {"nom": value})
    assert phrase != re.findall(r"[^\W_]+", fold(kept))[1:-1]
    assert "du" in kept
    assert "manque" in kept


@given(st.text(), st.recursive(st.text(), st.lists))
def test_nothing_breaks_the_masks(text, form):
    masked(text, form)
    fingerprint(RemoteError(text, text, text), 400, form)


def of(text, code=None, field=None, status=400, form=None):
    return fingerprint(RemoteError(code, text, field), status, form)


def test_the_same_error_about_somebody_else_is_the_same():
    one = of("L'apprenti LEFÈVRE-MARTIN Zoé (12/05/2006) existe déjà", form=FORM)
    other = {"nom": "DURAND", "prenom": "Léo"}
    assert one == of("L'apprenti DURAND Léo (1/2/2005) existe déjà", form=other)
    assert one != of("L'apprenti DURAND Léo (1/2/2005) est inconnu", form=other)


def test_code_and_box_tell_errors_apart():
    assert of("faux", "A") != of("faux", "B")
    assert of("faux", field="cerfa.apprenti.nir") != of("faux", field="apprenti.nom")
    path = "cerfa.contrat.remunerationsAnnuelles[%s].taux"
    assert of("faux", field=path % 0) == of("faux", field=path % 3)


def test_status_counts_when_nothing_is_said():
    assert of("", status=400) != of("", status=422)
    assert of("faux", status=400) == of("faux", status=422)


def test_a_long_hostile_text_is_masked_quickly():
    began = time.monotonic()
    for text in ("A" * 2000, "a.b" * 700, "1 " * 1000, "a@" * 1000, "Aa " * 700):
        masked(text, FORM)
    assert time.monotonic() - began < 1
