# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scenarios, from a file and over HTTP."""

import json
import subprocess
import sys
import time

import pytest
import requests

from sandbox_calls import EXAMPLE
from sandbox_process import ROOT, SandboxProcess

SCENARIO = ROOT / "opco_sandbox" / "example" / "scenario.json"
CLOSED = "90000002700038"


def headers(sandbox, key):
    return {
        "Authorization": f"Bearer {sandbox.token()}",
        "X-API-KEY": key,
        "EDITEUR": "Editeur",
        "LOGICIEL": "Logiciel",
        "VERSION": "1",
    }


def test_the_example_file(tmp_path):
    scenario = json.loads(SCENARIO.read_text("utf-8"))
    state = tmp_path / "state.sqlite"
    with SandboxProcess(state=state, scenario=SCENARIO) as sandbox:
        assert scenario["settings"].items() <= sandbox.set().items()
        (fault,) = sandbox.faults()
        assert (fault["kind"], fault["probability"]) == ("mix", 0.3)
        sandbox.clear_faults()
        known = headers(sandbox, scenario["keys"][0]["key"])
        url = f"{sandbox.url}/v1/dossiers"
        assert requests.post(url, json=EXAMPLE, headers=known, timeout=5).ok
        etat, end = None, time.monotonic() + 10
        while etat != "ENGAGE" and time.monotonic() < end:
            answer = requests.get(f"{url}/etats", headers=known, timeout=5)
            etat = answer.json()[0]["etat"]
            time.sleep(0.1)
        assert etat == "ENGAGE"
        sandbox.restart()
        known = headers(sandbox, scenario["keys"][0]["key"])
        assert requests.get(f"{url}/etats", headers=known, timeout=5).ok
        assert len(sandbox.faults()) == 1


def test_the_same_over_http(sandbox):
    sandbox.add_fault("hang")
    sandbox.play(
        {
            "settings": {"token_lifetime": 9},
            "faults": [{"kind": "status", "status": 418}],
            "keys": [{"siret": "90000002700012", "key": "une clé"}],
            "closed_establishments": [CLOSED],
        }
    )
    assert sandbox.set()["token_lifetime"] == 9
    assert [fault["kind"] for fault in sandbox.faults()] == ["status"]
    url = f"{sandbox.url}/sandbox"
    assert CLOSED in requests.get(f"{url}/closed-establishments", timeout=5).json()
    (key,) = requests.get(f"{url}/keys", timeout=5).json()
    assert key["siret"] == "90000002700012"


@pytest.mark.parametrize(
    "part",
    [
        {"surprise": 1},
        {"settings": []},
        {"settings": {"surprise": 1}},
        {"faults": {"kind": "hang"}},
        {"faults": [{"kind": "surprise"}]},
        {"keys": [{"siret": "90000002700012"}]},
        {"keys": [{"siret": "1", "key": "x"}]},
        {"closed_establishments": ["1"]},
    ],
)
def test_a_wrong_scenario_changes_nothing(sandbox, part):
    before = sandbox.set()
    good = {"settings": {"seed": 5}, "faults": [{"kind": "hang"}]}
    with pytest.raises(ValueError, match="400"):
        sandbox.play(good | part)
    assert sandbox.set() == before
    assert sandbox.faults() == []


@pytest.mark.parametrize("content", [None, "{", '{"surprise": 1}', "[]"])
def test_a_wrong_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "scenario.json"
    if content is not None:
        path.write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "opco_sandbox", "--port", "0", "--scenario", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=15,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Cannot apply ")
    assert done.stderr.count("\n") == 1
