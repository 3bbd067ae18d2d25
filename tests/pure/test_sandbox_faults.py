# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Faults, as the library the connector uses really sees them."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox_calls import deposit


def is_reset(error):
    """Tell whether a TCP reset is at the bottom of an exception of requests."""
    while error is not None:
        if isinstance(error, ConnectionResetError) or "Errno 104" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


@pytest.mark.parametrize("kind", ["reset_before_read", "reset_after_read"])
def test_reset_without_processing(sandbox, session, kind):
    sandbox.add_fault(kind, "POST", "/v1/dossiers")
    with pytest.raises(requests.ConnectionError) as caught:
        deposit(sandbox, session)
    assert is_reset(caught.value)
    assert sandbox.deposits() == []
    assert deposit(sandbox, session).status_code == 200


def test_reset_before_a_long_body_is_read(sandbox, session):
    sandbox.add_fault("reset_before_read", "POST", "/v1/dossiers")
    with pytest.raises(requests.ConnectionError):
        session.post(f"{sandbox.url}/v1/dossiers", data=b" " * 3_000_000, timeout=5)
    assert sandbox.deposits() == []


def test_reset_after_processing_leaves_a_dossier(sandbox, session):
    sandbox.add_fault("reset_after_processing", "POST", "/v1/dossiers")
    with pytest.raises(requests.ConnectionError) as caught:
        deposit(sandbox, session)
    assert is_reset(caught.value)
    (entry,) = sandbox.deposits()
    assert entry["outcome"] == "accepted"
    answer = session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5)
    assert [d["numeroInterne"] for d in answer.json()] == [entry["numeroInterne"]]


def test_truncated_response(sandbox, session):
    sandbox.add_fault("truncate_response", "POST", "/v1/dossiers")
    with pytest.raises(
        (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    ):
        deposit(sandbox, session)
    assert len(sandbox.deposits()) == 1


def test_truncated_response_really_holds_half(sandbox, session):
    whole = session.get(f"{sandbox.url}/v1/status", timeout=5).content
    sandbox.add_fault("truncate_response", path="/v1/status")
    answer = session.get(f"{sandbox.url}/v1/status", timeout=5, stream=True)
    assert int(answer.headers["Content-Length"]) == len(whole)
    received = answer.raw.read(len(whole) // 2)
    assert received == whole[: len(whole) // 2]
    with pytest.raises(Exception, match=r"reset|broken|Incomplete"):
        answer.raw.read(1)
        answer.raw.read()


def test_hang_closes_without_an_answer(sandbox, session):
    sandbox.add_fault("hang", "POST", "/v1/dossiers", seconds=0.3)
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        deposit(sandbox, session)
    assert 0.3 <= time.monotonic() - began < 3
    assert sandbox.deposits() == []


def test_hang_longer_than_the_timeout(sandbox, session):
    sandbox.add_fault("hang", "POST", "/v1/dossiers", seconds=2)
    with pytest.raises(requests.ReadTimeout):
        deposit(sandbox, session, timeout=0.3)


def test_delay_then_normal(sandbox, session):
    sandbox.add_fault("delay", "POST", "/v1/dossiers", seconds=0.3)
    began = time.monotonic()
    assert deposit(sandbox, session).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_a_delay_beyond_the_timeout_still_makes_a_dossier(sandbox, session):
    sandbox.add_fault("delay", "POST", "/v1/dossiers", seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        deposit(sandbox, session, timeout=0.2)
    time.sleep(0.8)
    assert len(sandbox.deposits()) == 1


def test_status_with_headers_and_body(sandbox, session):
    sandbox.add_fault(
        "status",
        path="/v1/*",
        status=429,
        headers={"Retry-After": "7"},
        body={"message": "API rate limit exceeded"},
    )
    answer = deposit(sandbox, session)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.json() == {"message": "API rate limit exceeded"}
    assert sandbox.deposits() == []


def test_status_with_a_body_that_is_not_json(sandbox, session):
    sandbox.add_fault("status", status=200, body="<html>", content_type="text/html")
    answer = deposit(sandbox, session)
    assert (answer.status_code, answer.text) == (200, "<html>")
    assert answer.headers["Content-Type"] == "text/html"


def test_the_token_server_may_fail_too(sandbox):
    sandbox.add_fault("status", "POST", "/auth/*", status=503)
    with pytest.raises(requests.HTTPError):
        sandbox.token()
    assert sandbox.token()


def test_times_and_match(sandbox, session):
    sandbox.add_fault("status", "POST", "/v1/dossiers", times=2, status=503)
    assert session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5).ok
    codes = [deposit(sandbox, session).status_code for _ in range(3)]
    assert codes == [503, 503, 200]
    (fault,) = sandbox.faults()
    assert (fault["hits"], fault["remaining"]) == (2, 0)


def test_always_until_cleared(sandbox, session):
    sandbox.add_fault("status", times=None, status=500)
    assert [deposit(sandbox, session).status_code for _ in range(5)] == [500] * 5
    sandbox.clear_faults()
    assert deposit(sandbox, session).status_code == 200


def test_one_fault_is_removed(sandbox, session):
    kept = sandbox.add_fault("status", times=None, status=500)
    removed = sandbox.add_fault("status", times=None, status=503)
    url = f"{sandbox.url}/sandbox/faults/{removed['id']}"
    assert requests.delete(url, timeout=5).status_code == 204
    assert [fault["id"] for fault in sandbox.faults()] == [kept["id"]]


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "unknown"},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "seconds": "long"},
        {"kind": "hang", "seconds": -1},
        {"kind": "status", "status": "x"},
        {"kind": "status", "headers": ["x"]},
        {"kind": "status", "surprise": 1},
    ],
)
def test_a_wrong_fault_is_refused(sandbox, wish):
    with pytest.raises(ValueError, match="400"):
        sandbox.add_fault(**wish)


def test_fifty_connections_at_once(sandbox):
    sandbox.add_fault("delay", times=None, seconds=1)

    def ask(_):
        return requests.get(f"{sandbox.url}/v1/status", timeout=10).status_code

    began = time.monotonic()
    with ThreadPoolExecutor(60) as pool:
        assert list(pool.map(ask, range(60))) == [200] * 60
    assert time.monotonic() - began < 5


def test_connections_are_kept_alive(sandbox, session):
    ports = set()
    for _ in range(3):
        with session.get(f"{sandbox.url}/v1/status", timeout=5, stream=True) as answer:
            assert answer.raw.version == 11
            ports.add(answer.raw.connection.sock.getsockname())
            assert answer.json()
        assert deposit(sandbox, session).status_code == 200
        assert session.post(f"{sandbox.url}/v1/x", data=b"{}", timeout=5).status_code
    assert len(ports) == 1
