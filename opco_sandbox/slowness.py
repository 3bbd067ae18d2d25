# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How long the OPCO takes before it works on a request."""

import threading
from collections import Counter

from .chance import draw


class Slowness:
    """Latency of the settings, and a jitter drawn from the seed."""

    def __init__(self, settings):
        self._settings = settings
        self._lock = threading.Lock()
        self._seen = Counter()

    def seconds(self, asked):
        """Return the seconds to wait on this request."""
        latency, jitter = self._settings["latency"], self._settings["jitter"]
        if not jitter:
            return latency
        with self._lock:
            self._seen[asked] += 1
            coming = self._seen[asked]
        words = (*vars(asked).values(), coming)
        return latency + jitter * draw(self._settings["seed"], "jitter", *words)

    def clear(self):
        """Forget which requests came."""
        with self._lock:
            self._seen.clear()
