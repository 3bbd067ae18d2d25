# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dossiers held by the OPCO."""

import json
import re

from . import states
from .deca import deca_number
from .schedule import (
    ancillary_costs,
    billing_details,
    paid,
    schedule,
    wire_date,
    wire_text,
)
from .settings import now

FIRST_NUMBER = 1_000_001
NUMBER_COLUMNS = {
    "numeroInterne": "CAST(numero_interne AS TEXT)",
    "numeroExterne": "numero_externe",
    "numeroDeca": "numero_deca",
}
COLON_OFFSET = re.compile(r"^(\d{4}-\d{2}-\d{2}T[\d:.]+[+-]\d{2}):(\d{2})$")


class Dossiers:
    """Registry of dossiers: numbers, states, answers."""

    def __init__(self, database):
        self._database = database

    def add(self, cerfa, today):
        """Store a validated dossier; return ``(row, duplicate)``.

        The norm has no idempotency: the same body twice makes two dossiers.
        """
        identity = _contract_identity(cerfa)
        duplicate = bool(
            self._database.run(
                "SELECT 1 FROM dossiers WHERE employer_siret = ? AND nir13 = ?"
                " AND start_date = ? AND contract_type = ? LIMIT 1",
                identity,
            )
        )
        number = self._next_number()
        self._database.run(
            "INSERT INTO dossiers (numero_interne, numero_externe, etat, received_at,"
            " cfa_siren, employer_siret, nir13, start_date, contract_type, cerfa)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                f"EP-{today.year}-{number - FIRST_NUMBER + 1:07d}",
                states.TRANSMIS,
                now(),
                cerfa["organismeFormation"]["siret"][:9],
                *identity,
                json.dumps(cerfa, ensure_ascii=False),
            ),
        )
        return self.get(number), duplicate

    def _next_number(self):
        rows = self._database.run("SELECT MAX(numero_interne) AS last FROM dossiers")
        return (rows[0]["last"] or FIRST_NUMBER - 1) + 1

    def get(self, number):
        """Return the row of one ``numeroInterne`` (int), or None."""
        rows = self._database.run(
            "SELECT * FROM dossiers WHERE numero_interne = ?", (number,)
        )
        return rows[0] if rows else None

    def find(self, parameter, value, siren):
        """Return the row a CFA asks for (norm, E3), or None.

        :param parameter: numeroInterne, numeroExterne or numeroDeca
        """
        rows = self._database.run(
            f"SELECT * FROM dossiers WHERE {NUMBER_COLUMNS[parameter]} = ?"
            " AND cfa_siren = ?",
            (value, siren),
        )
        return rows[0] if rows else None

    def of_siren(self, siren):
        """Return the rows of one CFA, oldest first."""
        return self._database.run(
            "SELECT * FROM dossiers WHERE cfa_siren = ? ORDER BY numero_interne",
            (siren,),
        )

    def all(self):
        """Return every row, newest first."""
        return self._database.run("SELECT * FROM dossiers ORDER BY 1 DESC")

    def set_state(self, number, etat, comment, today):
        """Move a dossier to any state; return its row, or None when unknown.

        ENGAGE gives the DECA number and the payment schedule, RUPTURE its date.
        """
        with self._database.transaction():
            row = self.get(number)
            if row is None:
                return None
            self._database.run(
                "UPDATE dossiers SET etat = ?, commentaire = ?"
                " WHERE numero_interne = ?",
                (etat, comment, number),
            )
            if etat == states.ENGAGE and row["numero_deca"] is None:
                self._engage(row, today)
            if etat == states.RUPTURE:
                self._database.run(
                    "UPDATE dossiers SET date_rupture = ? WHERE numero_interne = ?",
                    (wire_text(today), number),
                )
            return self.get(number)

    def _engage(self, row, today):
        cerfa = json.loads(row["cerfa"])
        postal_code = cerfa["employeur"]["adresse"]["codePostal"]
        number = row["numero_interne"]
        self._database.run(
            "UPDATE dossiers SET numero_deca = ?, echeances = ?"
            " WHERE numero_interne = ?",
            (
                deca_number(postal_code, today, number),
                json.dumps(schedule(cerfa)),
                number,
            ),
        )


def summary(row):
    """Return one element of ``GET /dossiers/etats`` (norm, E4)."""
    return {
        "numeroInterne": str(row["numero_interne"]),
        "numeroExterne": row["numero_externe"],
        "numeroDeca": row["numero_deca"],
        "etat": row["etat"],
    }


def detail(row):
    """Return the answer of ``GET /dossiers`` (norm, 4.3)."""
    cerfa = _as_answered(json.loads(row["cerfa"]))
    cerfa |= summary(row) | {"commentaireEtat": row["commentaire"]}
    cerfa["contrat"] |= {
        "noContrat": row["numero_deca"],
        "dateRupture": row["date_rupture"],
    }
    if row["echeances"] is None:
        return {
            "cerfa": cerfa,
            "echeances": [],
            "detailsFacturation": None,
            "engagementsFraisAnnexe": [],
        }
    settled = row["etat"] == states.SOLDE
    echeances = json.loads(row["echeances"])
    return {
        "cerfa": cerfa,
        "echeances": paid(echeances) if settled else echeances,
        "detailsFacturation": billing_details(settled),
        "engagementsFraisAnnexe": ancillary_costs(),
    }


def _contract_identity(cerfa):
    return (
        cerfa["employeur"]["siret"],
        cerfa["apprenti"]["nir"][:13],
        wire_date(cerfa["contrat"]["dateDebutContrat"]).isoformat(),
        cerfa["contrat"]["typeContratApp"],
    )


def _as_answered(value):
    # answers of the norm write offsets without a colon
    if isinstance(value, dict):
        return {key: _as_answered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_answered(item) for item in value]
    if isinstance(value, str):
        return COLON_OFFSET.sub(r"\1\2", value)
    return value
