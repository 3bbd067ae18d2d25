# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keys of the training centres: one active key per SIRET (norm, section 6)."""

import base64
import hashlib
import json
import secrets
import time
from datetime import date

from .rules import birthday
from .settings import now

PADDING_CHARACTERS = 760
SIGNATURE_BYTES = 256
YEARS_VALID = 1


class KeyRing:
    """Issues and recognises keys; stores only their SHA-256 and last four."""

    def __init__(self, database):
        self._database = database

    def issue(self, siret):
        """Return a new key for the SIRET; the former one is revoked at once."""
        key = make_key(siret)
        self.install(siret, key)
        return key

    def install(self, siret, key):
        """Make this text the key of the SIRET; the former one is revoked at once."""
        if self.owner(key) == siret:
            return
        with self._database.transaction():
            self._database.run("UPDATE keys SET active = 0 WHERE siret = ?", (siret,))
            self._database.run(
                "INSERT OR REPLACE INTO keys (siret, sha256, last_four, issued_at)"
                " VALUES (?, ?, ?, ?)",
                (siret, _digest(key), key[-4:], now()),
            )

    def owner(self, key):
        """Return the SIRET an active key belongs to, or None."""
        rows = self._database.run(
            "SELECT siret FROM keys WHERE sha256 = ? AND active", (_digest(key),)
        )
        return rows[0]["siret"] if rows else None

    def valid_until(self, key, siren):
        """Return the day an active key of this SIREN ends, or None."""
        rows = self._database.run(
            "SELECT siret, issued_at FROM keys WHERE sha256 = ? AND active",
            (_digest(key),),
        )
        if not rows or rows[0]["siret"][:9] != siren:
            return None
        return birthday(date.fromisoformat(rows[0]["issued_at"][:10]), YEARS_VALID)

    def all(self):
        """Return every key issued, newest first, without the keys themselves."""
        rows = self._database.run(
            "SELECT siret, last_four, issued_at, active FROM keys ORDER BY id DESC"
        )
        return [dict(row) | {"active": bool(row["active"])} for row in rows]


def make_key(siret):
    """Return a JWT-like key of about 1,500 characters for the SIRET."""
    header = {"alg": "RS256", "typ": "JWT", "kid": "opco-sandbox"}
    payload = {
        "siret": siret,
        "iat": int(time.time()),
        "padding": secrets.token_hex(PADDING_CHARACTERS // 2),
    }
    parts = [json.dumps(part).encode() for part in (header, payload)]
    parts.append(secrets.token_bytes(SIGNATURE_BYTES))
    return ".".join(_base64url(part) for part in parts)


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(key):
    return hashlib.sha256(key.encode()).hexdigest()
