# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every status has one outcome, every body is read within bounds (norm §1.4)."""

import gzip
import json
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

from convergence.client import ConvergenceClient
from convergence.errors import AuthRefused, Busy, NotSent, Rejected, Unknown
from convergence.transport import Answer, Call
from convergence.verdicts import MAX_RETRY_AFTER, call_error, retry_after
from raw_opco import BODY, credentials, failure, profile, reply, serving

DOSSIERS = "/v1/dossiers"
MEGABYTE = 1024 * 1024
NOW = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)


@pytest.fixture
def opco():
    with serving() as server:
        yield server


@pytest.fixture
def client(opco):
    with ConvergenceClient(profile(opco), credentials()) as made:
        yield made


def outcome_of(status):
    if 200 <= status < 300:
        return "accepted"
    if status in (401, 403):
        return "auth"
    if status in (425, 429, 503):
        return "busy"
    if status in (405, 410):
        return "not_sent"
    if 400 <= status < 500 and status != 408:
        return "rejected"
    return "unknown"


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_has_an_outcome(status):
    call = Call("POST", "https://api.example/v1/dossiers", {}, 1)
    body = b'{"description": "KO"}'
    answer = Answer(call, status, {}, body, None, NOW, 1)
    error = call_error(answer)
    assert (error.outcome if error else "accepted") == outcome_of(status)


@pytest.mark.parametrize("status", [200, 201, 202, 299, 400, 401, 403, 404, 500])
def test_statuses_over_the_wire(opco, client, status):
    # requests' answers are false from 400 on: none is taken for an absence.
    opco.on(DOSSIERS, reply(status, {"numeroInterne": "1", "description": "KO"}))
    if status < 300:
        assert client.deposit(BODY).exchange.http_status == status
        return
    with pytest.raises(Exception) as caught:
        client.deposit(BODY)
    assert caught.value.outcome == outcome_of(status)
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            {"DESCRIPTION": "Refus", "ERRORS": [{"CODE": "E1", "DESCRIPTION": "NIR"}]},
            "NIR",
        ),
        ({"description": "Refus"}, "Refus"),
        (
            {"Description": "Refus", "errors": [{"code": "E", "Description": "Nom"}]},
            "Nom",
        ),
        ({"errors": None, "comment": "Inexistant"}, "Inexistant"),
        ({"Errors": None, "Comment": "Inexistant"}, "Inexistant"),
        ({"error": "invalid", "error_description": "Mauvais"}, "Mauvais"),
        ({"message": "Refus"}, "Refus"),
        ({"errors": "une phrase"}, "une phrase"),
        ({"errors": 12}, "12"),
        ({"errors": ["a", 3, None, ["b"]]}, "a"),
        ({"errors": [{"code": 7, "description": {"fr": ["Nom"]}}]}, "Nom"),
        ({"errors": [[[{"description": "Nom"}]]]}, "Nom"),
        ({"errors": {"apprenti.nom": {"regle": ["vide"]}}}, "vide"),
        (b"<html><title>403</title><body>Interdit</body></html>", "Interdit"),
        (b'{"description": "Coup', "Coup"),
        ('{"description": "Réf"}'.encode("latin-1"), "Réf"),
        ('{"description": "Réf"}'.encode("utf-16"), "Réf"),
        (b"", None),
        (b"null", None),
        ({"errors": []}, None),
    ],
)
def test_every_shape_of_refusal_is_readable(opco, client, body, text):
    opco.on(DOSSIERS, reply(400, body))
    error = failure(client, Rejected)
    said = " ".join(one.text for one in error.messages)
    assert text is None or text in said
    assert "\0" not in said


@pytest.mark.parametrize("status", [200, 400])
def test_large_answers_are_read_within_bounds(opco, status):
    # The client's own limit, as shipped: 20 MB.
    settings = profile(opco, max_response_bytes=20 * MEGABYTE, auth_mode="none")
    opco.on(DOSSIERS, reply(status, {"comment": "x" * 50 * MEGABYTE}))
    outcome = Unknown if status == 200 else Rejected
    with ConvergenceClient(settings, credentials()) as client:
        began = time.monotonic()
        error = failure(client, outcome)
    assert time.monotonic() - began < 5
    assert len(error.exchange.response_body) <= 100_000
    assert all(len(one.text) <= 2_000 for one in error.messages)


def test_a_comment_of_ten_megabytes_is_cut(opco):
    settings = profile(opco, max_response_bytes=20 * MEGABYTE, auth_mode="none")
    answer = {"errors": None, "comment": "é" * 10 * MEGABYTE}
    opco.on(DOSSIERS, reply(400, json.dumps(answer, ensure_ascii=False).encode()))
    with ConvergenceClient(settings, credentials()) as client:
        error = failure(client, Rejected)
    assert {len(one.text) for one in error.messages} == {2_000}
    assert len(error.response_text) <= 2_000


def test_a_gzip_bomb_takes_no_memory(opco):
    bomb = gzip.compress(b" " * 200 * MEGABYTE)
    settings = profile(opco, max_response_bytes=MEGABYTE, auth_mode="none")
    opco.on(DOSSIERS, reply(400, bomb, Content_Encoding="gzip"))
    with ConvergenceClient(settings, credentials()) as client:
        tracemalloc.start()
        failure(client, Rejected)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20 * MEGABYTE


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("-5", 0),
        ("99999999999", MAX_RETRY_AFTER),
        ("1e400", None),
        ("Tue, 01 Sep 2026 08:02:00 GMT", 120),
        ("Tue, 01 Sep 2026 07:00:00 GMT", 0),
        ("Fri, 01 Sep 2130 08:00:00 GMT", MAX_RETRY_AFTER),
        ("Tue, 32 Sep 2026 08:00:00 GMT", None),
        ("demain", None),
        ("\u0661\u0662", 12),
        ("nan", None),
    ],
)
def test_when_to_come_back(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_a_token_that_ends_in_the_middle_of_a_batch_is_renewed_once(opco, client):
    started = threading.Barrier(8)

    def answer(request, _connection):
        if request.headers["authorization"].startswith("Bearer jeton-1"):
            started.wait(5)
            return reply(401)
        return reply(200, {"numeroInterne": "1"})

    opco.on(DOSSIERS, answer)
    client._tokens.token()
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _row: client.deposit(BODY), range(40)))
    assert len(receipts) == 40
    assert opco.tokens == 2
    assert len(opco.calls(DOSSIERS)) == 48


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        (reply(200, b"<html>Connexion</html>"), NotSent, "no token in the answer"),
        (lambda *_: time.sleep(1.5), NotSent, "ReadTimeout"),
        (reply(500, {"error": "server_error"}), NotSent, "HTTP 500"),
        (reply(401, {"error": "invalid_client"}), AuthRefused, "token refused"),
        (reply(503, b"", Retry_After="9"), Busy, "come back"),
    ],
)
def test_a_token_server_in_trouble_is_told_apart(opco, client, answer, outcome, said):
    opco.on("/token", answer)
    assert said in str(failure(client, outcome))
    assert not opco.calls(DOSSIERS)
