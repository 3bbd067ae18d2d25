# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Admin API: a loopback tool without authentication, no part of the norm."""

from flask import Blueprint, jsonify, request

from .. import states
from ..answers import admin
from ..formats import is_siret
from ..sandbox import current
from ..scenario import apply

blueprint = Blueprint("admin", __name__, url_prefix="/sandbox")


def _json_object():
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise admin(400, "Un objet JSON est attendu (Content-Type: application/json).")
    return body


@blueprint.get("/keys")
def list_keys():
    """Keys issued, without the keys themselves."""
    return jsonify(current().keys.all())


@blueprint.post("/keys")
def issue_key():
    """Issue a key for a SIRET; the former one stops working."""
    siret = _json_object().get("siret")
    if not isinstance(siret, str) or not is_siret(siret):
        raise admin(400, "siret : SIRET de 14 chiffres attendu.")
    return jsonify(siret=siret, key=current().keys.issue(siret)), 201


@blueprint.get("/deposits")
def list_deposits():
    """The ledger, newest first."""
    ledger = current().ledger
    if request.args.get("duplicates"):
        return jsonify(ledger.duplicates())
    return jsonify(ledger.all())


@blueprint.get("/deposits/summary")
def summarize_deposits():
    """How many deposits, contracts and duplicates."""
    return jsonify(current().ledger.summary())


@blueprint.get("/files")
def list_files():
    """Files received, refused ones included, newest first."""
    return jsonify(current().files.all())


@blueprint.get("/calls")
def list_calls():
    """Number of calls by method, path and status."""
    return jsonify(current().calls.all())


@blueprint.delete("/calls")
def clear_calls():
    """Count again from nothing."""
    current().calls.clear()
    return "", 204


@blueprint.post("/scenario")
def play_scenario():
    """Apply what a scenario file may hold."""
    try:
        apply(current(), _json_object())
    except (ValueError, TypeError, AttributeError) as error:
        raise admin(400, str(error)) from error
    return "", 204


@blueprint.get("/closed-establishments")
def list_closed():
    """SIRETs of employers the OPCO knows as closed."""
    return jsonify(current().closed.all())


@blueprint.post("/dossiers/<int(max=9999999999):number>/state")
def set_state(number):
    """Move a dossier to any state."""
    body = _json_object()
    etat, comment = body.get("etat"), body.get("comment")
    if not isinstance(etat, str) or not etat:
        raise admin(400, f"etat : un texte, par exemple {', '.join(states.LABELS)}.")
    if comment is not None and not isinstance(comment, str):
        raise admin(400, "comment : un texte ou null.")
    sandbox = current()
    row = sandbox.dossiers.set_state(number, etat, comment, sandbox.settings.today())
    if row is None:
        raise admin(404, f"Aucun dossier {number}.")
    summary = sandbox.dossiers.summary(row)
    return jsonify(summary | {"commentaireEtat": row["commentaire"]})


@blueprint.get("/faults")
def list_faults():
    """Faults, played ones included."""
    return jsonify([fault.as_json() for fault in current().faults.all()])


@blueprint.post("/faults")
def add_fault():
    """Add one fault."""
    try:
        fault = current().faults.add(_json_object())
    except (ValueError, TypeError, AttributeError) as error:
        raise admin(400, str(error)) from error
    return jsonify(fault.as_json()), 201


@blueprint.delete("/faults")
def clear_faults():
    """Forget every fault."""
    current().faults.clear()
    return "", 204


@blueprint.delete("/faults/<int:number>")
def remove_fault(number):
    """Forget one fault."""
    current().faults.remove(number)
    return "", 204


@blueprint.get("/settings")
def list_settings():
    """Every setting."""
    return jsonify(current().settings.all())


@blueprint.post("/settings")
def change_settings():
    """Change some settings."""
    try:
        return jsonify(current().settings.change(_json_object()))
    except (ValueError, TypeError) as error:
        raise admin(400, str(error)) from error


@blueprint.post("/reset")
def reset():
    """Forget everything."""
    current().reset()
    return "", 204
