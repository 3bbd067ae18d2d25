# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""OAuth 2.0 client credentials, as Keycloak answers them (norm, 1.2)."""

import hmac
import secrets
import threading
import time


class TokenOffice:
    """Opaque tokens, in memory: a restart makes all of them unknown."""

    def __init__(self, client_id, client_secret):
        self._client_id = client_id.encode()
        self._client_secret = client_secret.encode()
        self._lock = threading.Lock()
        self._expiries = {}

    def knows_client(self, client_id, client_secret):
        """Tell whether these are the editor's credentials."""
        same_id = hmac.compare_digest(client_id.encode(), self._client_id)
        same_secret = hmac.compare_digest(client_secret.encode(), self._client_secret)
        return same_id and same_secret

    def issue(self, lifetime):
        """Return a new token living ``lifetime`` seconds."""
        token = secrets.token_urlsafe(48)
        now = time.monotonic()
        with self._lock:
            self._expiries = {t: e for t, e in self._expiries.items() if e > now}
            self._expiries[token] = now + lifetime
        return token

    def accepts(self, token):
        """Tell whether the token is known and not expired."""
        with self._lock:
            return self._expiries.get(token, 0) > time.monotonic()

    def clear(self):
        """Make every token unknown."""
        with self._lock:
            self._expiries = {}
