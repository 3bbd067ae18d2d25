# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Check and read the CFA's key as a person pasted it (norm §6).

OPCO EP's keys look like a JWT of about 1,500 characters, easily cut by a paste.
"""

import base64
import json
import re
from typing import Any

# What copying out of a page or a file leaves around a text.
_AROUND = " \t\r\n\f\v\u00a0\u200b\u2060\ufeff"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")


class UnusableKey(ValueError):
    """A text that cannot be a key; `reason` says why, as a code.

    ``empty``, ``inner_spaces``, ``url``, ``email``, ``truncated_jwt``, ``not_ascii``.
    The text itself is never repeated.
    """

    def __init__(self, reason: str):
        super().__init__(f"Unusable key: {reason}")
        self.reason = reason


def clean_api_key(text: str) -> str:
    """Return the key without the spaces and line breaks around it.

    :raises UnusableKey: when it cannot be a key
    """
    key = text.strip(_AROUND)
    if not key:
        raise UnusableKey("empty")
    if any(character.isspace() for character in key):
        raise UnusableKey("inner_spaces")
    if not key.isascii() or not key.isprintable():
        raise UnusableKey("not_ascii")
    if "://" in key or key.lower().startswith("www."):
        raise UnusableKey("url")
    if _EMAIL.fullmatch(key):
        raise UnusableKey("email")
    if key.startswith("eyJ") and not _is_whole_jwt(key):
        raise UnusableKey("truncated_jwt")
    return key


def readable_claims(key: str) -> dict[str, Any]:
    """Return ``{"header": {…}, "payload": {…}}`` of a JWT, else ``{}``; never raises.

    Nothing is verified: good to show an expiry date, never to trust one.
    """
    parts = key.split(".")
    if len(parts) != 3:
        return {}
    header, payload = _json_part(parts[0]), _json_part(parts[1])
    if header is None or payload is None:
        return {}
    return {"header": header, "payload": payload}


def _is_whole_jwt(key: str) -> bool:
    parts = key.split(".")
    # Three parts when signed, five when encrypted.
    return len(parts) in (3, 5) and all(parts)


def _json_part(part: str) -> dict | None:
    try:
        padded = part + "=" * (-len(part) % 4)
        decoded = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None
