# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pure packages made importable, and the sandbox that its tests share."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

for folder in (
    ROOT,
    ROOT / "opco_ep_connector",
    ROOT / "l10n_fr_apprenticeship",
):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from sandbox_calls import CFA  # noqa: E402
from sandbox_process import SandboxProcess  # noqa: E402


@pytest.fixture(scope="module")
def process():
    """Give a sandbox, which complains of nothing."""
    with SandboxProcess() as process:
        yield process
        assert process.complaints() == ""


@pytest.fixture
def sandbox(process):
    """Give the same sandbox, without what a former test did."""
    process.reset()
    return process


@pytest.fixture
def session(sandbox):
    """Give a session of the CFA that may deposit the example dossier."""
    return sandbox.session(CFA)
