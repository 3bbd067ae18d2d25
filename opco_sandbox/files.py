# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files received with conventions and documents: kept beside the state."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from .settings import now

PIECE = 64 * 1024
COLUMNS = (
    "received_at, flow, outcome, status, numero_interne, name, size, sha256,"
    " duplicate, infos, reasons"
)
CONVENTION, DOCUMENT = "convention", "document"


class FileStore:
    """Folder of the files, named by their SHA-256, and the list of what came."""

    def __init__(self, database, state):
        self._database = database
        self._temporary = None
        if state == ":memory:":
            self._temporary = tempfile.TemporaryDirectory(prefix="opco-sandbox-")
            self.folder = Path(self._temporary.name)
        else:
            self.folder = Path(state).with_suffix(".files")
            self.folder.mkdir(exist_ok=True)

    def keep(self, stream):
        """Copy a stream into the folder; return its SHA-256."""
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as copy:
            while piece := stream.read(PIECE):
                digest.update(piece)
                copy.write(piece)
        os.replace(copy.name, self.path(digest.hexdigest()))
        return digest.hexdigest()

    def path(self, sha256):
        """Return where the file of this SHA-256 is."""
        return self.folder / sha256

    def record_accepted(self, flow, number, file, sha256, infos):
        """Record an accepted file; the same bytes for the same thing are flagged.

        :param number: ``numeroInterne`` it is about, or None
        :param file: name and size
        """
        name, size = file
        duplicate = bool(
            self._database.run(
                "SELECT 1 FROM files WHERE sha256 = ? AND flow = ?"
                " AND numero_interne IS ? AND outcome = 'accepted' LIMIT 1",
                (sha256, flow, number),
            )
        )
        verdict = (flow, "accepted", 200, number, name, size, sha256, duplicate)
        self._record((*verdict, infos, []))

    def record_rejected(self, flow, status, name, reasons):
        """Record that a file was refused and why."""
        verdict = (flow, "rejected", status, None, name, None, None, False)
        self._record((*verdict, None, reasons))

    def _record(self, values):
        *facts, infos, reasons = values
        written = (json.dumps(value, ensure_ascii=False) for value in (infos, reasons))
        self._database.run(
            f"INSERT INTO files ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (now(), *facts, *written),
        )

    def all(self):
        """Return what came as JSON objects, newest first."""
        rows = self._database.run(f"SELECT id, {COLUMNS} FROM files ORDER BY id DESC")
        return [_as_json(row) for row in rows]

    def of_dossier(self, number):
        """Return the files of one dossier, newest first."""
        rows = self._database.run(
            f"SELECT id, {COLUMNS} FROM files WHERE numero_interne = ?"
            " ORDER BY id DESC",
            (number,),
        )
        return [_as_json(row) for row in rows]

    def get(self, number):
        """Return one element of ``all()``, or None."""
        rows = self._database.run(
            f"SELECT id, {COLUMNS} FROM files WHERE id = ?", (number,)
        )
        return _as_json(rows[0]) if rows else None

    def clear(self):
        """Delete every file."""
        for path in self.folder.iterdir():
            path.unlink()

    def close(self):
        """Delete the folder, when there is no state to keep it with."""
        if self._temporary:
            self._temporary.cleanup()


def _as_json(row):
    number = row["numero_interne"]
    return {
        "id": row["id"],
        "received_at": row["received_at"],
        "flow": row["flow"],
        "outcome": row["outcome"],
        "status": row["status"],
        "numeroInterne": None if number is None else str(number),
        "name": row["name"],
        "size": row["size"],
        "sha256": row["sha256"],
        "duplicate": bool(row["duplicate"]),
        "infos": json.loads(row["infos"]),
        "reasons": json.loads(row["reasons"]),
    }
