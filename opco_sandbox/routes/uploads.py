# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Conventions (norm, E6 and 5.1) and documents (E9 and 3)."""

from contextlib import contextmanager

from flask import Blueprint, g, jsonify, request

from ..answers import Refusal, Verdict, comment, errors
from ..files import CONVENTION, DOCUMENT
from ..formats import is_date_time
from ..sandbox import current
from ..schemas import load
from ..uploads import BEGINNINGS, file_part, json_part
from .business import business_call, opens

blueprint = Blueprint("uploads", __name__)

CONVENTION_SCHEMA = load("convention")
DOCUMENT_SCHEMA = load("document")
PERIODS = (
    ("contrat", "dateDebutContrat", "dateFinContrat"),
    ("formation", "dateDebutFormation", "dateFinFormation"),
)


@blueprint.post("/v1/conventions")
@opens("conventions")
@business_call
def deposit_convention():
    """E6: deposit the training agreement of a dossier."""
    with _recorded_refusals(CONVENTION):
        document = json_part(request, "convention", CONVENTION_SCHEMA)
        file, size = file_part(request, (".pdf",), current().settings.max_file())
        row = _dossier(document["numeroInterneDossier"])
        _check_convention(document, row)
    return _accept(CONVENTION, row, (file, size), document)


@blueprint.post("/v1/documents")
@opens("documents")
@business_call
def deposit_document():
    """E9: attach a file to a dossier."""
    with _recorded_refusals(DOCUMENT):
        document = json_part(request, "infosFichier", DOCUMENT_SCHEMA)
        file, size = file_part(
            request, tuple(BEGINNINGS), current().settings.max_file()
        )
        rows = [_target(item) for item in document["objets"]]
    return _accept(DOCUMENT, rows[0], (file, size), document)


@contextmanager
def _recorded_refusals(flow):
    try:
        yield
    except Refusal as refusal:
        is_verdict = isinstance(refusal, Verdict)
        reasons = refusal.reasons() if is_verdict else [refusal.body["message"]]
        file = request.files.get("fichier")
        name = file.filename if file else None
        current().files.record_rejected(flow, refusal.status, name, reasons)
        raise


def _dossier(number):
    row = current().dossiers.find("numeroInterne", number, g.siret[:9])
    if row is None:
        raise comment(400, f"Aucun dossier trouvé pour numeroInterne = {number[:40]}.")
    return row


def _target(item):
    if item["typeObjet"] == "FACTURE":
        raise comment(400, f"Aucune facture {item['idObjet'][:40]}.")
    return _dossier(item["idObjet"])


def _check_convention(document, row):
    siret = document["organismeFormation"]["siret"]
    if siret[:9] != g.siret[:9]:
        raise comment(
            403,
            f"La clé API n'est pas habilitée pour l'organisme de formation {siret}.",
        )
    found = []
    employer = document["employeur"]["siret"]
    if employer != row["employer_siret"]:
        found.append(f"employeur.siret : {employer} n'est pas l'employeur du dossier.")
    for part, first, last in PERIODS:
        start, end = document[part][first], document[part][last]
        if is_date_time(start) and end[:10] <= start[:10]:
            found.append(f"{part}.{last} : la fin n'est pas postérieure au début.")
    if found:
        raise errors(
            "La convention comporte des erreurs.",
            [{"code": "INCOHERENCE", "description": text} for text in found],
        )


def _accept(flow, row, received, infos):
    (file, size), sandbox = received, current()
    sha256 = sandbox.files.keep(file.stream)
    number = row["numero_interne"]
    with sandbox.database.transaction():
        sandbox.files.record_accepted(
            flow, number, (file.filename, size), sha256, infos
        )
    return jsonify(numeroInterne=str(number), comment=None)
