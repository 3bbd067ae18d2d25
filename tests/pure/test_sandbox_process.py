# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The process: command line, port, end, state."""

import signal
import socket
import sqlite3
import subprocess
import sys

import pytest
import requests

from sandbox_calls import CFA, EXAMPLE
from sandbox_process import ROOT, SandboxProcess


def command(*arguments):
    return [sys.executable, "-m", "opco_sandbox", *arguments]


def test_it_says_one_line_when_it_listens():
    process = subprocess.Popen(
        command("--port", "0"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    url = line.removeprefix("OPCO sandbox listening on ").strip()
    assert requests.get(f"{url}/v1/status", timeout=5).status_code == 200
    process.send_signal(signal.SIGINT)
    rest, complaints = process.communicate(timeout=10)
    assert (process.returncode, rest, complaints) == (0, "", "")
    assert not url.endswith(":0")


def test_sigterm_ends_cleanly_even_with_an_open_connection():
    sandbox = SandboxProcess()
    sandbox.start()
    with requests.Session() as session:
        session.get(f"{sandbox.url}/v1/status", timeout=5)
        assert sandbox.stop() == 0
    assert sandbox.complaints() == ""


def test_an_occupied_port_is_one_clear_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("--port", str(port)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=15,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Cannot listen on 127.0.0.1:{port}: Address already in use.\n"
    )


@pytest.mark.parametrize(
    "arguments", [("--port", "70000"), ("--state", "/nowhere/state.sqlite")]
)
def test_other_impossible_starts_are_one_sentence(arguments):
    done = subprocess.run(
        command("--port", "0", *arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=15,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Cannot ")
    assert done.stderr.count("\n") == 1


def test_credentials_of_the_command_line():
    process = subprocess.Popen(
        command("--port", "0", "--client-id", "me", "--client-secret", "mine"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[-1]
        path = SandboxProcess.token_path
        form = {"grant_type": "client_credentials", "client_id": "me"}
        codes = [
            requests.post(
                url + path, data=form | {"client_secret": secret}, timeout=5
            ).status_code
            for secret in ("mine", SandboxProcess.client_secret)
        ]
        assert codes == [200, 401]
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_state_survives(tmp_path, end):
    sandbox = SandboxProcess(state=tmp_path / "state.sqlite")
    sandbox.start()
    session = sandbox.session(CFA)
    url, deposits = sandbox.url, f"{sandbox.url}/v1/dossiers"
    number = session.post(deposits, json=EXAMPLE, timeout=5).json()["numeroInterne"]
    sandbox.set_state(number, "ENGAGE", "Bon pour accord")
    before = session.get(f"{deposits}?numeroInterne={number}", timeout=5).json()
    ledger = sandbox.deposits()
    sandbox.set(token_lifetime=60)

    getattr(sandbox, end)()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/v1/status", timeout=5)
    sandbox.start()

    assert sandbox.url == url
    etats = f"{deposits}/etats"
    assert session.get(etats, timeout=5).status_code == 401
    session.headers["Authorization"] = f"Bearer {sandbox.token()}"
    after = session.get(f"{deposits}?numeroInterne={number}", timeout=5).json()
    assert after == before
    assert sandbox.deposits() == ledger
    assert sandbox.set()["token_lifetime"] == 60
    second = session.post(deposits, json=EXAMPLE, timeout=5).json()["numeroInterne"]
    assert int(second) == int(number) + 1
    sandbox.stop()


def test_without_a_state_file_a_restart_forgets():
    with SandboxProcess() as sandbox:
        sandbox.session(CFA).post(f"{sandbox.url}/v1/dossiers", json=EXAMPLE, timeout=5)
        sandbox.restart()
        assert sandbox.deposits() == []


def test_the_state_holds_no_key(tmp_path):
    state = tmp_path / "state.sqlite"
    with SandboxProcess(state=state) as sandbox:
        key = sandbox.issue_key(CFA)
    with sqlite3.connect(state) as database:
        dump = "\n".join(database.iterdump())
    assert CFA in dump
    assert key not in dump
    assert key.split(".")[2][:20] not in dump


def test_a_state_of_an_earlier_version_goes_on(tmp_path):
    state = tmp_path / "state.sqlite"
    sandbox = SandboxProcess(state=state)
    sandbox.start()
    session = sandbox.session(CFA)
    deposits = f"{sandbox.url}/v1/dossiers"
    session.post(deposits, json=EXAMPLE, timeout=5)
    sandbox.stop()
    with sqlite3.connect(state) as database:
        for index in ("dossiers_identity", "dossiers_amends"):
            database.execute(f"DROP INDEX {index}")
        for column in ("identity", "external_shown", "amends", "no_avenant"):
            database.execute(f"ALTER TABLE dossiers DROP COLUMN {column}")
    sandbox.start()
    session.headers["Authorization"] = f"Bearer {sandbox.token()}"
    assert session.post(deposits, json=EXAMPLE, timeout=5).status_code == 200
    assert len(session.get(f"{deposits}/etats", timeout=5).json()) == 2
    sandbox.stop()
