# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Answers no client hopes for, as the library really sees them."""

import gzip
import json
import socket
import time

import pytest
import requests

from sandbox_calls import EXAMPLE, deposit


def ask(sandbox, session, **options):
    return session.get(f"{sandbox.url}/v1/status", timeout=5, **options)


def test_processed_but_never_answered(sandbox, session):
    sandbox.add_fault("hang_after_processing", "POST", "/v1/dossiers", seconds=1)
    with pytest.raises(requests.ReadTimeout):
        deposit(sandbox, session, timeout=0.5)
    (entry,) = sandbox.deposits()
    assert entry["outcome"] == "accepted"
    sandbox.add_fault("hang_after_processing", "POST", "/v1/dossiers", seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        deposit(sandbox, session)
    assert sandbox.summary()["duplicates"] == 1


def test_reset_in_the_middle_of_the_body(sandbox, session):
    sandbox.add_fault("reset_mid_body", "POST", "/v1/dossiers")
    address = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), 5) as line:
        line.sendall(
            b"POST /v1/dossiers HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        )
        line.sendall(b"x" * 400)
        line.settimeout(0.5)
        with pytest.raises(TimeoutError):
            line.recv(1)
        line.sendall(b"x" * 300)
        line.settimeout(5)
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    assert sandbox.deposits() == []


def arrivals(sandbox, where):
    """Return when the headers and the whole answer had come, in seconds."""
    sandbox.add_fault("trickle", path="/v1/status", where=where, seconds=0.01)
    began = time.monotonic()
    answer = requests.get(f"{sandbox.url}/v1/status", timeout=5, stream=True)
    headed = time.monotonic() - began
    assert answer.json()["status"] == "UP"
    return headed, time.monotonic() - began - headed


def test_trickle(sandbox):
    head, body = arrivals(sandbox, "body")
    assert head < 0.3 < body
    head, body = arrivals(sandbox, "headers")
    assert body < 0.3 < head
    head, body = arrivals(sandbox, "both")
    assert min(head, body) > 0.3


def test_garbage_is_the_same_with_the_same_seed(sandbox, session):
    sandbox.add_fault("garbage", times=None)
    first = ask(sandbox, session)
    assert (first.status_code, len(first.content)) == (200, 512)
    with pytest.raises(ValueError):
        first.json()
    assert ask(sandbox, session).content == first.content
    sandbox.set(seed=9)
    assert ask(sandbox, session).content != first.content


def test_a_page_instead_of_json(sandbox, session):
    sandbox.add_fault("html")
    answer = ask(sandbox, session)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<h1>" in answer.text
    sandbox.add_fault("html", status=503)
    assert ask(sandbox, session).status_code == 503


def test_the_encoding_is_not_the_one_said(sandbox, session):
    sandbox.add_fault("wrong_encoding")
    answer = ask(sandbox, session)
    assert "utf-8" in answer.headers["Content-Type"]
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    assert json.loads(answer.content.decode("latin-1"))["comment"]


def resident(sandbox):
    """Return the memory of the process, in megabytes."""
    with open(f"/proc/{sandbox.pid}/status", encoding="utf-8") as file:
        peak = next(line for line in file if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def test_a_large_body_is_streamed(sandbox, session):
    before = resident(sandbox)
    sandbox.add_fault("large_body", megabytes=200)
    answer = ask(sandbox, session, stream=True)
    assert int(answer.headers["Content-Length"]) == 200 * 1024 * 1024
    assert sum(map(len, answer.iter_content(1 << 20))) == 200 * 1024 * 1024
    assert resident(sandbox) - before < 50
    sandbox.add_fault("large_body", megabytes=1)
    assert list(ask(sandbox, session).json()) == ["padding"]


def test_a_bomb(sandbox, session):
    sandbox.add_fault("bomb", megabytes=20)
    answer = ask(sandbox, session, stream=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    packed = answer.raw.read(decode_content=False)
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) == 20 * 1024 * 1024


def test_redirect_to_another_host(sandbox, session):
    sandbox.add_fault("redirect", status=302, location="http://127.0.0.3:1/x")
    answer = ask(sandbox, session, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "http://127.0.0.3:1/x"
    sandbox.add_fault("redirect")
    answer = ask(sandbox, session, allow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["Location"].startswith("http://127.0.0.2:")


@pytest.mark.parametrize(
    "kind",
    ["status", "garbage", "html", "wrong_encoding", "redirect", "large_body", "bomb"],
)
@pytest.mark.parametrize("processed", [True, False])
def test_an_answer_may_be_replaced_after_processing(sandbox, session, kind, processed):
    sandbox.add_fault(kind, "POST", "/v1/dossiers", processed=processed)
    session.post(
        f"{sandbox.url}/v1/dossiers",
        json=EXAMPLE,
        timeout=10,
        allow_redirects=False,
        stream=True,
    ).close()
    assert len(sandbox.deposits()) == processed


def test_calls_are_counted(sandbox, session):
    sandbox.clear_calls()
    for _ in range(3):
        ask(sandbox, session)
    sandbox.add_fault("status", status=429)
    ask(sandbox, session)
    sandbox.add_fault("reset_after_read")
    with pytest.raises(requests.ConnectionError):
        ask(sandbox, session)
    sandbox.deposits()
    assert sandbox.calls() == {
        ("GET", "/v1/status", 200): 3,
        ("GET", "/v1/status", 429): 1,
        ("GET", "/v1/status", None): 1,
    }
    sandbox.clear_calls()
    assert sandbox.calls() == {}


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "large_body", "megabytes": 0},
        {"kind": "bomb", "megabytes": "all"},
        {"kind": "trickle", "where": "somewhere"},
        {"kind": "html", "processed": "yes"},
        {"kind": "status", "status": 999},
    ],
)
def test_wrong_options_are_refused(sandbox, wish):
    with pytest.raises(ValueError, match="400"):
        sandbox.add_fault(**wish)
