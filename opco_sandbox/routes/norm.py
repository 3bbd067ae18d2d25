# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Business calls of the norm, with OPCO EP's behaviour."""

from functools import wraps

from flask import Blueprint, g, jsonify, request

from ..answers import Refusal, comment, errors, gateway
from ..dossiers import detail, summary
from ..formats import is_siret
from ..sandbox import current
from ..validation import NotJson, as_error, problems, read_body

blueprint = Blueprint("norm", __name__)

SOFTWARE_HEADERS = ("EDITEUR", "LOGICIEL", "VERSION")
NUMBERS = ("numeroInterne", "numeroExterne", "numeroDeca")
REFUSED = "Le dossier comporte des erreurs."


def business_call(view):
    """Check bearer, key and headers; ``g.siret`` is then the key's SIRET."""

    @wraps(view)
    def checked(*args, **kwargs):
        _check_bearer()
        g.siret = _key_owner()
        g.software = _software_headers()
        return view(*args, **kwargs)

    return checked


def _check_bearer():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not current().tokens.accepts(token.strip()):
        raise gateway(401, "Unauthorized")


def _key_owner():
    siret = current().keys.owner(request.headers.get("X-API-KEY", ""))
    if siret is None:
        raise gateway(403, "Clé API inconnue ou révoquée")
    return siret


def _software_headers():
    software = {
        name: request.headers.get(name, "").strip() for name in SOFTWARE_HEADERS
    }
    missing = [name for name, value in software.items() if not value]
    if missing:
        raise errors(
            "En-tête obligatoire absent.",
            [
                {
                    "code": "ENTETE_OBLIGATOIRE",
                    "description": f"L'en-tête {name} est obligatoire.",
                }
                for name in missing
            ],
        )
    return software


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
    except Refusal as refusal:
        cerfa = document.get("cerfa") if document else None
        sandbox.ledger.record_rejected(
            body, g.software, cerfa, refusal.status, _reasons(refusal.body)
        )
        raise
    cerfa = document["cerfa"]
    with sandbox.database.transaction():
        row, duplicate = sandbox.dossiers.add(cerfa, sandbox.settings.today())
        sandbox.ledger.record_accepted(
            body, g.software, cerfa, row["numero_interne"], duplicate
        )
    received = summary(row)
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


def _reasons(body):
    if body["errors"]:
        return [error["description"] for error in body["errors"]]
    return [body["comment"]]


@blueprint.get("/v1/dossiers")
@business_call
def read():
    """E3: read one dossier by one of its three numbers."""
    asked = [name for name in NUMBERS if request.args.get(name)]
    if len(asked) != 1:
        sentence = f"Un seul paramètre attendu parmi {', '.join(NUMBERS)}."
        raise errors(sentence, [{"code": "PARAMETRE", "description": sentence}])
    value = request.args[asked[0]]
    row = current().dossiers.find(asked[0], value, g.siret[:9])
    if row is None:
        raise comment(400, f"Aucun dossier trouvé pour {asked[0]} = {value[:40]}.")
    return jsonify(detail(row))


@blueprint.get("/v1/dossiers/etats")
@business_call
def list_states():
    """E4: states of all the dossiers of the key's SIREN, without pages."""
    return jsonify([summary(row) for row in current().dossiers.of_siren(g.siret[:9])])
