# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Establishments the OPCO knows as closed."""


class ClosedEstablishments:
    """The table ``closed_establishments``."""

    def __init__(self, database):
        self._database = database

    def __contains__(self, siret):
        return bool(
            self._database.run(
                "SELECT 1 FROM closed_establishments WHERE siret = ?", (siret,)
            )
        )

    def add(self, siret):
        """Close one more establishment."""
        self._database.run(
            "INSERT OR IGNORE INTO closed_establishments VALUES (?)", (siret,)
        )

    def all(self):
        """Return the SIRETs, sorted."""
        rows = self._database.run(
            "SELECT siret FROM closed_establishments ORDER BY siret"
        )
        return [row["siret"] for row in rows]
