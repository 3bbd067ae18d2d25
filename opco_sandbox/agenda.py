# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is to happen to dossiers by itself, later; kept in the state."""

import time

STATE = "state"
DECA = "deca"
EXTERNAL_NUMBER = "external_number"


class Agenda:
    """Steps to come, taken out by whoever comes after they are due."""

    def __init__(self, database):
        self._database = database
        self.load()

    def load(self):
        """Read again when the next step is due."""
        rows = self._database.run("SELECT MIN(due) AS due FROM agenda")
        self._next = rows[0]["due"] or float("inf")

    def plan(self, number, seconds, step, etat=None, comment=None):
        """Note a step for a dossier, some seconds from now."""
        due = time.time() + seconds
        self._database.run(
            "INSERT INTO agenda (due, numero_interne, step, etat, comment)"
            " VALUES (?, ?, ?, ?, ?)",
            (due, number, step, etat, comment),
        )
        self._next = min(self._next, due)

    @property
    def is_due(self):
        """Tell whether a step is due."""
        return self._next <= time.time()

    def take(self):
        """Remove the oldest step that is due and return it, or None."""
        rows = self._database.run(
            "DELETE FROM agenda WHERE id = (SELECT id FROM agenda WHERE due <= ?"
            " ORDER BY due, id LIMIT 1) RETURNING *",
            (time.time(),),
        )
        if not rows:
            self.load()
            return None
        return rows[0]
