# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dossiers held by the OPCO."""

import json
import re

from . import agenda, states
from .deca import deca_number
from .schedule import (
    ancillary_costs,
    billing_details,
    paid,
    schedule,
    schedule_until,
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

    def __init__(self, database, settings, agenda):
        self._database = database
        self._settings = settings
        self._agenda = agenda

    def amended(self, deca, siren):
        """Return the row an amendment is about, or None: only a committed contract."""
        row = self.find("numeroDeca", deca, siren)
        return row if row and row["etat"] == states.ENGAGE else None

    def add_amendment(self, cerfa, today, original):
        """Store a validated amendment of a row; return ``(row, duplicate)``.

        Amendments of amendments are numbered with those of the first contract.
        """
        row, duplicate = self.add(cerfa, today)
        root = original["amends"] or original["numero_interne"]
        before = self._database.run(
            "SELECT COUNT(*) AS count FROM dossiers WHERE amends = ?", (root,)
        )
        self._database.run(
            "UPDATE dossiers SET amends = ?, no_avenant = ? WHERE numero_interne = ?",
            (root, str(before[0]["count"] + 1), row["numero_interne"]),
        )
        return self.get(row["numero_interne"]), duplicate

    def add(self, cerfa, today):
        """Store a validated dossier; return ``(row, duplicate)``.

        The norm has no idempotency: the same body twice makes two dossiers.
        """
        identity = contract_identity(cerfa)
        duplicate = bool(
            self._database.run(
                "SELECT 1 FROM dossiers WHERE identity = ? AND etat NOT IN (?, ?)"
                " LIMIT 1",
                (identity, states.REFUSE, states.ANNULE),
            )
        )
        number = self._next_number()
        contract = cerfa["contrat"]
        self._database.run(
            "INSERT INTO dossiers (numero_interne, numero_externe, etat, received_at,"
            " cfa_siren, employer_siret, nir13, start_date, contract_type, cerfa,"
            " identity, external_shown)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                f"EP-{today.year}-{number - FIRST_NUMBER + 1:07d}",
                states.TRANSMIS,
                now(),
                cerfa["organismeFormation"]["siret"][:9],
                cerfa["employeur"]["siret"],
                cerfa["apprenti"]["nir"][:13],
                contract["dateDebutContrat"][:10],
                contract["typeContratApp"],
                json.dumps(cerfa, ensure_ascii=False),
                identity,
                self._settings["external_number_delay"] == 0,
            ),
        )
        self._plan(number)
        if self._settings["deca"] == "at_deposit":
            self._give_deca(number)
        return self.get(number), duplicate

    def _plan(self, number):
        if delay := self._settings["external_number_delay"]:
            self._agenda.plan(number, delay, agenda.EXTERNAL_NUMBER)
        for step in self._settings["progress"]:
            self._agenda.plan(
                number, step["after"], agenda.STATE, step["etat"], step.get("comment")
            )

    def let_time_pass(self):
        """Do what the agenda says is due."""
        while self._agenda.is_due:
            with self._database.transaction():
                step = self._agenda.take()
                if step:
                    self._do(step)

    def _do(self, step):
        number = step["numero_interne"]
        if step["step"] == agenda.STATE:
            today = self._settings.today()
            self._move(number, step["etat"], step["comment"], today)
        elif step["step"] == agenda.DECA:
            self._write_deca(number)
        else:
            self._database.run(
                "UPDATE dossiers SET external_shown = 1 WHERE numero_interne = ?",
                (number,),
            )

    def _next_number(self):
        rows = self._database.run("SELECT MAX(numero_interne) AS last FROM dossiers")
        return (rows[0]["last"] or FIRST_NUMBER - 1) + 1

    def get(self, number):
        """Return the row of one ``numeroInterne`` (int), or None."""
        rows = self._database.run(
            "SELECT * FROM dossiers WHERE numero_interne = ?", (number,)
        )
        return rows[0] if rows else None

    @staticmethod
    def cerfa(row):
        """Return what was deposited."""
        return json.loads(row["cerfa"])

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

    def latest(self, limit):
        """Return the last rows, newest first."""
        return self._database.run(
            "SELECT * FROM dossiers ORDER BY numero_interne DESC LIMIT ?", (limit,)
        )

    def set_state(self, number, etat, comment, today):
        """Move a dossier to any state; return its row, or None when unknown.

        ENGAGE gives the DECA number and the payment schedule, RUPTURE its date.
        """
        with self._database.transaction():
            return self._move(number, etat, comment, today)

    def _move(self, number, etat, comment, today):
        row = self.get(number)
        if row is None:
            return None
        self._database.run(
            "UPDATE dossiers SET etat = ?, commentaire = ? WHERE numero_interne = ?",
            (etat, comment, number),
        )
        if etat == states.ENGAGE and row["echeances"] is None:
            self._engage(row)
        if etat == states.RUPTURE:
            self._end_early(row, today)
        return self.get(number)

    def _engage(self, row):
        number = row["numero_interne"]
        self._database.run(
            "UPDATE dossiers SET echeances = ? WHERE numero_interne = ?",
            (json.dumps(schedule(json.loads(row["cerfa"]))), number),
        )
        if self._settings["deca"] == "at_commitment":
            self._give_deca(number)

    def _give_deca(self, number):
        if delay := self._settings["deca_delay"]:
            self._agenda.plan(number, delay, agenda.DECA)
        else:
            self._write_deca(number)

    def _write_deca(self, number):
        cerfa = json.loads(self.get(number)["cerfa"])
        postal_code = cerfa["employeur"]["adresse"]["codePostal"]
        deca = deca_number(postal_code, self._settings.today(), number)
        self._database.run(
            "UPDATE dossiers SET numero_deca = COALESCE(numero_deca, ?)"
            " WHERE numero_interne = ?",
            (deca, number),
        )

    def _end_early(self, row, day):
        echeances = row["echeances"]
        if echeances is not None:
            echeances = json.dumps(schedule_until(json.loads(row["cerfa"]), day))
        self._database.run(
            "UPDATE dossiers SET date_rupture = ?, echeances = ?"
            " WHERE numero_interne = ?",
            (wire_text(day), echeances, row["numero_interne"]),
        )

    def spelled(self, row):
        """Return the state of a row as this OPCO spells it."""
        if row["etat"] == states.RUPTURE:
            return self._settings["rupture_spelling"]
        return row["etat"]

    def summary(self, row):
        """Return one element of ``GET /dossiers/etats`` (norm, E4)."""
        shown = row["external_shown"]
        return {
            "numeroInterne": str(row["numero_interne"]),
            "numeroExterne": row["numero_externe"] if shown else None,
            "numeroDeca": row["numero_deca"],
            "etat": self.spelled(row),
        }

    def detail(self, row):
        """Return the answer of ``GET /dossiers`` (norm, 4.3)."""
        return _detail(row, self.summary(row))


def _detail(row, summary):
    cerfa = _as_answered(json.loads(row["cerfa"]))
    cerfa |= summary | {"commentaireEtat": row["commentaire"]}
    cerfa["contrat"] |= {
        "noContrat": row["numero_deca"],
        "noAvenant": row["no_avenant"],
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


def contract_identity(cerfa):
    """Return what makes two dossiers the same contract, as one text.

    An amendment is told from another of the same contract by its effect.
    """
    contract = cerfa["contrat"]
    parts = (
        cerfa["employeur"]["siret"],
        cerfa["apprenti"]["nir"][:13],
        wire_date(contract["dateDebutContrat"]),
        contract["typeContratApp"],
        (contract.get("dateEffetAvenant") or "")[:10],
    )
    return " ".join(map(str, parts))


def _as_answered(value):
    # answers of the norm write offsets without a colon
    if isinstance(value, dict):
        return {key: _as_answered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_answered(item) for item in value]
    if isinstance(value, str):
        return COLON_OFFSET.sub(r"\1\2", value)
    return value
