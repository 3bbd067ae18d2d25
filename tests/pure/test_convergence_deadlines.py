# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No call outlives its timeouts, however slowly a server goes about it."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from convergence.client import ConvergenceClient
from convergence.deadline import seconds_left, within
from convergence.errors import AuthRefused, NotSent, Unknown
from convergence.profile import Profile, Timeouts
from raw_opco import BODY, credentials, failure, in_turn, profile, reply, serving

ACCEPTED = reply(200, {"numeroInterne": "1"})
MARGIN = 0.5


@pytest.fixture
def opco():
    with serving() as server:
        yield server


def client_of(opco, **changed):
    return ConvergenceClient(profile(opco, **changed), credentials())


def trickled(answer, begun=0):
    """Send the beginning of an answer at once, then a byte each tenth of a second."""

    def trickle(_request, connection):
        connection.sendall(answer[:begun])
        for position in range(begun, len(answer)):
            time.sleep(0.1)
            connection.sendall(answer[position : position + 1])

    return trickle


def elapsed(action, *args):
    began = time.monotonic()
    action(*args)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "begun", [0, len("HTTP/1.1 200 X\r\nContent-"), len(ACCEPTED) - 9]
)
def test_a_trickled_answer_is_given_up(opco, begun):
    slow = reply(200, b" " * 200, Content_Type="text/plain")
    opco.on("/v1/dossiers", trickled(slow, begun))
    client = client_of(opco, auth_mode="none")
    # Connect and read timeouts of the profile: 0.5 and 0.6 s.
    assert elapsed(failure, client, Unknown) < 1.1 + MARGIN


def test_endless_chunks_are_given_up(opco):
    def endless(_request, connection):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head)
        while True:
            connection.sendall(b"1\r\n \r\n")
            time.sleep(0.05)

    opco.on("/v1/dossiers", endless)
    client = client_of(opco, auth_mode="none")
    assert elapsed(failure, client, Unknown) < 1.1 + MARGIN


def test_a_body_that_is_not_taken_is_given_up():
    # Nobody reads: the buffers fill and the sending stalls.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Profile(url, auth_mode="none", timeouts=Timeouts(0.5, 0.6, 0.6))
        client = ConvergenceClient(settings, credentials())
        big = b" " * 50_000_000
        duration = elapsed(failure, client, Unknown, lambda: client.deposit(big))
    assert duration < 1.1 + MARGIN


def test_a_token_that_trickles_counts_in_the_deposit(opco):
    opco.on("/token", trickled(reply(200, {"access_token": "a" * 500})))
    client = client_of(opco, timeouts=Timeouts(5, 5, 5, deposit_total=0.8))
    assert elapsed(failure, client, NotSent) < 0.8 + MARGIN
    assert not opco.calls("/v1/dossiers")


def test_a_deposit_waits_for_the_token_of_another_no_longer_than_its_time(opco):
    opco.on("/token", lambda *_: time.sleep(3))
    client = client_of(opco, timeouts=Timeouts(5, 5, 5, deposit_total=0.6))
    with ThreadPoolExecutor(4) as pool:
        began = time.monotonic()
        calls = [pool.submit(client.deposit, BODY) for _ in range(4)]
        failures = [call.exception() for call in calls]
        assert time.monotonic() - began < 0.6 + MARGIN
    assert {type(error) for error in failures} == {NotSent}
    assert {error.exchange.outcome for error in failures} == {"not_sent"}


def test_the_second_call_after_a_renewed_token_has_what_is_left(opco):
    slowly_refused = lambda *_: time.sleep(0.5) or reply(401)  # noqa: E731
    never = lambda *_: time.sleep(5)  # noqa: E731
    turns = [slowly_refused, never]
    opco.on("/v1/dossiers", lambda *call: turns.pop(0)(*call))
    client = client_of(opco, timeouts=Timeouts(2, 2, 2, deposit_total=1.0))
    assert elapsed(failure, client, Unknown) < 1.0 + MARGIN
    assert not turns


def test_nothing_leaves_when_no_time_is_left(opco):
    client = client_of(opco, auth_mode="none")
    with within(0):
        failure(client, NotSent)
    assert not opco.received


def test_a_refused_token_with_time_left_is_still_renewed(opco):
    opco.on("/v1/dossiers", in_turn(reply(401), ACCEPTED))
    client = client_of(opco)
    assert client.deposit(BODY).internal_number == "1"


def test_the_longest_deposit_is_the_profile_s(opco):
    assert profile(opco, timeouts=Timeouts(deposit_total=12)).longest_deposit == 12
    assert Profile("https://api.example", auth_mode="none").longest_deposit == 30


def test_a_shorter_time_inside_a_longer_one():
    assert seconds_left() is None
    with within(10):
        with within(1):
            assert 0.9 < seconds_left() <= 1
        with within(100):
            assert 9 < seconds_left() <= 10
        with within(-1):
            assert seconds_left() == 0
    assert seconds_left() is None


def unanswered():
    """Return a listener whose backlog is full: a SYN stays without an answer."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = [full]
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
        fillers.append(filler)
    return full.getsockname(), fillers


def test_the_addresses_of_a_name_share_the_connect_timeout(monkeypatch, opco):
    silent, held = unanswered()
    answering = opco.listener.getsockname()
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*kind, silent), (*kind, silent), (*kind, answering)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kw: found)
    opco.on("/v1/dossiers", ACCEPTED)
    client = client_of(opco, auth_mode="none", timeouts=Timeouts(0.9, 0.6, 0.6))
    assert client.deposit(BODY).internal_number == "1"
    found[2:] = [(*kind, silent)]
    client.close()
    assert elapsed(failure, client, NotSent) < 0.9 + MARGIN
    for one in held:
        one.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def tls_client(url, verify):
    def session():
        made = requests.Session()
        made.verify = verify
        return made

    settings = Profile(url, auth_mode="none", timeouts=Timeouts(0.5, 0.6, 0.6))
    return ConvergenceClient(settings, credentials(), session_factory=session)


@pytest.fixture
def tls_url(opco, certificate):
    """The address of a server behind TLS that answers as `opco` says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                accepted, _address = listener.accept()
            except OSError:
                return
            try:
                secured = context.wrap_socket(accepted, server_side=True)
            except OSError:
                continue
            threading.Thread(target=opco.talk, args=(secured,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_tls_is_verified(opco, tls_url, certificate):
    opco.on("/v1/dossiers", ACCEPTED)
    trusting = tls_client(tls_url, str(certificate))
    assert trusting.deposit(BODY).internal_number == "1"
    assert trusting.deposit(BODY).internal_number == "1"
    failure(tls_client(tls_url, True), NotSent)
    elsewhere = tls_url.replace("127.0.0.1", "localhost")
    failure(tls_client(elsewhere, str(certificate)), NotSent)


@pytest.mark.parametrize("begun", [0, 30])
def test_an_answer_that_trickles_through_tls_is_given_up(
    opco, tls_url, certificate, begun
):
    opco.on("/v1/dossiers", trickled(reply(200, b" " * 200), begun))
    client = tls_client(tls_url, str(certificate))
    assert elapsed(failure, client, Unknown) < 1.1 + MARGIN


@pytest.mark.parametrize("trickles", [False, True])
def test_a_handshake_that_stalls_is_not_sent(trickles):
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _address = listener.accept()
        with connection:
            connection.recv(10)
            # A record of 16 kB that never comes to its end.
            for byte in b"\x16\x03\x03\x40\x00\x02" + b"\x00" * 60:
                if not trickles:
                    time.sleep(3)
                    return
                time.sleep(0.1)
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return

    threading.Thread(target=answer, daemon=True).start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    assert elapsed(failure, tls_client(url, True), NotSent) < 0.5 + MARGIN
    listener.close()


def test_a_key_refused_with_401_twice_ends_in_time(opco):
    opco.on("/v1/dossiers", reply(401))
    assert elapsed(failure, client_of(opco), AuthRefused) < MARGIN
