# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business calls of the norm, with OPCO EP's behaviour."""

from flask import Blueprint, g, jsonify, request

from ..answers import Verdict, comment, errors
from ..formats import is_siret
from ..rules import AMENDMENTS
from ..sandbox import current
from ..validation import NotJson, as_error, problems, read_body
from .business import business_call, opens

blueprint = Blueprint("norm", __name__)

NUMBERS = ("numeroInterne", "numeroExterne", "numeroDeca")
REFUSED = "Le dossier comporte des erreurs."


@blueprint.get("/v1/status")
def status():
    """E1: the API is alive."""
    return jsonify(status="UP", version="v1", simulation=True)


@blueprint.post("/v1/dossiers")
@business_call
def deposit():
    """E2: deposit a contract or an amendment."""
    sandbox, body = current(), request.get_data()
    document = None
    try:
        document = _read_document(body)
        _check_deposit(document)
        _check_amendment(document["cerfa"]["contrat"])
    except Verdict as refusal:
        cerfa = document.get("cerfa") if document else None
        sandbox.ledger.record_rejected(
            body, g.software, cerfa, refusal.status, refusal.reasons()
        )
        raise
    cerfa = document["cerfa"]
    with sandbox.database.transaction():
        row, duplicate = _add(cerfa)
        sandbox.ledger.record_accepted(
            body, g.software, cerfa, row["numero_interne"], duplicate
        )
    received = sandbox.dossiers.summary(row)
    return jsonify({name: received[name] for name in NUMBERS[:2]})


def _read_document(body):
    if request.mimetype != "application/json":
        raise _unreadable("Le corps doit être de type application/json.")
    try:
        return read_body(body)
    except NotJson as error:
        raise _unreadable(str(error)) from error


def _unreadable(sentence):
    return errors(sentence, [{"code": "JSON_INVALIDE", "description": sentence}])


def _check_deposit(document):
    sandbox = current()
    _check_rights(document)
    found = problems(document, sandbox.settings.today())
    if found:
        raise errors(REFUSED, [as_error(problem) for problem in found])
    siret = document["cerfa"]["employeur"]["siret"]
    if siret in sandbox.closed:
        raise comment(
            400,
            f"L'établissement employeur {siret} est fermé : le contrat ne peut pas"
            " être pris en charge.",
        )


def _check_amendment(contract):
    if contract["typeContratApp"] not in AMENDMENTS:
        return
    sandbox, deca = current(), contract["numeroContratPrecedent"]
    if "avenants" in sandbox.settings["closed_flows"]:
        raise comment(400, "Les avenants ne sont pas acceptés par API.")
    if sandbox.dossiers.amended(deca, g.siret[:9]) is None:
        raise comment(400, f"Aucun contrat engagé trouvé pour le numéro DECA {deca}.")


def _add(cerfa):
    sandbox, contract = current(), cerfa["contrat"]
    today = sandbox.settings.today()
    if contract["typeContratApp"] not in AMENDMENTS:
        return sandbox.dossiers.add(cerfa, today)
    original = sandbox.dossiers.amended(contract["numeroContratPrecedent"], g.siret[:9])
    return sandbox.dossiers.add_amendment(cerfa, today, original)


def _check_rights(document):
    cerfa = document.get("cerfa")
    centre = cerfa.get("organismeFormation") if isinstance(cerfa, dict) else None
    siret = centre.get("siret") if isinstance(centre, dict) else None
    # a malformed SIRET is an error of content, not of rights
    if isinstance(siret, str) and is_siret(siret) and siret[:9] != g.siret[:9]:
        raise comment(
            403,
            f"La clé API n'est pas habilitée pour l'organisme de formation {siret}.",
        )


@blueprint.get("/v1/dossiers")
@business_call
def read():
    """E3: read one dossier by one of its three numbers."""
    return jsonify(current().dossiers.detail(_asked_row()))


@blueprint.get("/v2/dossiers")
@opens("dossiers_v2")
@business_call
def read_v2():
    """E3b: idem, with the total engaged and the comment at the root."""
    row = _asked_row()
    body = current().dossiers.detail(row)
    engagement = round(sum(e["montantTotal"] for e in body["echeances"]), 2)
    return jsonify(body | {"engagement": engagement, "comment": row["commentaire"]})


def _asked_row():
    asked = [name for name in NUMBERS if request.args.get(name)]
    if len(asked) != 1:
        sentence = f"Un seul paramètre attendu parmi {', '.join(NUMBERS)}."
        raise errors(sentence, [{"code": "PARAMETRE", "description": sentence}])
    value = request.args[asked[0]]
    row = current().dossiers.find(asked[0], value, g.siret[:9])
    if row is None:
        raise comment(400, f"Aucun dossier trouvé pour {asked[0]} = {value[:40]}.")
    return row


@blueprint.get("/v1/dossiers/etats")
@business_call
def list_states():
    """E4: states of all the dossiers of the key's SIREN."""
    list_format = current().settings["list_format"]
    if list_format == "paged":
        return jsonify(_page())
    states = _states()
    if list_format == "object" and len(states) == 1:
        return jsonify(states[0])
    return jsonify(states)


@blueprint.get("/v2/dossiers/etats")
@opens("dossiers_v2")
@business_call
def list_states_v2():
    """E4b: idem, by pages."""
    return jsonify(_page())


def _states():
    dossiers = current().dossiers
    return [dossiers.summary(row) for row in dossiers.of_siren(g.siret[:9])]


def _page():
    settings, states = current().settings, _states()
    number = request.args.get("numeroPage", 1, type=int)
    if number < 1:
        sentence = "numeroPage commence à 1."
        raise errors(sentence, [{"code": "PARAMETRE", "description": sentence}])
    size = settings["page_size"]
    first = 0 if settings["page_repeats"] else (number - 1) * size
    shown = states[first : first + size]
    total = settings["page_total"]
    page = {
        "total": len(states) if total is None else total,
        "count": len(shown),
        "page": number,
        "EtatDossierResult": shown,
    }
    return [page] if settings["page_wrapping"] else page
