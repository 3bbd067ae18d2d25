# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The deposit's body: from the form to the bytes that leave, and back (norm §2)."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .dossier_schema import schema_errors
from .profile import Profile
from .wire_boxes import PROVING_SIGNATURE, TABLE, cerfa_box, spell_part, wire_path
from .wire_reading import UnreadableContent, plain_form

if TYPE_CHECKING:
    from cerfa.form import Cerfa

__all__ = [
    "UnreadableContent",
    "cerfa_box",
    "dossier",
    "encode",
    "plain_form",
    "schema_errors",
    "wire_path",
]

# The state a CFA gives to what it sends (norm §2.1).
_DEPOSITED = "TRANSMIS"


def dossier(cerfa: "Cerfa", profile: Profile) -> dict[str, Any]:
    """Return the body of ``POST /dossiers`` for a form; never raises.

    What the form lacks is left out, what cannot be spelled is left as text:
    `schema_errors` names both.
    """
    spelled = spell_part(cerfa, TABLE, profile, whole=cerfa)
    version = spelled.pop("versionCERFA", None)
    proving_signature = spelled.pop(PROVING_SIGNATURE, None)
    spelled["etat"] = _DEPOSITED
    if version is not None:
        spelled["versionCERFA"] = version
    if proving_signature is not None:
        spelled[profile.proving_signature_key] = proving_signature
    return {"cerfa": spelled}


def digest(body: bytes) -> str:
    """Return the SHA-256 of a body, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def encode(payload: dict[str, Any]) -> bytes:
    """Return the bytes to send: the same payload always gives the same bytes."""
    return json.dumps(
        payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()
