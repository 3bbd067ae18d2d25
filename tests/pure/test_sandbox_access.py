# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may speak to the sandbox: token, key, headers, routes."""

import base64
import json
import re
import time

import pytest
import requests

from sandbox_calls import CFA
from sandbox_process import SandboxProcess

OTHER_CFA = "90000003500007"
CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": SandboxProcess.client_id,
    "client_secret": SandboxProcess.client_secret,
}


@pytest.fixture(scope="module")
def sandbox():
    with SandboxProcess() as process:
        yield process


def test_status_needs_no_credentials(sandbox):
    answer = requests.get(f"{sandbox.url}/v1/status", timeout=5)
    assert answer.status_code == 200
    assert answer.json()["status"] == "UP"


def test_token_is_issued_and_scope_ignored(sandbox):
    answer = requests.post(
        sandbox.token_url, data=CREDENTIALS | {"scope": "api.read"}, timeout=5
    )
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "expires_in", "token_type"}
    assert (body["expires_in"], body["token_type"]) == (300, "Bearer")


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "é"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
    ],
)
def test_token_refusals(sandbox, change, status, error):
    answer = requests.post(sandbox.token_url, data=CREDENTIALS | change, timeout=5)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/dossiers"), ("GET", "/v1/dossiers"), ("GET", "/v1/dossiers/etats")],
)
@pytest.mark.parametrize("bearer", [None, "Bearer unknown", "Basic b3Bjbw=="])
def test_bearer_is_required(sandbox, method, path, bearer):
    session = sandbox.session(CFA)
    session.headers["Authorization"] = bearer
    answer = session.request(method, sandbox.url + path, timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized"}


def test_token_expires(sandbox):
    sandbox.set(token_lifetime=1)
    session = sandbox.session(CFA)
    sandbox.set(token_lifetime=300)
    states = f"{sandbox.url}/v1/dossiers/etats"
    assert session.get(states, timeout=5).status_code == 200
    time.sleep(1.1)
    assert session.get(states, timeout=5).status_code == 401


@pytest.mark.parametrize("key", [None, "", "unknown"])
def test_key_is_required(sandbox, key):
    session = sandbox.session(CFA)
    session.headers["X-API-KEY"] = key
    answer = session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5)
    assert answer.status_code == 403
    assert list(answer.json()) == ["message"]


@pytest.mark.parametrize("header", ["EDITEUR", "LOGICIEL", "VERSION"])
def test_software_headers_are_required(sandbox, header):
    session = sandbox.session(CFA)
    session.headers[header] = None
    answer = session.get(f"{sandbox.url}/v1/dossiers/etats", timeout=5)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert header in error["description"]


def test_key_looks_like_the_real_ones(sandbox):
    key = sandbox.issue_key(CFA)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1400,1600}", key)
    header, payload, _signature = key.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["typ"] == "JWT"
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["siret"] == CFA


def test_new_key_revokes_the_former_one_of_the_same_siret_only(sandbox):
    other, former, latest = (
        sandbox.session(OTHER_CFA),
        sandbox.session(CFA),
        sandbox.session(CFA),
    )
    url = f"{sandbox.url}/v1/dossiers/etats"
    assert former.get(url, timeout=5).status_code == 403
    assert latest.get(url, timeout=5).status_code == 200
    assert other.get(url, timeout=5).status_code == 200
    keys = requests.get(f"{sandbox.url}/sandbox/keys", timeout=5).json()
    active = [key for key in keys if key["siret"] == CFA and key["active"]]
    assert [key["last_four"] for key in active] == [latest.headers["X-API-KEY"][-4:]]
    assert all(set(k) == {"siret", "last_four", "issued_at", "active"} for k in keys)


@pytest.mark.parametrize("siret", ["90000002700013", "123", None])
def test_key_needs_a_valid_siret(sandbox, siret):
    with pytest.raises(ValueError, match="400"):
        sandbox.issue_key(siret)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/factures/etats"),
        ("POST", "/v1/factures"),
        ("POST", "/v2/dossiers"),
        ("PUT", "/v1/dossiers"),
        ("DELETE", "/v1/dossiers"),
        ("GET", "/v1"),
        ("GET", "/v2/"),
    ],
)
def test_other_routes_are_unknown_to_the_gateway(sandbox, method, path):
    answer = requests.request(method, sandbox.url + path, timeout=5)
    assert answer.status_code == 404
    assert answer.json() == {"message": "no Route matched with those values"}
