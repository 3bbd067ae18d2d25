# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agreements, documents, terminations and the key: what leaves, and what does not."""

import hashlib
import json
import logging
import resource
import socket
import threading
import tracemalloc
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from email import message_from_bytes

import pytest

from convergence.client import ConvergenceClient
from convergence.convention import Convention, convention_body
from convergence.document import CERTIFICAT_REALISATION, file_info
from convergence.errors import AuthRefused, Busy, Rejected, Unknown, WrongAddress
from convergence.files import FileChanged, FileToSend, UnusableFile, header_name
from convergence.profile import (
    CONVENTIONS_DEPOSIT,
    DOCUMENTS_UPLOAD,
    KEY_INFO,
    TERMINATION,
    ClosedFlow,
    Profile,
)
from convergence.redact import install_log_filters
from convergence.termination import BadTemplate, check_template, termination_body
from raw_opco import (
    KEY,
    credentials,
    failure,
    in_turn,
    profile,
    reply,
    reset,
    serving,
    stall,
)

CONVENTIONS = "/v1/conventions"
DOCUMENTS = "/v1/documents"
KEY_PATH = "/v2/cfakeyinfo"
ALL_OPEN = frozenset((CONVENTIONS_DEPOSIT, DOCUMENTS_UPLOAD, KEY_INFO, TERMINATION))
CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 300


@pytest.fixture
def opco():
    with serving() as server:
        yield server


@pytest.fixture
def client(opco):
    settings = profile(opco, open_flows=ALL_OPEN)
    with ConvergenceClient(settings, credentials()) as made:
        yield made


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "contenu"
    path.write_bytes(CONTENT)
    return file_at(path, CONTENT)


def file_at(where, content, **changed):
    values = {
        "path": str(where),
        "name": "Convention « Léa ».pdf",
        "mime_type": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }
    return FileToSend(**{**values, **changed})


def parts_of(request):
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body)
    return {
        part.get_param("name", header="content-disposition"): part
        for part in message.get_payload()
    }


def test_an_agreement_leaves_as_two_parts(opco, client, file):
    opco.on(CONVENTIONS, reply(200, {"numeroInterneDocument": 12}))
    taken = client.deposit_convention({"a": "é"}, file)
    assert (taken.document_number, taken.exchange.outcome) == ("12", "accepted")
    sent = opco.calls(CONVENTIONS)[0]
    assert sent.headers["x-api-key"] == KEY
    assert int(sent.headers["content-length"]) == len(sent.body)
    assert "transfer-encoding" not in sent.headers
    parts = parts_of(sent)
    assert list(parts) == ["convention", "fichier"]
    assert json.loads(parts["convention"].get_payload(decode=True)) == {"a": "é"}
    assert parts["convention"].get_filename() is None
    assert parts["fichier"].get_filename() == "Convention_Lea.pdf"
    assert parts["fichier"].get_content_type() == "application/pdf"
    assert parts["fichier"].get_payload(decode=True) == CONTENT


def test_a_document_and_the_names_of_the_profile(opco, file):
    settings = profile(
        opco, open_flows=ALL_OPEN, document_part="infos", file_part="piece"
    )
    opco.on(DOCUMENTS, reply(200, b""))
    info = file_info(CERTIFICAT_REALISATION, dossiers=["7"], invoices=["F1"])
    with ConvergenceClient(settings, credentials()) as client:
        assert client.upload_document(info, file).document_number is None
    parts = parts_of(opco.calls(DOCUMENTS)[0])
    assert list(parts) == ["infos", "piece"]
    assert json.loads(parts["infos"].get_payload(decode=True)) == {
        "typeFichier": "CERTIFICAT_REALISATION",
        "objets": [
            {"typeObjet": "FACTURE", "idObjet": "F1"},
            {"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": "7"},
        ],
    }
    with pytest.raises(ValueError):
        file_info(CERTIFICAT_REALISATION)


def test_the_file_is_read_again_after_a_renewed_token(opco, client, file):
    opco.on(CONVENTIONS, in_turn(reply(401), reply(200, {})))
    client.deposit_convention({}, file)
    first, second = opco.calls(CONVENTIONS)
    for sent in (first, second):
        assert parts_of(sent)["fichier"].get_payload(decode=True) == CONTENT
    assert opco.tokens == 2


@pytest.mark.parametrize(
    "content",
    [CONTENT + b"x", CONTENT[:-1], CONTENT[:-1] + b"\0"],
    ids=["longer", "shorter", "other"],
)
def test_a_changed_file_does_not_leave(opco, client, file, tmp_path, content):
    (tmp_path / "contenu").write_bytes(content)
    with pytest.raises(FileChanged):
        client.deposit_convention({}, file)
    assert not opco.received


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"size": 0}, "empty"),
        ({"size": 10 * 1024 * 1024 + 1}, "too_large"),
        ({"mime_type": "image/png"}, "mime_type"),
        ({"path": "/nowhere/at/all"}, "missing"),
    ],
)
def test_an_unusable_file_does_not_leave(opco, client, tmp_path, changed, reason):
    path = tmp_path / "contenu"
    path.write_bytes(CONTENT)
    with pytest.raises(UnusableFile) as caught:
        client.upload_document({}, file_at(path, CONTENT, **changed))
    assert caught.value.reason == reason
    assert not opco.received


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(400, {"Description": "KO", "errors": None}), Rejected),
        (reply(413), Rejected),
        (reply(403), AuthRefused),
        (reply(401), AuthRefused),
        (reply(404), WrongAddress),
        (reply(429), Busy),
        (reply(500), Unknown),
        (reply(200, b"<html>proxy</html>", Content_Type="text/html"), Unknown),
        (reset, Unknown),
        (stall, Unknown),
    ],
)
def test_uploads_end_as_deposits_do(opco, client, file, answer, outcome):
    opco.on(CONVENTIONS, answer)
    opco.on(DOCUMENTS, answer)
    failure(client, outcome, lambda: client.deposit_convention({}, file))
    failure(client, outcome, lambda: client.upload_document({}, file))


def test_closed_flows_are_not_called(opco, file):
    with ConvergenceClient(profile(opco), credentials()) as client:
        for call in (
            lambda: client.upload_document({}, file),
            lambda: client.notify_termination(b"{}"),
            lambda: client.key_info("900000027"),
        ):
            with pytest.raises(ClosedFlow):
                call()
    assert not opco.received


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Convention « Léa ».pdf", "Convention_Lea.pdf"),
        ('a"; filename="b.exe', "a_filename_b.exe.pdf"),
        ("ligne\r\nX-API-KEY: 1.pdf", "ligne_X-API-KEY_1.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\dossier\\a.PDF", "a.PDF"),
        ("履歴書.pdf", "fichier.pdf"),
        ("🎓.pdf", "fichier.pdf"),
        ("M. Martin", "M.Martin.pdf"),
        ("", "fichier.pdf"),
        ("...", "fichier.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_names_are_safe_in_a_header(name, safe):
    assert header_name(name, "application/pdf") == safe


def test_a_name_has_the_extension_of_its_type():
    assert header_name("scan.jpeg", "image/jpeg") == "scan.jpeg"
    assert header_name("scan.pdf", "image/png") == "scan.pdf.png"
    assert header_name("scan", "application/x-unheard-of") == "scan"


def test_the_key_leaves_no_trace(opco, client, caplog):
    install_log_filters()
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "convergence"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    answer = {"status": "SUCCESS", "dateFinValidite": "2027-08-31", "comment": KEY}
    opco.on(KEY_PATH, reply(200, answer))
    info = client.key_info("900000027")
    assert (info.is_valid, info.valid_until) == (True, date(2027, 8, 31))
    assert f"siren=900000027&XAPIKEY={KEY}" in opco.received[-1].target
    assert KEY not in f"{info!r} {info.comment} {info.exchange} {caplog.text}"
    assert KEY not in info.exchange.response_body
    for answer, outcome in (
        (reply(400, {"comment": f"clé {KEY} inconnue"}), Rejected),
        (reply(500, KEY.encode()), Unknown),
        (reset, Unknown),
    ):
        opco.on(KEY_PATH, answer)
        error = failure(client, outcome, lambda: client.key_info("900000027"))
        said = f"{error.messages} {error.response_text} {error.exchange}"
        said += "".join(one.text for one in error.messages)
        said += error.exchange.response_body
        assert KEY not in said and KEY not in caplog.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "error", "comment": "Expirée"}, (False, None, "Expirée")),
        ([{"Status": "success", "dateFinValidite": "?"}], (True, None, None)),
    ],
)
def test_key_info(opco, client, body, expected):
    opco.on(KEY_PATH, reply(200, body))
    info = client.key_info("900000027")
    assert (info.is_valid, info.valid_until, info.comment) == expected


def test_a_key_info_without_status_is_unknown(opco, client):
    opco.on(KEY_PATH, reply(200, {"ok": 1}))
    failure(client, Unknown, lambda: client.key_info("900000027"))


def test_a_termination_is_notified(opco, client):
    opco.on("/v2/dossiers/rupture/employeur", reply(200, {}))
    assert client.notify_termination(b'{"a":1}').exchange.http_status == 200
    assert opco.received[-1].body == b'{"a":1}'


def test_the_body_of_a_termination():
    settings = Profile("https://api.example", auth_mode="none")
    values = {"numeroInterne": "12", "dateRupture": date(2026, 12, 1)}
    assert termination_body(values, settings) == {
        "numeroInterne": "12",
        "dateRupture": "2026-12-01T00:00:00+00:00",
    }
    template = (
        '{"dossier": {"deca": "{numeroDeca}", "motif": "{motifRupture}"},'
        ' "le": ["{dateRupture}"], "version": 2}'
    )
    other = Profile(
        "https://api.example", auth_mode="none", termination_template=template
    )
    values = {"numeroDeca": "075", "dateRupture": date(2026, 12, 1)}
    assert termination_body(values, other) == {
        "dossier": {"deca": "075"},
        "le": ["2026-12-01T00:00:00+00:00"],
        "version": 2,
    }


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "json"),
        ("[]", "json"),
        ("{numeroInterne}", "json"),
        ('{"a": "{dateRupture}"}', "placeholder"),
        ('{"a": "{numeroInterne}"}', "placeholder"),
        ('{"a": "{numeroInterne}", "b": "{dateRupture}", "c": "{nir}"}', "placeholder"),
    ],
)
def test_templates_that_cannot_be_filled(template, reason):
    with pytest.raises(BadTemplate) as caught:
        check_template(template)
    assert caught.value.reason == reason


AGREEMENT = Convention(
    internal_number="1234567",
    employer_siret="900 000 019 00019",
    apprentice_name="MARTIN",
    apprentice_first_name="Jean",
    contract_start=date(2026, 9, 1),
    contract_end=date(2028, 8, 31),
    centre_siret="90000002700012",
    centre_uai="0750000A",
    rncp="38764",
    title="BP Boulanger",
    training_start=date(2026, 9, 7),
    training_end=date(2028, 6, 30),
    training_hours=840,
    teaching_cost=Decimal("13242.00"),
    disability_amounts=(Decimal("4000"),),
    meals=200,
    first_equipment=Decimal("500"),
    signed_on=date(2026, 8, 20),
)


def test_an_agreement_on_the_wire():
    settings = Profile("https://api.example", auth_mode="none")
    assert convention_body(AGREEMENT, settings) == {
        "numeroInterneDossier": "1234567",
        "employeur": {"siret": "90000001900019"},
        "apprenti": {"nom": "MARTIN", "prenom": "Jean"},
        "contrat": {
            "dateDebutContrat": "2026-09-01T00:00:00+00:00",
            "dateFinContrat": "2028-08-31T00:00:00+00:00",
        },
        "organismeFormation": {"siret": "90000002700012", "uaiCfa": "0750000A"},
        "formation": {
            "rncp": "RNCP38764",
            "intituleQualification": "BP Boulanger",
            "dateDebutFormation": "2026-09-07T00:00:00+00:00",
            "dateFinFormation": "2028-06-30T00:00:00+00:00",
            "dureeFormation": 840,
        },
        "couts": {
            "coutTotalPedagogieCFA": 13242,
            "montantRQTHAnnee1": 4000,
            "montantRQTHAnnee2": 0,
            "montantRQTHAnnee3": 0,
            "montantRQTHAnnee4": 0,
            "nombreRepasTotaux": 200,
            "nombreHebergementTotaux": 0,
            "montantPremierEquipement": 500,
            "mentionMobiliteInternationale": False,
            "accompagnementDROM": False,
        },
        "mandatEmployeur": True,
        "dateSignature": "2026-08-20T00:00:00+00:00",
        "attestationConventionSigneeEntreprise": True,
        "attestationConventionSigneeCFA": True,
        "attestationConventionSignatureProbante": True,
        "attestationConventionConformeJSON": True,
    }
    accented = "mentionMobilitéInternationale"
    other = Profile("https://api.example", auth_mode="none", mobility_key=accented)
    assert accented in convention_body(AGREEMENT, other)["couts"]


@contextmanager
def _sink(answer):
    """A server that counts the bytes of what it is sent, and keeps none."""
    listener = socket.create_server(("127.0.0.1", 0))
    received = [0]
    buffer = bytearray(1024 * 1024)

    def serve():
        connection, _address = listener.accept()
        with connection:
            while head := connection.recv(4096, socket.MSG_PEEK):
                while b"\r\n\r\n" not in head:
                    head = connection.recv(4096, socket.MSG_PEEK)
                fields = head.partition(b"\r\n\r\n")[0]
                length = int(
                    fields.lower().partition(b"content-length: ")[2].split()[0]
                )
                left = len(fields) + 4 + length
                while left:
                    count = connection.recv_into(buffer, min(left, len(buffer)))
                    received[0] += count
                    left -= count
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
    listener.close()


def test_many_files_take_no_memory(tmp_path):
    """200 files of 5 MB, to a server that keeps nothing of them."""
    content = b"\0" * (5 * 1024 * 1024)
    path = tmp_path / "contenu"
    path.write_bytes(content)
    file = file_at(path, content)
    del content
    taken = reply(200, {})
    with _sink(taken) as (url, received):
        settings = Profile(url, auth_mode="none", open_flows=ALL_OPEN)
        with ConvergenceClient(settings, credentials()) as client:
            client.upload_document({}, file)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for _ in range(199):
                client.upload_document({}, file)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert received[0] > 200 * file.size
    # Kilobytes; the first call is also bound: it must not have held the file.
    assert after - before < 50 * 1024


def test_one_file_is_not_held_whole(tmp_path):
    content = b"\0" * (8 * 1024 * 1024)
    path = tmp_path / "contenu"
    path.write_bytes(content)
    file = file_at(path, content)
    del content
    with _sink(reply(200, {})) as (url, _received):
        settings = Profile(url, auth_mode="none", open_flows=ALL_OPEN)
        with ConvergenceClient(settings, credentials()) as client:
            tracemalloc.start()
            client.upload_document({}, file)
            _now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert peak < 2 * 1024 * 1024
