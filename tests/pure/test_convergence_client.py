# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The client against a real HTTP server on the loopback, well and badly behaved."""

import gzip
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import requests
import urllib3

from convergence.answers import StateList
from convergence.auth import TokenSource
from convergence.client import ConvergenceClient
from convergence.errors import (
    AuthRefused,
    Busy,
    NotSent,
    Rejected,
    Unknown,
    WrongAddress,
)
from convergence.profile import ClosedFlow, Profile
from convergence.redact import install_log_filters
from convergence.transport import Transport
from convergence.verdicts import retry_after
from raw_opco import (
    BODY,
    KEY,
    NIR,
    SECRET,
    credentials,
    failure,
    in_turn,
    profile,
    reply,
    reset,
    serving,
    stall,
)

# With urllib3 1 a stalled handshake is taken for unknown, and a trickled answer is only
# given up after 1 kB.
needs_urllib3_2 = pytest.mark.skipif(
    urllib3.__version__.startswith("1."), reason="needs urllib3 2"
)


@pytest.fixture
def opco():
    with serving() as server:
        yield server


@pytest.fixture
def client(opco):
    with ConvergenceClient(profile(opco), credentials()) as made:
        yield made


def test_a_deposit_sends_the_bytes_as_they_are(opco, client):
    opco.on("/v1/dossiers", reply(200, {"numeroInterne": 1234567}))
    receipt = client.deposit(BODY)
    assert receipt.internal_number == "1234567"
    assert (receipt.external_number, receipt.deca_number) == (None, None)
    assert receipt.exchange.http_status == 200
    assert receipt.exchange.outcome == "accepted"
    assert receipt.exchange.started_at.tzinfo is timezone.utc
    assert "1234567" in receipt.exchange.response_body
    sent = opco.calls("/v1/dossiers")[0]
    assert sent.body == BODY
    assert sent.headers["content-type"] == "application/json; charset=utf-8"
    assert sent.headers["accept"] == "application/json"
    assert sent.headers["x-api-key"] == KEY
    assert sent.headers["authorization"] == "Bearer jeton-1-secret"
    assert [sent.headers[n] for n in ("editeur", "logiciel", "version")] == [
        "Editeur",
        "Logiciel",
        "1.0.0",
    ]
    asked = opco.calls("/token")[0]
    assert b"grant_type=client_credentials" in asked.body
    assert b"scope" not in asked.body
    assert "x-api-key" not in asked.headers


def test_connections_and_tokens_are_reused(opco, client):
    opco.on("/v1/dossiers", reply(200, {"NUMEROINTERNE": "7"}))
    for _ in range(5):
        assert client.deposit(BODY).internal_number == "7"
    assert opco.tokens == 1
    assert opco.connections == 1


def test_a_refused_connection_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    made = ConvergenceClient(Profile(url, auth_mode="none"), credentials())
    error = failure(made, NotSent)
    assert error.http_status is None
    assert error.exchange.http_status is None


def test_an_unknown_name_is_not_sent():
    made = ConvergenceClient(
        Profile("https://opco.invalid", auth_mode="none"), credentials()
    )
    failure(made, NotSent)


def test_a_connection_timeout_is_not_sent(opco):
    # A full backlog leaves the SYN without an answer.
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = full.getsockname()
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(address)
        fillers.append(filler)
    settings = profile(
        opco, base_url=f"http://127.0.0.1:{address[1]}", auth_mode="none"
    )
    error = failure(ConvergenceClient(settings, credentials()), NotSent)
    assert "ConnectTimeout" in str(error)
    for held in (full, *fillers):
        held.close()


@pytest.mark.parametrize(
    "behaviour",
    ["plain", pytest.param("stalled", marks=needs_urllib3_2), "reset"],
)
def test_a_failed_tls_handshake_is_not_sent(opco, behaviour):
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _address = listener.accept()
        connection.recv(10)
        if behaviour == "plain":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        elif behaviour == "stalled":
            time.sleep(1.2)
        else:
            reset(None, connection)
        connection.close()

    threading.Thread(target=answer, daemon=True).start()
    settings = profile(
        opco,
        base_url=f"https://127.0.0.1:{listener.getsockname()[1]}",
        auth_mode="none",
    )
    failure(ConvergenceClient(settings, credentials()), NotSent)
    listener.close()


def test_a_reset_after_the_body_is_unknown(opco, client):
    opco.on("/v1/dossiers", reset)
    failure(client, Unknown)


def test_a_reset_is_unknown_even_while_another_failure_is_handled(opco, client):
    opco.on("/v1/dossiers", reset)
    try:
        requests.get("http://127.0.0.1:1", timeout=1)
    except requests.ConnectionError:
        with pytest.raises(Unknown):
            client.deposit(BODY)


def test_a_silent_close_is_unknown(opco, client):
    opco.on("/v1/dossiers", lambda request, connection: None)
    failure(client, Unknown)


def test_a_read_timeout_is_unknown(opco, client):
    opco.on("/v1/dossiers", stall)
    failure(client, Unknown)


@needs_urllib3_2
def test_a_trickled_answer_is_given_up(opco, client):
    def trickle(_request, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        for _ in range(100):
            connection.sendall(b" ")
            time.sleep(0.1)

    opco.on("/v1/dossiers", trickle)
    began = time.monotonic()
    failure(client, Unknown)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [
        reply(
            200, b"<html><title>Maintenance</title></html>", Content_Type="text/html"
        ),
        reply(200, b""),
        reply(204),
        reply(200, {"ok": True}),
        reply(200, b'{"numeroInterne": "1', Content_Type="application/json"),
        reply(200, b"[" * 100_00),
        reply(200, b"not gzip at all", Content_Encoding="gzip"),
        reply(200, b"{}", Content_Length=50),
        reply(302, b"", Location="/elsewhere"),
        reply(307, b"", Location="http://127.0.0.1:1/"),
        reply(408, {"message": "too slow"}),
        reply(500, {"description": "Erreur", "errors": [{"code": "E1"}]}),
        reply(502, b"Bad gateway"),
        reply(504),
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
def test_what_says_nothing_is_unknown(opco, client, answer):
    opco.on("/v1/dossiers", lambda request, connection: _send(connection, answer))
    failure(client, Unknown)
    assert len(opco.calls("/v1/dossiers")) == 1
    assert not opco.calls("/elsewhere")


def _send(connection, answer):
    connection.sendall(answer)


def test_a_gzip_bomb_is_cut(opco, client):
    bomb = gzip.compress(b'{"numeroInterne":"' + b"1" * 20_000_000 + b'"}')
    opco.on("/v1/dossiers", reply(200, bomb, Content_Encoding="gzip"))
    error = failure(client, Unknown)
    assert "too large" in str(error)
    assert len(error.exchange.response_body) <= 50_000


def test_a_compressed_answer_is_read(opco, client):
    packed = gzip.compress(b'{"numeroInterne": "12"}')
    opco.on("/v1/dossiers", reply(200, packed, Content_Encoding="gzip"))
    assert client.deposit(BODY).internal_number == "12"


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422, 451])
def test_a_verdict_is_rejected(opco, client, status):
    body = {"description": "KO", "errors": [{"code": "E7", "description": "NIR"}]}
    opco.on("/v1/dossiers", reply(status, body))
    error = failure(client, Rejected)
    assert error.http_status == status
    assert [(e.code, e.text) for e in error.messages] == [("E7", "NIR")]


def test_a_dossier_that_does_not_exist_is_not_a_wrong_address(opco, client):
    opco.on("/v1/dossiers", reply(404, {"description": "Contrat inconnu"}))
    assert failure(client, Rejected).messages[0].text == "Contrat inconnu"


@pytest.mark.parametrize(
    "answer",
    [
        reply(404, {"message": "no Route matched with those values"}),
        reply(404, b"<html><h1>404 Not Found</h1></html>", Content_Type="text/html"),
        reply(404),
        reply(405),
    ],
)
def test_a_wrong_address_is_not_sent(opco, client, answer):
    opco.on("/v1/dossiers", answer)
    assert failure(client, WrongAddress).outcome == "not_sent"


@pytest.mark.parametrize("status", [425, 429, 503])
def test_busy(opco, client, status):
    opco.on("/v1/dossiers", reply(status, b"", Retry_After="120"))
    assert failure(client, Busy).retry_after == 120


def test_retry_after_in_both_forms():
    now = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)
    assert retry_after("30", now) == 30
    in_a_minute = format_datetime(now + timedelta(minutes=1), usegmt=True)
    assert retry_after(in_a_minute, now) == 60
    assert retry_after(format_datetime(now - timedelta(days=1)), now) == 0
    for nothing in (None, "", "soon", "nan", "inf"):
        assert retry_after(nothing, now) is None


def test_forbidden(opco, client):
    opco.on("/v1/dossiers", reply(403, {"message": "Clé inconnue"}))
    error = failure(client, AuthRefused)
    assert (error.stage, error.http_status) == ("call", 403)
    assert len(opco.calls("/v1/dossiers")) == 1


def test_a_refused_token_is_renewed_once(opco, client):
    accepted = reply(200, {"numeroInterne": "1"})
    opco.on("/v1/dossiers", in_turn(reply(401), accepted))
    assert client.deposit(BODY).internal_number == "1"
    assert opco.tokens == 2


def test_a_token_refused_twice(opco, client):
    opco.on("/v1/dossiers", reply(401, {"message": "Unauthorized"}))
    assert failure(client, AuthRefused).stage == "call"
    assert len(opco.calls("/v1/dossiers")) == 2


def test_parallel_refusals_renew_once(opco, client):
    together = threading.Barrier(6)

    def refuse_the_first(request, _connection):
        if request.headers["authorization"] == "Bearer jeton-1-secret":
            together.wait(5)
            return reply(401)
        return reply(200, {"numeroInterne": "1"})

    opco.on("/v1/dossiers", refuse_the_first)
    client._tokens.token()
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(client.deposit, [BODY] * 6))
    assert len(receipts) == 6
    assert opco.tokens == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(401, {"error": "invalid_client"}), AuthRefused),
        (reply(400, {"error": "unauthorized_client"}), AuthRefused),
        (reply(403), AuthRefused),
        (reply(429), Busy),
        (reply(503), Busy),
        (reply(404, {"error": "Realm does not exist"}), WrongAddress),
        (reply(302, b"", Location="/login"), WrongAddress),
        (reply(500), NotSent),
        (reply(200, b"<html>"), NotSent),
        (reply(200, {"token": "autre"}), NotSent),
        (reply(200, {"access_token": "é"}), NotSent),
        (reset, NotSent),
        (stall, NotSent),
    ],
)
def test_without_a_token_the_deposit_did_not_leave(opco, client, answer, outcome):
    opco.on("/token", answer)
    error = failure(client, outcome)
    assert getattr(error, "stage", "token") == "token"
    assert error.exchange.url == f"{opco.url}/token"
    assert not opco.calls("/v1/dossiers")


def test_threads_waiting_for_a_token_share_its_failure(opco, client):
    opco.on("/token", stall)
    began = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        futures = [pool.submit(client.deposit, BODY) for _ in range(5)]
        assert all(isinstance(future.exception(), NotSent) for future in futures)
    assert time.monotonic() - began < 2.5


def test_a_shared_failure_keeps_its_stage(opco, client):
    opco.on("/token", lambda *_: time.sleep(0.2) or reply(401))
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(client.deposit, BODY) for _ in range(3)]
        assert {future.exception().stage for future in futures} == {"token"}


def test_tokens_are_renewed_before_their_end(opco):
    now = [1000.0]
    transport = Transport(1, 10_000)
    source = TokenSource(profile(opco), credentials(), transport, lambda: now[0])
    opco.on(
        "/token",
        in_turn(
            reply(200, {"access_token": "long", "expires_in": 3600}),
            reply(200, {"access_token": "court", "expires_in": "40"}),
            reply(200, {"access_token": "muet", "expires_in": None}),
            reply(200, {"access_token": "dernier"}),
        ),
    )
    assert source.token() == "long"
    now[0] += 3539
    assert source.token() == "long"
    now[0] += 2
    assert source.token() == "court"
    now[0] += 21
    assert source.token() == "muet"
    now[0] += 239
    assert source.token() == "muet"
    now[0] += 2
    assert source.token() == "dernier"
    source.invalidate("muet")
    assert source.token() == "dernier"


def test_basic_authentication_and_scope(opco):
    settings = profile(opco, auth_mode="client_credentials_basic", scope="CFA_OPCO")
    opco.on("/v1/status", reply(200, b"OK"))
    with ConvergenceClient(settings, credentials()) as made:
        assert made.status().response_body == "OK"
    asked = opco.calls("/token")[0]
    assert asked.headers["authorization"].startswith("Basic ")
    assert b"client_secret" not in asked.body
    assert b"scope=CFA_OPCO" in asked.body


def test_the_key_alone(opco):
    opco.on("/v1/dossiers/etats", reply(200, []))
    made = ConvergenceClient(profile(opco, auth_mode="none"), credentials())
    assert made.list_states() == StateList((), is_complete=True, page_count=1)
    assert "authorization" not in opco.received[0].headers
    assert not opco.calls("/token")


def test_a_dossier_is_read(opco, client):
    answer = {
        "cerfa": {
            "numeroInterne": 1234567,
            "numeroExterne": "EP-2026-0001234",
            "numeroDeca": None,
            "etat": "RUPTU",
            "commentaireEtat": "",
            "contrat": {"noContrat": "075202609001234"},
        },
        "echeances": [{"numero": 1, "montantTotal": 2648.4}],
        "comment": "Vu",
    }
    opco.on("/v1/dossiers", reply(200, answer))
    dossier = client.read_dossier(external_number="EP 2026&1")
    assert dossier.internal_number == "1234567"
    assert dossier.external_number == "EP-2026-0001234"
    assert dossier.deca_number == "075202609001234"
    assert (dossier.raw_state, dossier.comment) == ("RUPTU", "Vu")
    assert dossier.instalments == ({"numero": 1, "montantTotal": 2648.4},)
    assert dossier.cerfa["etat"] == "RUPTU"
    assert opco.received[-1].target == "/v1/dossiers?numeroExterne=EP+2026%261"


@pytest.mark.parametrize(
    "answer",
    [
        reply(400, {"errors": None, "comment": "Dossier inexistant"}),
        reply(404, {"description": "inconnu"}),
        reply(404),
    ],
)
def test_no_such_dossier(opco, client, answer):
    opco.on("/v1/dossiers", answer)
    assert client.read_dossier(internal_number="1") is None


def test_what_is_not_an_absence(opco, client):
    def read():
        return client.read_dossier(deca_number="1")

    opco.on("/v1/dossiers", reply(400, {"errors": [{"code": "FORMAT"}]}))
    failure(client, Rejected, read)
    opco.on("/v1/dossiers", reply(404, {"message": "no Route matched"}))
    failure(client, WrongAddress, read)
    opco.on("/v1/dossiers", reply(200, {"cerfa": None}))
    failure(client, Unknown, read)
    settings = profile(opco, not_found_statuses=frozenset({404}))
    opco.on("/v1/dossiers", reply(400, {"errors": None, "comment": "Mauvais"}))
    other = ConvergenceClient(settings, credentials())
    failure(other, Rejected, lambda: other.read_dossier(internal_number="1"))


def test_one_number_is_asked_for(client):
    with pytest.raises(TypeError):
        client.read_dossier()
    with pytest.raises(TypeError):
        client.read_dossier(internal_number="1", deca_number="2")


def test_states_are_listed(opco, client):
    lines = [
        {"numeroInterne": 1, "numeroExterne": "A", "numeroDeca": "", "etat": "ENGAGE"},
        {"numerointerne": "2", "Etat": "NOUVEAU"},
    ]
    opco.on("/v1/dossiers/etats", reply(200, lines))
    first, second = client.list_states().states
    assert first.internal_number == "1" and first.external_number == "A"
    assert (first.deca_number, first.raw_state) == (None, "ENGAGE")
    assert (second.internal_number, second.raw_state) == ("2", "NOUVEAU")
    opco.on("/v1/dossiers/etats", reply(200, lines[0]))
    listed = client.list_states()
    assert [state.internal_number for state in listed.states] == ["1"]
    assert (listed.is_complete, listed.page_count) == (True, 1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [1],
        [{"etat": "ENGAGE"}],
        "texte",
        None,
        {"errors": [], "comment": "indisponible"},
        {"total": 3, "count": 3, "page": 1},
        {"total": 1, "EtatDossierResult": [{"etat": "ENGAGE"}]},
    ],
)
def test_a_list_read_short_is_no_list(opco, client, body):
    opco.on("/v1/dossiers/etats", reply(200, body))
    failure(client, Unknown, client.list_states)


def test_a_closed_flow(opco):
    settings = profile(opco, open_flows=frozenset({"status"}))
    with pytest.raises(ClosedFlow):
        ConvergenceClient(settings, credentials()).deposit(BODY)


def test_a_forbidden_network_is_seen_as_such(opco):
    class BlockedRequest(requests.exceptions.ConnectionError):
        """As Odoo's tests raise."""

    class Blocked(requests.Session):
        def request(self, *args, **kwargs):
            raise BlockedRequest()

    settings = profile(opco, auth_mode="none")
    made = ConvergenceClient(settings, credentials(), session_factory=Blocked)
    with pytest.raises(BlockedRequest):
        made.deposit(BODY)


def test_cookies_and_environment_are_ignored(opco, client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    accepted = reply(200, {"numeroInterne": "1"}, Set_Cookie="a=b; Path=/")
    opco.on("/v1/dossiers", accepted)
    client.deposit(BODY)
    client.deposit(BODY)
    assert "cookie" not in opco.received[-1].headers


def test_a_closed_client_can_be_used_again(opco, client):
    opco.on("/v1/dossiers", reply(200, {"numeroInterne": "1"}))
    client.deposit(BODY)
    client.close()
    client.deposit(BODY)
    assert opco.connections == 2


def test_nothing_secret_or_personal_reaches_the_logs(opco, client, caplog):
    install_log_filters()
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "convergence"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    opco.on("/v1/dossiers", reply(200, {"numeroInterne": "1", "nir": NIR}))
    client.deposit(BODY)
    client.read_dossier(internal_number="1")
    opco.on("/v1/dossiers", reset)
    with pytest.raises(Unknown):
        client.deposit(BODY)
    assert "POST /v1/dossiers: 200" in caplog.text
    for secret in (KEY, SECRET, NIR, "jeton-1", "LÉA"):
        assert secret not in caplog.text
    assert max(r.levelno for r in caplog.records if "convergence" in r.name) <= 20


def test_credentials_say_nothing():
    held = credentials()
    assert repr(held) == "Credentials()"
    for name in ("editor", "software", "version"):
        for unusable in ("Académie", "", "deux\nlignes", " x"):
            with pytest.raises(ValueError) as caught:
                credentials(**{name: unusable})
            assert unusable.strip() == "" or unusable not in str(caught.value)
    with pytest.raises(ValueError, match="EDITEUR"):
        credentials(editor="Académie")
    with pytest.raises(ValueError, match="X-API-KEY") as caught:
        credentials(api_key="clé")
    assert "clé" not in str(caught.value)
