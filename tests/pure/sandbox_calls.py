# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What most tests of the sandbox ask of it: one CFA deposits one dossier."""

import json

from sandbox_process import SandboxProcess

CFA = "90000002700012"
EXAMPLE = json.loads(SandboxProcess.example.read_text("utf-8"))


def deposit(sandbox, session, timeout=10):
    """Deposit the example dossier; return the answer."""
    return session.post(f"{sandbox.url}/v1/dossiers", json=EXAMPLE, timeout=timeout)
