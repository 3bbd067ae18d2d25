# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files received with conventions and documents: kept beside the state."""

import tempfile
from pathlib import Path


class FileStore:
    """Folder of the files, named by their SHA-256."""

    def __init__(self, database, state):
        self._database = database
        self._temporary = None
        if state == ":memory:":
            self._temporary = tempfile.TemporaryDirectory(prefix="opco-sandbox-")
            self.folder = Path(self._temporary.name)
        else:
            self.folder = Path(state).with_suffix(".files")
            self.folder.mkdir(exist_ok=True)

    def clear(self):
        """Delete every file."""
        for path in self.folder.iterdir():
            path.unlink()

    def close(self):
        """Delete the folder, when there is no state to keep it with."""
        if self._temporary:
            self._temporary.cleanup()
