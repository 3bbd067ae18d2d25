# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ledger of everything deposited, rejected deposits included."""

import hashlib
import json

from .settings import now

COLUMNS = (
    "received_at, outcome, status, numero_interne, employer_siret, apprentice,"
    " sha256, duplicate, editeur, logiciel, version, reasons"
)


class Ledger:
    """Append-only list of deposits; bodies are not kept, only their SHA-256."""

    def __init__(self, database):
        self._database = database

    def record_accepted(self, body, headers, cerfa, number, duplicate):
        """Record a deposit that became the dossier ``number``."""
        self._record(body, headers, cerfa, ("accepted", 200, number, duplicate, []))

    def record_rejected(self, body, headers, cerfa, status, reasons):
        """Record a refused deposit and why (a list of French sentences)."""
        self._record(body, headers, cerfa, ("rejected", status, None, False, reasons))

    def _record(self, body, headers, cerfa, verdict):
        outcome, status, number, duplicate, reasons = verdict
        self._database.run(
            f"INSERT INTO deposits ({COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                now(),
                outcome,
                status,
                number,
                _text(cerfa, "employeur", "siret"),
                _apprentice(cerfa),
                hashlib.sha256(body).hexdigest(),
                duplicate,
                headers["EDITEUR"],
                headers["LOGICIEL"],
                headers["VERSION"],
                json.dumps(reasons, ensure_ascii=False),
            ),
        )

    def all(self):
        """Return every deposit as JSON objects, newest first."""
        rows = self._database.run(
            f"SELECT id, {COLUMNS} FROM deposits ORDER BY id DESC"
        )
        return [_as_json(row) for row in rows]

    def rejected(self):
        """Return the refused deposits, newest first."""
        return [deposit for deposit in self.all() if deposit["outcome"] == "rejected"]


def _as_json(row):
    number = row["numero_interne"]
    return {
        "id": row["id"],
        "received_at": row["received_at"],
        "outcome": row["outcome"],
        "status": row["status"],
        "numeroInterne": None if number is None else str(number),
        "employer_siret": row["employer_siret"],
        "apprentice": row["apprentice"],
        "sha256": row["sha256"],
        "duplicate": bool(row["duplicate"]),
        "headers": {
            "EDITEUR": row["editeur"],
            "LOGICIEL": row["logiciel"],
            "VERSION": row["version"],
        },
        "reasons": json.loads(row["reasons"]),
    }


def _apprentice(cerfa):
    names = (_text(cerfa, "apprenti", "nom"), _text(cerfa, "apprenti", "prenom"))
    return " ".join(name for name in names if name) or None


def _text(cerfa, part, field):
    # the body may be anything: it was perhaps just refused
    section = cerfa.get(part) if isinstance(cerfa, dict) else None
    value = section.get(field) if isinstance(section, dict) else None
    return value[:80] if isinstance(value, str) else None
