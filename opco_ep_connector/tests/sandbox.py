# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The simulated OPCO, as the real process that people run."""

import importlib.util
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import requests

READY = "OPCO sandbox listening on "
SECONDS = 15
TOKEN_PATH = "/auth/realms/interopco-partenaires/protocol/openid-connect/token"


class Sandbox:
    """Starts, drives and stops one sandbox; what it knows survives a restart."""

    client_id = "opco-ep-sandbox"
    client_secret = "sandbox-client-secret"

    def __init__(self):
        spec = importlib.util.find_spec("opco_sandbox")
        if spec is None:
            raise unittest.SkipTest(
                "opco_sandbox cannot be imported: put its folder on PYTHONPATH"
            )
        self.folder = Path(spec.submodule_search_locations[0])
        self._state = tempfile.TemporaryDirectory()
        self._process = None
        self._port = 0
        self._session = requests.Session()
        self._session.trust_env = False
        self.url = None

    @property
    def token_url(self):
        return self.url + TOKEN_PATH

    @property
    def is_running(self):
        return self._process is not None

    def start(self):
        """Start on a free port, then always on that one."""
        # pylint: disable=consider-using-with
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "opco_sandbox",
                "--port",
                str(self._port),
                "--state",
                f"{self._state.name}/state.sqlite",
            ],
            cwd=self.folder.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline().strip()
        if not line.startswith(READY):
            raise AssertionError(f"the sandbox did not start: {line}")
        self.url = line.removeprefix(READY)
        self._port = int(self.url.rpartition(":")[2])

    def stop(self):
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(SECONDS)
        self._process.stdout.close()
        self._session.close()
        self._process = None

    def end(self):
        self.stop()
        self._state.cleanup()

    def reset(self):
        """Forget everything: keys, dossiers, deposits and faults."""
        self._admin("POST", "reset")
        self._admin("DELETE", "faults")
        self._admin("POST", "settings", {"today": "2026-11-23"})

    def issue_key(self, siret):
        """Return a new key; the former one of this SIRET is revoked."""
        return self._admin("POST", "keys", {"siret": siret})["key"]

    def add_fault(self, kind, method="*", path="*", times=1, **options):
        """Ask for a fault; ``times=None`` means until they are cleared."""
        match = {"method": method, "path": path}
        wish = {"kind": kind, "match": match, "times": times} | options
        self._admin("POST", "faults", wish)

    def clear_faults(self):
        self._admin("DELETE", "faults")

    def deposits(self):
        """Return what was deposited, rejected included, oldest first."""
        return self._admin("GET", "deposits")[::-1]

    def summary(self):
        """Return how many deposits, contracts and duplicates there are."""
        return self._admin("GET", "deposits/summary")

    def files(self):
        """Return the files received, refused included, oldest first."""
        return self._admin("GET", "files")[::-1]

    def calls(self):
        """Return the number of calls by method, path and status."""
        return {
            (call["method"], call["path"], call["status"]): call["count"]
            for call in self._admin("GET", "calls")
        }

    def clear_calls(self):
        self._admin("DELETE", "calls")

    def set(self, **settings):
        """Change settings of the OPCO until the next reset; return all of them."""
        return self._admin("POST", "settings", settings)

    def play(self, scenario):
        """Apply a scenario, as its file would."""
        self._admin("POST", "scenario", scenario)

    def set_state(self, number, state, comment=None):
        self._admin(
            "POST", f"dossiers/{number}/state", {"etat": state, "comment": comment}
        )

    def deposit_example(self, siret):
        """Deposit the sandbox's example, as another software would; return its number.

        The key of the SIRET is replaced.
        """
        token = self._session.post(
            self.token_url,
            data={
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            },
            timeout=SECONDS,
        ).json()["access_token"]
        dossier = json.loads((self.folder / "example" / "dossier.json").read_text())
        answer = self._session.post(
            f"{self.url}/v1/dossiers",
            json=dossier,
            headers={
                "Authorization": f"Bearer {token}",
                "X-API-KEY": self.issue_key(siret),
                "EDITEUR": "Other",
                "LOGICIEL": "Other",
                "VERSION": "1",
            },
            timeout=SECONDS,
        )
        answer.raise_for_status()
        return answer.json()["numeroInterne"]

    def _admin(self, method, path, body=None):
        answer = self._session.request(
            method, f"{self.url}/sandbox/{path}", json=body, timeout=SECONDS
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None
