# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pages on which a person plays the OPCO."""

import copy
import html
import re

import pytest
import requests

from sandbox_calls import CFA, EXAMPLE

NIR = EXAMPLE["cerfa"]["apprenti"]["nir"]
HOSTILE = "<script>alert(1)</script>"


def deposit(sandbox, session, name="MARTIN"):
    document = copy.deepcopy(EXAMPLE)
    document["cerfa"]["apprenti"]["nom"] = name
    answer = session.post(f"{sandbox.url}/v1/dossiers", json=document, timeout=5)
    return answer.json()["numeroInterne"]


def page(sandbox, path="/"):
    answer = requests.get(sandbox.url + path, timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return html.unescape(answer.text)


def decide(sandbox, number, decision, comment=""):
    return requests.post(
        f"{sandbox.url}/dossiers/{number}/decision",
        data={"decision": decision, "commentaire": comment},
        timeout=5,
    )


@pytest.mark.parametrize("path", ["/", "/depots", "/pieces", "/cles", "/rejets"])
def test_empty_pages_say_it_is_a_simulation(sandbox, path):
    text = page(sandbox, path)
    assert "Simulation." in text
    assert 'lang="fr"' in text
    assert "Aucun" in text


def test_every_asset_is_served_by_the_sandbox(sandbox):
    assets = re.findall(r'(?:src|href)="([^"]+\.(?:css|js|svg))"', page(sandbox))
    assert assets
    for asset in assets:
        assert asset.startswith("/static/")
        assert requests.get(sandbox.url + asset, timeout=5).status_code == 200


def test_a_dossier_is_listed(sandbox, session):
    number = deposit(sandbox, session)
    text = page(sandbox)
    for expected in (number, "BOULANGERIE DES LILAS", "MARTIN Jean", "CFA EXEMPLE"):
        assert expected in text
    assert ">Transmis</span>" in text


def test_the_nir_is_masked_on_the_page_only(sandbox, session):
    number = deposit(sandbox, session)
    text = page(sandbox, f"/dossiers/{number}")
    assert '"denomination": "BOULANGERIE DES LILAS"' in text
    assert NIR[:13] not in text
    assert "1••••" in text


@pytest.mark.parametrize(
    ("decision", "etat", "label"),
    [
        ("instruire", "EN_COURS_INSTRUCTION", "En cours d'instruction"),
        ("engager", "ENGAGE", "Engagé"),
        ("refuser", "REFUSE", "Refusé"),
        ("annuler", "ANNULE", "Annulé"),
        ("rompre", "RUPTURE", "Rompu"),
        ("solder", "SOLDE", "Soldé"),
    ],
)
def test_buttons(sandbox, session, decision, etat, label):
    number = deposit(sandbox, session)
    assert f'value="{decision}"' in page(sandbox, f"/dossiers/{number}")
    answer = decide(sandbox, number, decision, "Motif d'exemple")
    assert answer.history[0].status_code == 303
    text = html.unescape(answer.text)
    assert f">{label}</span>" in text
    assert "Motif d'exemple" in text
    (state,) = session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5).json()
    assert state["etat"] == etat


def test_the_schedule_is_shown_once_engaged(sandbox, session):
    number = deposit(sandbox, session)
    assert "Échéancier" not in page(sandbox, f"/dossiers/{number}")
    text = html.unescape(decide(sandbox, number, "engager").text)
    assert "Échéancier" in text
    assert "2\u202f648,40 €" in text


def test_unknown_dossiers_and_buttons(sandbox, session):
    number = deposit(sandbox, session)
    assert decide(sandbox, number, "autre").status_code == 400
    assert decide(sandbox, "9999999", "engager").status_code == 404
    answer = requests.get(f"{sandbox.url}/dossiers/9999999", timeout=5)
    assert answer.status_code == 404
    assert "Page inconnue" in answer.text


def test_everything_is_escaped(sandbox, session):
    number = deposit(sandbox, session, name=HOSTILE)
    sandbox.set_state(number, HOSTILE, HOSTILE)
    for path in ("/", f"/dossiers/{number}"):
        text = requests.get(sandbox.url + path, timeout=5).text
        assert HOSTILE not in text
        assert html.escape(HOSTILE) in text


def test_a_key_is_shown_once(sandbox):
    answer = requests.post(
        f"{sandbox.url}/cles", data={"siret": "900 000 027 00012"}, timeout=5
    )
    assert answer.status_code == 200
    key = re.search(r"<textarea[^>]*>([^<]+)</textarea>", answer.text)[1]
    assert len(key) > 1400
    assert "Copier" in answer.text
    assert f'download="cle-api-{CFA}.txt"' in answer.text
    text = page(sandbox, "/cles")
    assert key not in text
    assert f"…{key[-4:]}" in text
    session = sandbox.session("90000003500007")
    session.headers["X-API-KEY"] = key
    assert session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5).ok


def test_a_wrong_siret_gets_no_key(sandbox):
    answer = requests.post(f"{sandbox.url}/cles", data={"siret": "12"}, timeout=5)
    assert answer.status_code == 400
    assert "SIRET n'est pas valide" in html.unescape(answer.text)
    assert requests.get(f"{sandbox.url}/sandbox/keys", timeout=5).json() == []


def test_rejected_deposits_and_their_reasons(sandbox, session):
    session.post(
        f"{sandbox.url}/v1/dossiers",
        json={"cerfa": {"apprenti": {"nom": HOSTILE, "nir": NIR}, HOSTILE: 1}},
        timeout=5,
    )
    raw = requests.get(f"{sandbox.url}/rejets", timeout=5).text
    assert HOSTILE not in raw
    text = html.unescape(raw)
    assert "cerfa.employeur : champ obligatoire absent" in text
    assert "Logiciel Exemple 1.0.0" in text
    assert NIR[:13] not in text


def test_duplicates_are_marked_and_filtered(sandbox, session):
    deposit(sandbox, session)
    deposit(sandbox, session, name="PETIT")
    assert page(sandbox, "/depots").count(">Doublon</span>") == 1
    text = page(sandbox, "/depots?doublons=1")
    assert "PETIT Jean" in text
    assert "MARTIN Jean" not in text
