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

# as SQLite understands it in LIMIT
EVERYTHING = -1


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

    def all(self, limit=EVERYTHING):
        """Return every deposit as JSON objects, newest first."""
        return self._read("1", limit)

    def duplicates(self, limit=EVERYTHING):
        """Return the deposits of a contract that the OPCO already had."""
        return self._read("duplicate = 1", limit)

    def rejected(self, limit=EVERYTHING):
        """Return the refused deposits, newest first."""
        return self._read("outcome = 'rejected'", limit)

    def _read(self, condition, limit):
        rows = self._database.run(
            f"SELECT id, {COLUMNS} FROM deposits WHERE {condition}"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [_as_json(row) for row in rows]

    def summary(self):
        """Return how many deposits, contracts and duplicates there are."""
        rows = self._database.run(
            "SELECT COUNT(*) AS received,"
            " COALESCE(SUM(outcome = 'accepted'), 0) AS accepted,"
            " COALESCE(SUM(outcome = 'rejected'), 0) AS rejected,"
            " (SELECT COUNT(DISTINCT identity) FROM dossiers) AS contracts,"
            " COALESCE(SUM(duplicate), 0) AS duplicates FROM deposits"
        )
        return dict(rows[0])


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
