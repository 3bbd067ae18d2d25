# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deposit of a dossier: what is accepted, what is refused and in which words."""

import copy
import hashlib
import json
import random

import pytest

from sandbox_calls import CFA, EXAMPLE
from sandbox_process import SandboxProcess

SISTER_CFA = "90000002700020"
OTHER_CFA = "90000003500007"
CLOSED_EMPLOYER = "90000020900016"
ABSENT = object()
ADDRESS = {"adresse1": "1 RUE DU PORT", "codePostal": "35000", "commune": "RENNES"}
GUARDIAN = {
    "nom": "MARTIN",
    "prenom": "Paule",
    "courriel": "paule.martin@example.org",
    "adresse": ADDRESS,
}
PLACE = {"denomination": "ANNEXE", "siret": SISTER_CFA, "adresse": ADDRESS}
MINOR = "2009-05-14T00:00:00+00:00"
PAY = "contrat.remunerationsAnnuelles"


@pytest.fixture(scope="module")
def sandbox():
    with SandboxProcess() as process:
        yield process


@pytest.fixture(scope="module")
def session(sandbox):
    return sandbox.session(CFA)


def deposit(sandbox, session, document):
    return session.post(f"{sandbox.url}/v1/dossiers", json=document, timeout=10)


def example(changes=None):
    """Return the norm's example with values changed at dotted paths."""
    document = copy.deepcopy(EXAMPLE)
    for path, value in (changes or {}).items():
        *parents, last = [int(k) if k.isdigit() else k for k in path.split(".")]
        target = document["cerfa"]
        for key in parents:
            target = target[key]
        if value is ABSENT:
            del target[last]
        else:
            target[last] = value
    return document


def test_the_example_of_the_norm_is_accepted(sandbox, session):
    answer = deposit(sandbox, session, EXAMPLE)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"numeroInterne", "numeroExterne"}
    assert int(body["numeroInterne"]) >= 1000001
    assert body["numeroExterne"].startswith("EP-20")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"formation.rncp": "38764"}, id="rncp without prefix"),
        pytest.param({"apprenti.nir": "1060575056123"}, id="nir 13"),
        pytest.param({"apprenti.nir": "186022A21532523"}, id="nir of Corsica, 2A"),
        pytest.param({"apprenti.nir": "186022B215325"}, id="nir of Corsica, 2B"),
        pytest.param({"employeur.siret": "35600000009075"}, id="La Poste"),
        pytest.param({"organismeFormation.siret": SISTER_CFA}, id="same SIREN"),
        pytest.param({"organismeFormation.uaiCfa": "0750000t"}, id="uai, lower case"),
        pytest.param({"employeur.telephone": "+33142000001"}, id="phone, +33"),
        pytest.param({"apprenti.departementNaissance": "02A"}, id="Corsica"),
        pytest.param({"apprenti.departementNaissance": "099"}, id="born abroad"),
        pytest.param({"apprenti.nomUsage": ABSENT}, id="optional absent"),
        pytest.param({"contrat.typeDerogation": None}, id="optional null"),
        pytest.param({"contrat.dateConclusion": "2026-08-20T00:00:00Z"}, id="Z"),
        pytest.param({"contrat.dateConclusion": "2026-08-20T00:00:00+0200"}, id="+02"),
        pytest.param(
            {"employeur.typeEmployeur": 22, "employeur.regimeSpecifique": True},
            id="public employer",
        ),
        pytest.param(
            {
                "apprenti.handicap": True,
                "apprenti.droitsRqthExtensionBOE": ABSENT,
                "apprenti.droitsRqthEquivalenceJeune": ABSENT,
            },
            id="disability",
        ),
        pytest.param(
            {"apprenti.dateNaissance": MINOR, "apprenti.responsableLegal": GUARDIAN},
            id="minor",
        ),
        pytest.param(
            {"apprenti.dateNaissance": "2008-08-20T00:00:00+00:00"},
            id="adult on the very day of the conclusion",
        ),
        pytest.param(
            {
                "organismeFormation.lieuFormationIdentique": False,
                "organismeFormationLieuFormationPrincipal": PLACE,
            },
            id="another place",
        ),
        pytest.param(
            {
                "contrat.typeContratApp": 11,
                "contrat.numeroContratPrecedent": None,
            },
            id="first contract",
        ),
    ],
)
def test_variants_the_norm_allows(sandbox, session, changes):
    answer = deposit(sandbox, session, example(changes))
    assert answer.status_code == 200, answer.text


REFUSED = [
    ({"employeur": ABSENT}, "cerfa.employeur"),
    ({"employeur.siret": ABSENT}, "cerfa.employeur.siret"),
    ({"employeur.siret": "90000001900018"}, "cerfa.employeur.siret"),
    ({"employeur.siret": "9000000190001"}, "cerfa.employeur.siret"),
    ({"employeur.siret": 90000001900019}, "cerfa.employeur.siret"),
    ({"employeur.siret": None}, "cerfa.employeur.siret"),
    ({"employeur.denomination": "X" * 81}, "cerfa.employeur.denomination"),
    ({"employeur.denomination": ""}, "cerfa.employeur.denomination"),
    ({"employeur.denomination": "  "}, "cerfa.employeur.denomination"),
    ({"employeur.naf": "10A"}, "cerfa.employeur.naf"),
    ({"employeur.nombreDeSalaries": "7"}, "cerfa.employeur.nombreDeSalaries"),
    ({"employeur.nombreDeSalaries": -1}, "cerfa.employeur.nombreDeSalaries"),
    ({"employeur.nombreDeSalaries": True}, "cerfa.employeur.nombreDeSalaries"),
    ({"employeur.codeIdcc": "00843"}, "cerfa.employeur.codeIdcc"),
    ({"employeur.telephone": "0142"}, "cerfa.employeur.telephone"),
    ({"employeur.courriel": "personne"}, "cerfa.employeur.courriel"),
    ({"employeur.typeEmployeur": 17}, "cerfa.employeur.typeEmployeur"),
    ({"employeur.typeEmployeur": "11"}, "cerfa.employeur.typeEmployeur"),
    ({"employeur.employeurSpecifique": 5}, "cerfa.employeur.employeurSpecifique"),
    ({"employeur.attestationPieces": "oui"}, "cerfa.employeur.attestationPieces"),
    ({"employeur.regimeSpecifique": True}, "cerfa.employeur.regimeSpecifique"),
    ({"employeur.adresse.codePostal": "7501"}, "cerfa.employeur.adresse.codePostal"),
    ({"employeur.adresse.codePostal": "75019\n"}, "cerfa.employeur.adresse.codePostal"),
    ({"employeur.adresse.adresse1": "X" * 51}, "cerfa.employeur.adresse.adresse1"),
    ({"employeur.adresse.adresse2": None}, "cerfa.employeur.adresse.adresse2"),
    ({"employeur.adresse.commune": ABSENT}, "cerfa.employeur.adresse.commune"),
    ({"apprenti.sexe": "H"}, "cerfa.apprenti.sexe"),
    ({"apprenti.nationalite": 4}, "cerfa.apprenti.nationalite"),
    ({"apprenti.nir": "106057505612378"}, "cerfa.apprenti.nir"),
    ({"apprenti.nir": "186022A21532524"}, "cerfa.apprenti.nir"),
    ({"apprenti.nir": "10605750561237"}, "cerfa.apprenti.nir"),
    ({"apprenti.dateNaissance": "2006-02-30T00:00:00Z"}, "cerfa.apprenti.dateNaiss"),
    ({"apprenti.departementNaissance": "96"}, "cerfa.apprenti.departementNaissance"),
    ({"apprenti.regimeSocial": 0}, "cerfa.apprenti.regimeSocial"),
    ({"apprenti.situationAvantContrat": 13}, "cerfa.apprenti.situationAvantContrat"),
    ({"apprenti.diplome": 71}, "cerfa.apprenti.diplome"),
    ({"apprenti.derniereClasse": 2}, "cerfa.apprenti.derniereClasse"),
    ({"apprenti.handicap": True}, "cerfa.apprenti.droitsRqthExtensionBOE"),
    ({"apprenti.handicap": None}, "cerfa.apprenti.handicap"),
    ({"apprenti.dateNaissance": MINOR}, "cerfa.apprenti.responsableLegal"),
    (
        {"apprenti.dateNaissance": "2008-08-21T00:00:00+00:00"},
        "cerfa.apprenti.responsableLegal",
    ),
    (
        {"apprenti.responsableLegal": {"nom": "MARTIN"}},
        "cerfa.apprenti.responsableLegal.prenom",
    ),
    ({"maitre1.courriel": ABSENT}, "cerfa.maitre1.courriel"),
    ({"maitre1.niveauDiplomeObtenu": 1}, "cerfa.maitre1.niveauDiplomeObtenu"),
    ({"maitre1.dateNaissance": MINOR}, "cerfa.maitre1.dateNaissance"),
    ({"maitre1.nir": "1060575056123"}, "cerfa.maitre1.nir"),
    ({"maitre2": {"nom": "PETIT"}}, "cerfa.maitre2.prenom"),
    ({"formation.rncp": "RNCP387645"}, "cerfa.formation.rncp"),
    ({"formation.codeDiplome": "450221045"}, "cerfa.formation.codeDiplome"),
    ({"formation.typeDiplome": 50}, "cerfa.formation.typeDiplome"),
    (
        {"formation.nombreHeuresEnDistanciel": 841},
        "cerfa.formation.nombreHeuresEnDistanciel",
    ),
    (
        {"formation.nombreHeuresEnDistanciel": ABSENT},
        "cerfa.formation.nombreHeuresEnDistanciel",
    ),
    (
        {"formation.dateFinFormation": "2026-09-06T00:00:00+00:00"},
        "cerfa.formation.dateFinFormation",
    ),
    ({"contrat.modeContractuel": 5}, "cerfa.contrat.modeContractuel"),
    ({"contrat.typeContratApp": 24}, "cerfa.contrat.typeContratApp"),
    (
        {"contrat.numeroContratPrecedent": ABSENT},
        "cerfa.contrat.numeroContratPrecedent",
    ),
    (
        {"contrat.numeroContratPrecedent": "075202429001234"},
        "cerfa.contrat.numeroContratPrecedent",
    ),
    ({"contrat.typeContratApp": 31}, "cerfa.contrat.dateEffetAvenant"),
    (
        {"contrat.typeContratApp": 38, "contrat.numeroContratPrecedent": None},
        "cerfa.contrat.numeroContratPrecedent",
    ),
    ({"contrat.noContrat": "075202409001234"}, "cerfa.contrat.noContrat"),
    ({"contrat.dateConclusion": "2026-08-20"}, "cerfa.contrat.dateConclusion"),
    ({"contrat.dateConclusion": "2026-08-20T00:00:00"}, "cerfa.contrat.dateConcl"),
    (
        {"contrat.dateConclusion": "2026-09-02T00:00:00+00:00"},
        "cerfa.contrat.dateConclusion",
    ),
    (
        {"contrat.dateConclusion": "2019-12-31T00:00:00+00:00"},
        "cerfa.contrat.dateConclusion",
    ),
    (
        {"contrat.dateFinContrat": "2026-09-01T00:00:00+00:00"},
        "cerfa.contrat.dateFinContrat",
    ),
    ({"contrat.typeDerogation": 0}, "cerfa.contrat.typeDerogation"),
    ({"contrat.dureeTravailHebdoMinutes": 60}, "cerfa.contrat.dureeTravailHebdoMin"),
    ({"contrat.salaireEmbauche": 950.255}, "cerfa.contrat.salaireEmbauche"),
    ({"contrat.salaireEmbauche": "950"}, "cerfa.contrat.salaireEmbauche"),
    ({PAY: []}, f"cerfa.{PAY}"),
    ({f"{PAY}.0.taux": 0}, f"cerfa.{PAY}[0].taux"),
    ({f"{PAY}.0.typeSalaire": "Smic"}, f"cerfa.{PAY}[0].typeSalaire"),
    ({f"{PAY}.1.ordre": "1.3"}, f"cerfa.{PAY}[1].ordre"),
    ({f"{PAY}.1.ordre": "1.1"}, f"cerfa.{PAY}[1].ordre"),
    (
        {f"{PAY}.1.dateDebut": "2027-06-02T00:00:00+00:00"},
        f"cerfa.{PAY}[1].dateDebut",
    ),
    (
        {f"{PAY}.1.dateDebut": "2027-05-31T00:00:00+00:00"},
        f"cerfa.{PAY}[1].dateDebut",
    ),
    (
        {f"{PAY}.0.dateDebut": "2026-09-02T00:00:00+00:00"},
        f"cerfa.{PAY}[0].dateDebut",
    ),
    ({f"{PAY}.2.dateFin": "2028-08-30T00:00:00+00:00"}, f"cerfa.{PAY}[2].dateFin"),
    ({f"{PAY}.2.dateFin": "2027-08-30T00:00:00+00:00"}, f"cerfa.{PAY}[2].dateFin"),
    ({PAY: EXAMPLE["cerfa"]["contrat"]["remunerationsAnnuelles"] * 3}, f"cerfa.{PAY}"),
    ({"organismeFormation.uaiCfa": "0750000A"}, "cerfa.organismeFormation.uaiCfa"),
    ({"organismeFormation.siret": "90000002700013"}, "cerfa.organismeFormation.siret"),
    (
        {"organismeFormation.lieuFormationIdentique": False},
        "cerfa.organismeFormationLieuFormationPrincipal",
    ),
    (
        {"organismeFormationLieuFormationPrincipal": {"denomination": "ANNEXE"}},
        "cerfa.organismeFormationLieuFormationPrincipal.siret",
    ),
    ({"etat": "ENGAGE"}, "cerfa.etat"),
    ({"versionCERFA": "10103*10"}, "cerfa.versionCERFA"),
    ({"numeroInterne": "1"}, "cerfa.numeroInterne"),
    ({"inconnu": 1}, "cerfa.inconnu"),
    ({"apprenti.age": 20}, "cerfa.apprenti.age"),
]


@pytest.mark.parametrize(
    ("changes", "path"), REFUSED, ids=[f"{i} {p}" for i, (_, p) in enumerate(REFUSED)]
)
def test_refusals_name_the_path(sandbox, session, changes, path):
    before = len(sandbox.deposits())
    answer = deposit(sandbox, session, example(changes))
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert set(body) == {"description", "errors"}
    named = [error["description"] for error in body["errors"]]
    assert any(sentence.startswith(path) for sentence in named), named
    assert all(error["code"] for error in body["errors"])
    ledger = sandbox.deposits()
    assert len(ledger) == before + 1
    assert (ledger[0]["outcome"], ledger[0]["reasons"]) == ("rejected", named)


def test_only_the_broken_field_is_named(sandbox, session):
    answer = deposit(sandbox, session, example({"employeur.typeEmployeur": "11"}))
    (error,) = answer.json()["errors"]
    assert error["code"] == "TYPE"
    assert "attendu un nombre entier" in error["description"]
    assert '"11"' in error["description"]


def test_all_errors_come_at_once(sandbox, session):
    changes = {
        "employeur.siret": "1",
        "apprenti.sexe": "X",
        "contrat.dateFinContrat": "2020-01-01T00:00:00Z",
        "organismeFormation.lieuFormationIdentique": False,
        "zzz": None,
    }
    errors = deposit(sandbox, session, example(changes)).json()["errors"]
    assert [error["description"].split(" : ")[0] for error in errors] == [
        "cerfa.apprenti.sexe",
        "cerfa.contrat.dateFinContrat",
        "cerfa.employeur.siret",
        "cerfa.organismeFormationLieuFormationPrincipal",
        "cerfa.zzz",
    ]


def test_a_refused_nir_is_not_repeated(sandbox, session):
    answer = deposit(sandbox, session, example({"apprenti.nir": "106057505612378"}))
    assert answer.status_code == 400
    assert "10605750561" not in answer.text


def test_a_conclusion_in_the_future_is_refused(sandbox, session):
    sandbox.set(today="2026-08-19")
    refused = deposit(sandbox, session, EXAMPLE)
    sandbox.set(today="2026-08-20")
    accepted = deposit(sandbox, session, EXAMPLE)
    sandbox.set(today=None)
    assert refused.status_code == 400
    assert "dans le futur" in refused.json()["errors"][0]["description"]
    assert accepted.status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"cerfa"', b"null", b"\xff", b'{"cerfa": NaN}']
    + [b'{"cerfa": "\\ud800"}', b'{"cerfa": 1e400}', b"[" * 100_000],
)
def test_a_body_that_is_not_a_json_object(sandbox, session, body):
    answer = session.post(
        f"{sandbox.url}/v1/dossiers",
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert sandbox.deposits()[0]["sha256"] == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("document", [{}, {"cerfa": None}, {"cerfa": [1]}])
def test_an_empty_dossier(sandbox, session, document):
    answer = deposit(sandbox, session, document)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["description"].startswith("cerfa")


def test_the_body_may_be_chunked(sandbox, session):
    answer = session.post(
        f"{sandbox.url}/v1/dossiers",
        data=iter([json.dumps(EXAMPLE).encode()]),
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert answer.status_code == 200


def test_another_training_centre_is_forbidden(sandbox, session):
    answer = deposit(sandbox, session, example({"organismeFormation.siret": OTHER_CFA}))
    assert answer.status_code == 403
    assert answer.json()["errors"] is None
    assert OTHER_CFA in answer.json()["comment"]
    assert sandbox.deposits()[0]["status"] == 403


def test_a_closed_employer_is_refused_by_a_comment(sandbox, session):
    answer = deposit(sandbox, session, example({"employeur.siret": CLOSED_EMPLOYER}))
    assert answer.status_code == 400
    body = answer.json()
    assert body["errors"] is None
    assert body["comment"].startswith(
        f"L'établissement employeur {CLOSED_EMPLOYER} est fermé"
    )
    assert sandbox.deposits()[0]["reasons"] == [body["comment"]]


def test_whatever_is_broken_the_answer_is_a_verdict(sandbox, session):
    """Any value anywhere: 200, 400 or 403, never a failure of the server."""
    chance = random.Random(10103)
    values = [None, True, -1, 31.0, 1e300, "", "é" * 300, [], {}, [[]], {"a": [None]}]
    seen = set()
    for _ in range(400):
        document = copy.deepcopy(EXAMPLE)
        _spoil(document, chance, values)
        seen.add(deposit(sandbox, session, document).status_code)
    assert seen <= {200, 400, 403}
    assert 400 in seen


def _spoil(node, chance, values):
    while True:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        key = chance.choice(list(keys))
        if isinstance(node[key], dict | list) and node[key] and chance.random() < 0.85:
            node = node[key]
            continue
        node[key] = chance.choice(values)
        return
