# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a key says of itself, when it is a JWT: good to show, never to trust."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .api_key import readable_claims

_SIRET_LENGTH = 14


@dataclass(frozen=True)
class KeyClaims:
    """Whose the key says to be, and its dates (UTC); None where it says nothing."""

    siret: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None


def read_claims(key: str) -> KeyClaims:
    """Return what `key` says of itself; an opaque key says nothing.

    The names under which OPCOs write the SIRET are not public: any claim whose name
    holds « siret » and whose value is made of 14 digits is taken.
    """
    claims = readable_claims(key).get("payload", {})
    return KeyClaims(
        siret=next(filter(None, map(_siret, claims.items())), None),
        issued_at=_moment(claims, "iat"),
        expires_at=_moment(claims, "exp"),
    )


def _siret(claim: tuple[str, Any]) -> str | None:
    name, value = claim
    if "siret" not in name.lower() or not isinstance(value, str | int):
        return None
    digits = str(value).replace(" ", "")
    is_siret = len(digits) == _SIRET_LENGTH and digits.isascii() and digits.isdigit()
    return digits if is_siret else None


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    seconds = claims.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
