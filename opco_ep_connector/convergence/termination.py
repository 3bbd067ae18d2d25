# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The notice of an early termination, whose body the public does not know (norm §5.6).

The body is a template of the profile: JSON in which a text such as ``{dateRupture}``
stands for a value. The default one is a guess.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from . import wire_formats as formats
from .profile import Profile

PLACEHOLDERS = frozenset(
    (
        "numeroInterne",
        "numeroExterne",
        "numeroDeca",
        "siretEmployeur",
        "dateNotification",
        "dateRupture",
        "motifRupture",
        "initiativeRupture",
    )
)


class BadTemplate(ValueError):
    """A template that cannot be filled; `reason` is ``json`` or ``placeholder``."""

    def __init__(self, reason: str):
        super().__init__(f"Unusable template: {reason}")
        self.reason = reason


def check_template(template: str) -> dict[str, Any]:
    """Return the template as an object.

    :raises BadTemplate: unless it is a JSON object that names the dossier and the date,
        with known placeholders only
    """
    try:
        root = json.loads(template)
    except (ValueError, RecursionError):
        raise BadTemplate("json") from None
    if not isinstance(root, dict):
        raise BadTemplate("json")
    named = set(_placeholders(root))
    numbers = {"numeroInterne", "numeroExterne", "numeroDeca"}
    if named - PLACEHOLDERS or "dateRupture" not in named or not named & numbers:
        raise BadTemplate("placeholder")
    return root


def termination_body(values: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """Return the profile's template filled in; a value that is absent leaves its key
    out.

    :param values: by placeholder, a date for those that begin with ``date``
    """
    spelled = {
        name: formats.day(value, profile) if isinstance(value, date) else value
        for name, value in values.items()
    }
    return _filled(check_template(profile.termination_template), spelled)


def _placeholder(text: Any) -> str | None:
    if isinstance(text, str) and text.startswith("{") and text.endswith("}"):
        return text[1:-1]
    return None


def _placeholders(part: Any):
    if isinstance(part, dict | list):
        held = part.values() if isinstance(part, dict) else part
        for one in held:
            yield from _placeholders(one)
    elif (name := _placeholder(part)) is not None:
        yield name


def _filled(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, dict):
        filled = {key: _filled(held, values) for key, held in part.items()}
        return {key: held for key, held in filled.items() if held not in (None, "")}
    if isinstance(part, list):
        return [_filled(held, values) for held in part]
    name = _placeholder(part)
    return part if name is None else values.get(name)
