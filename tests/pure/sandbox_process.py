# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A real OPCO sandbox in a process of its own, for tests of anything that calls it."""

import subprocess
import sys
import tempfile
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
READY = "OPCO sandbox listening on "
SECONDS = 15


class SandboxProcess:
    """Starts, drives and stops one sandbox.

    ``url`` is the base of the norm (``{url}/v1/dossiers``), ``token_url`` the address
    of the token server. Usable as a context manager. Pass ``state`` (a file path) when
    what the OPCO knows must survive a restart. ``example`` is the path of a dossier
    that the CFA 90000002700012 may deposit.
    """

    example = ROOT / "opco_sandbox" / "example" / "dossier.json"
    client_id = "opco-ep-sandbox"
    client_secret = "sandbox-client-secret"
    token_path = "/auth/realms/interopco-partenaires/protocol/openid-connect/token"

    def __init__(self, state=None, scenario=None):
        self.state = state
        self.scenario = scenario
        self.url = None
        self._port = 0
        self._process = None
        self._stderr = tempfile.TemporaryFile("w+")
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    @property
    def token_url(self):
        """Address of the token server."""
        return self.url + self.token_path

    @property
    def pid(self):
        """Number of the process."""
        return self._process.pid

    def start(self):
        """Start on a free port, or again on the port of the former run.

        :raises RuntimeError: the process ended instead of listening
        """
        command = [sys.executable, "-m", "opco_sandbox", "--port", str(self._port)]
        if self.state is not None:
            command += ["--state", str(self.state)]
        if self.scenario is not None:
            command += ["--scenario", str(self.scenario)]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        line = self._process.stdout.readline().strip()
        if not line.startswith(READY):
            raise RuntimeError(f"exit {self._wait()}: {self.complaints()}")
        self.url = line.removeprefix(READY)
        self._port = int(self.url.rpartition(":")[2])

    def stop(self):
        """End cleanly (SIGTERM); return the exit code."""
        self._process.terminate()
        return self._wait()

    def kill(self):
        """End at once (SIGKILL), as a crash would; return the exit code."""
        self._process.kill()
        return self._wait()

    def restart(self):
        """Stop, then start on the same port."""
        self.stop()
        self.start()

    def _wait(self):
        code = self._process.wait(SECONDS)
        self._process.stdout.close()
        self._session.close()
        return code

    def complaints(self):
        """Return what the process wrote on stderr since the first start."""
        self._stderr.seek(0)
        return self._stderr.read()

    def issue_key(self, siret):
        """Return a new key for the SIRET; the former one is revoked."""
        return self._admin("POST", "keys", {"siret": siret})["key"]

    def token(self):
        """Return a fresh access token."""
        answer = self._session.post(
            self.token_url,
            data={
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            },
            timeout=SECONDS,
        )
        answer.raise_for_status()
        return answer.json()["access_token"]

    def session(self, siret):
        """Return a requests session entitled to make business calls for a SIRET.

        A new key is issued: sessions of the same SIRET made before lose theirs.
        """
        session = requests.Session()
        session.trust_env = False
        session.headers.update(
            {
                "Authorization": f"Bearer {self.token()}",
                "X-API-KEY": self.issue_key(siret),
                "EDITEUR": "Editeur Exemple",
                "LOGICIEL": "Logiciel Exemple",
                "VERSION": "1.0.0",
            }
        )
        return session

    def add_fault(self, kind, method=None, path=None, times=1, **options):
        """Ask for a fault; ``times=None`` = until cleared. Return it.

        :param path: exact or with ``*``; every path of the norm by default
        :param options: ``probability``, and those of the kind: see opco_sandbox
        """
        match = {"method": method, "path": path}
        wish = {"kind": kind, "match": match, "times": times} | options
        return self._admin("POST", "faults", wish)

    def faults(self):
        """Return the faults with their ``hits`` and what remains of them."""
        return self._admin("GET", "faults")

    def clear_faults(self):
        """Forget every fault."""
        self._admin("DELETE", "faults")

    def deposits(self):
        """Return the ledger, newest first, rejected deposits included."""
        return self._admin("GET", "deposits")

    def duplicates(self):
        """Return the deposits of contracts that the OPCO already had."""
        return self._admin("GET", "deposits?duplicates=1")

    def summary(self):
        """Return how many deposits, contracts and duplicates there are."""
        return self._admin("GET", "deposits/summary")

    def files(self):
        """Return the files received, newest first, refused ones included."""
        return self._admin("GET", "files")

    def calls(self):
        """Return ``{(method, path, status): count}`` since the last reset."""
        return {
            (call["method"], call["path"], call["status"]): call["count"]
            for call in self._admin("GET", "calls")
        }

    def clear_calls(self):
        """Count calls again from nothing."""
        self._admin("DELETE", "calls")

    def play(self, scenario):
        """Apply a scenario (a JSON object)."""
        self._admin("POST", "scenario", scenario)

    def set_state(self, number, etat, comment=None):
        """Move a dossier to a state; return its numbers and state."""
        wish = {"etat": etat, "comment": comment}
        return self._admin("POST", f"dossiers/{number}/state", wish)

    def set(self, **settings):
        """Change settings; return all of them."""
        return self._admin("POST", "settings", settings)

    def reset(self):
        """Forget everything, keys included."""
        self._admin("POST", "reset")

    def _admin(self, method, path, body=None):
        answer = self._session.request(
            method, f"{self.url}/sandbox/{path}", json=body, timeout=SECONDS
        )
        if not answer.ok:
            raise ValueError(f"{answer.status_code}: {answer.text}")
        return answer.json() if answer.content else None
