# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Conventions and documents: two parts, one of them a file."""

import copy
import hashlib
import json
import socket
import sqlite3

import pytest
import requests

from sandbox_calls import CFA, EXAMPLE
from sandbox_process import SandboxProcess

OTHER_CFA = "90000003500007"


PDF = b"%PDF-1.7\n%fictitious\n%%EOF\n"
NO_ROUTE = {"message": "no Route matched with those values"}


@pytest.fixture
def number(sandbox, session):
    answer = session.post(f"{sandbox.url}/v1/dossiers", json=EXAMPLE, timeout=5)
    return answer.json()["numeroInterne"]


def convention(number):
    return {
        "numeroInterneDossier": number,
        "employeur": {"siret": "90000001900019"},
        "apprenti": {"nom": "MARTIN", "nomUsage": None, "prenom": "Jean"},
        "contrat": {
            "dateDebutContrat": "2026-09-01T00:00:00+00:00",
            "dateFinContrat": "2028-08-31T00:00:00+00:00",
        },
        "organismeFormation": {"siret": CFA, "uaiCfa": "0750000T"},
        "formation": {
            "rncp": "RNCP38764",
            "intituleQualification": "BP Boulanger",
            "dateDebutFormation": "2026-09-07T00:00:00+00:00",
            "dateFinFormation": "2028-06-30T00:00:00+00:00",
            "dureeFormation": 840,
        },
        "couts": {
            "coutTotalPedagogieCFA": 13242.00,
            "montantRQTHAnnee1": 0,
            "nombreRepasTotaux": 200,
            "montantPremierEquipement": 500.00,
            "mentionMobilitéInternationale": False,
        },
        "mandatEmployeur": True,
        "dateSignature": "2026-08-20T00:00:00+00:00",
        "attestationConventionSigneeEntreprise": True,
        "attestationConventionSigneeCFA": True,
        "attestationConventionSignatureProbante": True,
        "attestationConventionConformeJSON": True,
    }


def infos(*numbers, kind="CERTIFICAT_REALISATION"):
    targets = [
        {"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": number} for number in numbers
    ]
    return {"typeFichier": kind, "objets": targets}


def send(sandbox, session, flow, document, content=PDF, name="piece.pdf"):
    part = {"conventions": "convention", "documents": "infosFichier"}[flow]
    return session.post(
        f"{sandbox.url}/v1/{flow}",
        data={part: json.dumps(document)},
        files={"fichier": (name, content, "application/pdf")},
        timeout=20,
    )


def test_a_convention_is_kept_and_downloadable(sandbox, session, number):
    answer = send(sandbox, session, "conventions", convention(number))
    assert answer.status_code == 200, answer.text
    (entry,) = sandbox.files()
    assert entry["outcome"] == "accepted"
    assert entry["numeroInterne"] == number
    assert entry["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (entry["name"], entry["size"]) == ("piece.pdf", len(PDF))
    page = requests.get(f"{sandbox.url}/pieces", timeout=5).text
    assert entry["sha256"] in page
    file = requests.get(f"{sandbox.url}/pieces/{entry['id']}/fichier", timeout=5)
    assert file.content == PDF
    assert file.headers["Content-Type"] == "application/pdf"
    assert "attachment" in file.headers["Content-Disposition"]


def test_a_document_is_shown_with_its_dossier(sandbox, session, number):
    other = session.post(f"{sandbox.url}/v1/dossiers", json=EXAMPLE, timeout=5).json()[
        "numeroInterne"
    ]
    answer = send(sandbox, session, "documents", infos(number), name="accord.pdf")
    assert answer.status_code == 200
    shown = requests.get(f"{sandbox.url}/dossiers/{number}", timeout=5).text
    assert "accord.pdf" in shown and hashlib.sha256(PDF).hexdigest() in shown
    assert (
        "accord.pdf"
        not in requests.get(f"{sandbox.url}/dossiers/{other}", timeout=5).text
    )


def test_the_same_file_again_is_a_duplicate(sandbox, session, number):
    for content in (PDF, PDF, PDF + b"%"):
        send(sandbox, session, "documents", infos(number), content)
    assert [file["duplicate"] for file in sandbox.files()] == [False, True, False]
    page = requests.get(f"{sandbox.url}/pieces", timeout=5).text
    assert page.count(">Doublon</span>") == 1


def test_the_same_file_for_another_dossier_is_no_duplicate(sandbox, session, number):
    answer = session.post(f"{sandbox.url}/v1/dossiers", json=EXAMPLE, timeout=5)
    for dossier in (number, answer.json()["numeroInterne"]):
        send(sandbox, session, "documents", infos(dossier))
    assert [file["duplicate"] for file in sandbox.files()] == [False, False]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("numeroInterneDossier", "9999999", "9999999"),
        ("numeroInterneDossier", 1, "numeroInterneDossier"),
        ("employeur.siret", "90000002700038", "employeur.siret"),
        ("employeur.siret", "1", "employeur.siret"),
        ("apprenti.nom", "", "apprenti.nom"),
        ("contrat.dateFinContrat", "2026-08-31T00:00:00+00:00", "dateFinContrat"),
        ("contrat.dateDebutContrat", "2026-09-01", "contrat.dateDebutContrat"),
        ("formation.dateFinFormation", "2026-01-01T00:00:00Z", "dateFinFormation"),
        ("formation.dureeFormation", 0, "formation.dureeFormation"),
        ("organismeFormation.uaiCfa", "0750000B", "organismeFormation.uaiCfa"),
        ("couts.coutTotalPedagogieCFA", "13242", "couts.coutTotalPedagogieCFA"),
        ("couts.coutTotalPedagogieCFA", 1.234, "couts.coutTotalPedagogieCFA"),
        ("couts.inconnu", 1, "couts.inconnu"),
        ("attestationConventionSigneeCFA", False, "attestationConventionSigneeCFA"),
    ],
)
def test_wrong_conventions(sandbox, session, number, path, value, named):
    document = convention(number)
    *parents, last = path.split(".")
    target = document
    for key in parents:
        target = target[key]
    target[last] = value
    answer = send(sandbox, session, "conventions", document)
    assert answer.status_code == 400
    assert named in answer.text
    (entry,) = sandbox.files()
    assert (entry["outcome"], entry["status"]) == ("rejected", 400)
    assert named in entry["reasons"][0]


@pytest.mark.parametrize("missing", ["employeur", "couts", "numeroInterneDossier"])
def test_obligatory_parts_of_a_convention(sandbox, session, number, missing):
    document = convention(number)
    del document[missing]
    answer = send(sandbox, session, "conventions", document)
    assert answer.status_code == 400
    assert missing in answer.text


def test_a_convention_of_another_training_centre(sandbox, session, number):
    document = copy.deepcopy(convention(number))
    document["organismeFormation"]["siret"] = OTHER_CFA
    assert send(sandbox, session, "conventions", document).status_code == 403
    other = sandbox.session(OTHER_CFA)
    assert send(sandbox, other, "conventions", document).status_code == 400


@pytest.mark.parametrize("flow", ["conventions", "documents"])
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("piece.pdf", b"", "FICHIER_VIDE"),
        ("piece.pdf", b"PK\x03\x04", "FICHIER_ILLISIBLE"),
        ("piece.exe", PDF, "FICHIER_TYPE"),
        ("piece", PDF, "FICHIER_TYPE"),
    ],
)
def test_wrong_files(sandbox, session, number, flow, name, content, code):
    document = convention(number) if flow == "conventions" else infos(number)
    answer = send(sandbox, session, flow, document, content, name)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code


def test_pictures_are_documents_but_no_conventions(sandbox, session, number):
    png = b"\x89PNG\r\n\x1a\n" + b"x" * 20
    answer = send(sandbox, session, "documents", infos(number), png, "PIECE.PNG")
    assert answer.status_code == 200
    answer = send(sandbox, session, "conventions", convention(number), png, "a.png")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"typeFichier": "AUTRE", "objets": []},
        infos("1000001", kind="AUTRE"),
        infos(),
        infos("9999999"),
        infos("1000001", "9999999"),
        {
            "typeFichier": "FACTURE",
            "objets": [{"typeObjet": "FACTURE", "idObjet": "1"}],
        },
    ],
)
def test_wrong_documents(sandbox, session, number, document):
    assert number == "1000001"
    answer = send(sandbox, session, "documents", document)
    assert answer.status_code == 400
    assert sandbox.files()[0]["outcome"] == "rejected"


@pytest.mark.parametrize("parts", [{}, {"infosFichier": "{"}, {"infosFichier": "[]"}])
def test_a_part_that_is_missing_or_unreadable(sandbox, session, parts):
    url = f"{sandbox.url}/v1/documents"
    answer = session.post(url, data=parts, files={"fichier": ("a.pdf", PDF)}, timeout=5)
    assert answer.status_code == 400
    whole = {"infosFichier": json.dumps(infos("1"))}
    assert session.post(url, data=whole, timeout=5).status_code == 400


def test_the_largest_file_is_a_setting(sandbox, session, number):
    sandbox.set(max_file_megabytes=2)
    just, over = (PDF.ljust((2 << 20) + extra, b" ") for extra in (0, 1))
    assert send(sandbox, session, "documents", infos(number), just).status_code == 200
    for content in (over, PDF.ljust(30 << 20, b" ")):
        answer = send(sandbox, session, "documents", infos(number), content)
        assert answer.status_code == 413
        assert answer.json() == {"message": "Request size limit exceeded"}
    assert len([f for f in sandbox.files() if f["outcome"] == "accepted"]) == 1


def resident(sandbox):
    """Return the most memory the process ever used, in megabytes."""
    with open(f"/proc/{sandbox.pid}/status", encoding="utf-8") as file:
        peak = next(line for line in file if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def test_files_are_never_whole_in_memory(sandbox, session, number):
    sandbox.set(max_file_megabytes=100)
    before = resident(sandbox)
    content = PDF.ljust(90 << 20, b" ")
    answer = send(sandbox, session, "documents", infos(number), content)
    assert answer.status_code == 200
    assert resident(sandbox) - before < 30
    assert sandbox.files()[0]["sha256"] == hashlib.sha256(content).hexdigest()


def test_files_stay_beside_the_state(tmp_path):
    state = tmp_path / "state.sqlite"
    sandbox = SandboxProcess(state=state)
    sandbox.start()
    session = sandbox.session(CFA)
    answer = session.post(f"{sandbox.url}/v1/dossiers", json=EXAMPLE, timeout=5)
    send(sandbox, session, "documents", infos(answer.json()["numeroInterne"]))
    sandbox.kill()
    sandbox.start()
    (entry,) = sandbox.files()
    url = f"{sandbox.url}/pieces/{entry['id']}/fichier"
    assert requests.get(url, timeout=5).content == PDF
    kept = tmp_path / "state.files" / entry["sha256"]
    assert kept.read_bytes() == PDF
    sandbox.reset()
    assert not kept.exists()
    assert requests.get(url, timeout=5).status_code == 404
    sandbox.stop()
    with sqlite3.connect(state) as database:
        assert database.execute("SELECT COUNT(*) FROM files").fetchone() == (0,)


def test_a_file_processed_but_not_answered_is_listed(sandbox, session, number):
    sandbox.add_fault("reset_after_processing", "POST", "/v1/documents")
    with pytest.raises(requests.ConnectionError):
        send(sandbox, session, "documents", infos(number))
    assert sandbox.files()[0]["outcome"] == "accepted"


@pytest.mark.parametrize("flow", ["conventions", "documents"])
def test_a_flow_may_be_closed(sandbox, session, number, flow):
    sandbox.set(closed_flows=[flow])
    answer = send(sandbox, session, flow, infos(number))
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)


@pytest.mark.parametrize("flow", ["conventions", "documents"])
def test_credentials_are_needed(sandbox, session, flow):
    del session.headers["Authorization"]
    assert send(sandbox, session, flow, infos("1")).status_code == 401


def test_a_client_that_sends_everything_first_still_reads_the_413(sandbox):
    host, port = sandbox.url.removeprefix("http://").split(":")
    length = 30 << 20
    head = f"POST /v1/documents HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection((host, int(port)), 10) as line:
        line.sendall(head.encode())
        for _ in range(30):
            line.sendall(b" " * (1 << 20))
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
