# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No idempotency, as the norm: the ledger tells what was deposited twice."""

import copy
import hashlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox_calls import CFA, EXAMPLE
from sandbox_process import SandboxProcess


def deposit(sandbox, session, document):
    return session.post(f"{sandbox.url}/v1/dossiers", json=document, timeout=10)


def test_the_same_body_twice_makes_two_dossiers_and_the_ledger_tells(sandbox):
    session = sandbox.session(CFA)
    body = json.dumps(EXAMPLE).encode()
    numbers = [
        session.post(
            f"{sandbox.url}/v1/dossiers",
            data=body,
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=5,
        ).json()["numeroInterne"]
        for _ in range(2)
    ]
    assert numbers == ["1000001", "1000002"]
    second, first = sandbox.deposits()
    assert [first["duplicate"], second["duplicate"]] == [False, True]
    assert first["sha256"] == hashlib.sha256(body).hexdigest() == second["sha256"]
    assert first["outcome"] == "accepted"
    assert first["employer_siret"] == "90000001900019"
    assert first["apprentice"] == "MARTIN Jean"
    assert first["headers"] == {
        "EDITEUR": "Editeur Exemple",
        "LOGICIEL": "Logiciel Exemple",
        "VERSION": "1.0.0",
    }


@pytest.mark.parametrize(
    ("changes", "duplicate"),
    [
        ({"apprenti": {"nir": "1060575056123"}}, True),
        ({"maitre1": {"nom": "AUTRE"}}, True),
        ({"apprenti": {"nir": "1060575056124"}}, False),
        ({"contrat": {"typeContratApp": 22}}, False),
        ({"employeur": {"siret": "90000002700038"}}, False),
    ],
)
def test_a_duplicate_is_the_same_contract_not_the_same_bytes(
    sandbox, changes, duplicate
):
    session = sandbox.session(CFA)
    deposit(sandbox, session, EXAMPLE)
    document = copy.deepcopy(EXAMPLE)
    for section, values in changes.items():
        document["cerfa"][section] |= values
    assert deposit(sandbox, session, document).status_code == 200
    assert sandbox.deposits()[0]["duplicate"] is duplicate


def test_fifty_deposits_at_once_get_fifty_numbers(sandbox):
    headers = sandbox.session(CFA).headers

    def send(_):
        url = f"{sandbox.url}/v1/dossiers"
        answer = requests.post(url, json=EXAMPLE, headers=headers, timeout=30)
        return answer.json()["numeroInterne"]

    with ThreadPoolExecutor(50) as pool:
        numbers = list(pool.map(send, range(100)))
    assert sorted(map(int, numbers)) == list(range(1000001, 1000101))
    assert sum(not entry["duplicate"] for entry in sandbox.deposits()) == 1


def test_a_contract_refused_or_cancelled_may_come_again(sandbox):
    session = sandbox.session(CFA)
    for etat in ("REFUSE", "ANNULE"):
        number = deposit(sandbox, session, EXAMPLE).json()["numeroInterne"]
        sandbox.set_state(number, etat)
    deposit(sandbox, session, EXAMPLE)
    assert sandbox.duplicates() == []
    deposit(sandbox, session, EXAMPLE)
    assert len(sandbox.duplicates()) == 1


def test_duplicates_only_and_the_summary(sandbox):
    session = sandbox.session(CFA)
    for _ in range(3):
        deposit(sandbox, session, EXAMPLE)
    deposit(sandbox, session, {"cerfa": {}})
    newest, older = sandbox.duplicates()
    assert (newest["numeroInterne"], older["numeroInterne"]) == ("1000003", "1000002")
    assert sandbox.summary() == {
        "received": 4,
        "accepted": 3,
        "rejected": 1,
        "contracts": 1,
        "duplicates": 2,
    }


def test_what_was_processed_but_not_answered_outlives_a_crash(tmp_path):
    sandbox = SandboxProcess(state=tmp_path / "state.sqlite")
    sandbox.start()
    session = sandbox.session(CFA)
    deposit(sandbox, session, EXAMPLE)
    sandbox.add_fault("reset_after_processing", "POST", "/v1/dossiers")
    with pytest.raises(requests.ConnectionError):
        deposit(sandbox, session, EXAMPLE)
    sandbox.kill()
    sandbox.start()
    assert [entry["duplicate"] for entry in sandbox.deposits()] == [True, False]
    sandbox.stop()


def test_the_lookup_of_duplicates_uses_an_index(tmp_path):
    state = tmp_path / "state.sqlite"
    with SandboxProcess(state=state) as sandbox:
        deposit(sandbox, sandbox.session(CFA), EXAMPLE)
    with sqlite3.connect(state) as database:
        plan = database.execute(
            "EXPLAIN QUERY PLAN SELECT 1 FROM dossiers WHERE identity = 'x'"
            " AND etat NOT IN ('REFUSE', 'ANNULE')"
        ).fetchall()
    assert "USING INDEX dossiers_identity" in str(plan)
