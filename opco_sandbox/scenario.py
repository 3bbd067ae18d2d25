# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scenario: everything a test asks of the OPCO, in one JSON object."""

import json
from pathlib import Path

from .formats import is_siret
from .settings import check
from .wishes import read_wish

PARTS = ("settings", "faults", "keys", "closed_establishments")


def read(path):
    """Return the scenario of a file.

    :raises OSError: the file cannot be read
    :raises ValueError: it is not JSON
    """
    return json.loads(Path(path).read_text("utf-8"))


def apply(sandbox, scenario):
    """Apply a scenario; nothing is applied when something in it is wrong.

    Its faults replace those of before.

    :raises ValueError: something in it is wrong
    """
    _check(scenario)
    sandbox.settings.change(scenario.get("settings", {}))
    if "faults" in scenario:
        sandbox.faults.clear()
    for wish in scenario.get("faults", []):
        sandbox.faults.add(wish)
    for key in scenario.get("keys", []):
        sandbox.keys.install(key["siret"], key["key"])
    for siret in scenario.get("closed_establishments", []):
        sandbox.closed.add(siret)


def _check(scenario):
    if not isinstance(scenario, dict):
        raise ValueError("a scenario is a JSON object")
    if unknown := set(scenario) - set(PARTS):
        raise ValueError(f"unknown parts: {', '.join(sorted(unknown))}")
    if not isinstance(scenario.get("settings", {}), dict):
        raise ValueError("settings is an object")
    for part in PARTS[1:]:
        if not isinstance(scenario.get(part, []), list):
            raise ValueError(f"{part} is a list")
    check(scenario.get("settings", {}))
    for wish in scenario.get("faults", []):
        read_wish(wish)
    for key in scenario.get("keys", []):
        _check_key(key)
    for siret in scenario.get("closed_establishments", []):
        _check_siret(siret)


def _check_key(key):
    if not isinstance(key, dict) or set(key) != {"siret", "key"}:
        raise ValueError("a key is an object with siret and key")
    _check_siret(key["siret"])
    if not isinstance(key["key"], str) or not key["key"].strip():
        raise ValueError("key is a text")


def _check_siret(siret):
    if not isinstance(siret, str) or not is_siret(siret):
        raise ValueError(f"not a SIRET: {siret}")
