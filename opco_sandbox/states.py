# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""States of a dossier (norm, 4.1)."""

TRANSMIS = "TRANSMIS"
EN_COURS_INSTRUCTION = "EN_COURS_INSTRUCTION"
ENGAGE = "ENGAGE"
ANNULE = "ANNULE"
REFUSE = "REFUSE"
RUPTURE = "RUPTURE"
SOLDE = "SOLDE"

LABELS = {
    TRANSMIS: "Transmis",
    EN_COURS_INSTRUCTION: "En cours d'instruction",
    ENGAGE: "Engagé",
    ANNULE: "Annulé",
    REFUSE: "Refusé",
    RUPTURE: "Rompu",
    SOLDE: "Soldé",
}


def label(etat):
    """Return the French label of a state; an unknown state is its own label."""
    return LABELS.get(etat, etat)
