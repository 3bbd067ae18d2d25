# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make the pure packages importable: cerfa, convergence, vault, opco_sandbox."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

for folder in (
    ROOT,
    ROOT / "opco_ep_connector",
    ROOT / "l10n_fr_apprenticeship",
):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
