# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many calls came, to prove that a client does not spin."""

import threading
from collections import Counter


class CallCounter:
    """Calls of the norm and of the token server since the start or the last reset."""

    def __init__(self):
        self._lock = threading.Lock()
        self._counts = Counter()

    def count(self, method, path, status):
        """Count one call; the status is None when no answer began."""
        with self._lock:
            self._counts[method, path, status] += 1

    def all(self):
        """Return the counts as JSON objects, the most frequent first."""
        with self._lock:
            counts = self._counts.most_common()
        return [
            {"method": method, "path": path, "status": status, "count": count}
            for (method, path, status), count in counts
        ]

    def clear(self):
        """Start again from nothing."""
        with self._lock:
            self._counts.clear()
