# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Early termination told for the employer (norm, E11 and 5.6).

The body of this call is not public: ``numeroInterne`` and ``dateRupture`` are a guess.
"""

from flask import Blueprint, g, jsonify, request

from .. import states
from ..answers import comment, errors
from ..rules import to_day
from ..sandbox import current
from ..schedule import wire_date
from ..schemas import load
from ..validation import NotJson, as_error, one_per_path, read_body, schema_problems
from .business import business_call, opens

blueprint = Blueprint("rupture", __name__)

SCHEMA = load("rupture")
ENDED = (states.REFUSE, states.ANNULE, states.RUPTURE, states.SOLDE)


@blueprint.post("/v2/dossiers/rupture/employeur")
@opens("rupture")
@business_call
def terminate():
    """E11: the contract ends early."""
    sandbox, wish = current(), _wish()
    number = wish["numeroInterne"]
    row = sandbox.dossiers.find("numeroInterne", number, g.siret[:9])
    if row is None:
        raise comment(400, f"Aucun dossier trouvé pour numeroInterne = {number[:40]}.")
    day = to_day(wish["dateRupture"])
    _check(row, day)
    row = sandbox.dossiers.set_state(
        row["numero_interne"], states.RUPTURE, row["commentaire"], day
    )
    return jsonify(sandbox.dossiers.summary(row) | {"dateRupture": row["date_rupture"]})


def _wish():
    try:
        wish = read_body(request.get_data())
    except NotJson as error:
        sentence = str(error)
        raise errors(
            sentence, [{"code": "JSON_INVALIDE", "description": sentence}]
        ) from error
    found = one_per_path(schema_problems(SCHEMA, wish))
    if found:
        raise errors("La rupture comporte des erreurs.", [as_error(p) for p in found])
    return wish


def _check(row, day):
    if row["etat"] in ENDED:
        label = states.label(row["etat"])
        raise comment(400, f"Le dossier est à l'état « {label} ».")
    contract = current().dossiers.cerfa(row)["contrat"]
    start = wire_date(contract["dateDebutContrat"])
    end = wire_date(contract["dateFinContrat"])
    if not start <= day <= end:
        sentence = (
            f"dateRupture : le {day:%d/%m/%Y} est hors du contrat"
            f" ({start:%d/%m/%Y} – {end:%d/%m/%Y})."
        )
        raise errors(sentence, [{"code": "DATE_INCOHERENTE", "description": sentence}])
