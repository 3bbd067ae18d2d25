# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Validity of the key of a training centre (norm, E12)."""

from flask import Blueprint, jsonify, request

from ..sandbox import current
from .business import business_call, opens

blueprint = Blueprint("keyinfo", __name__)

SIREN_LENGTH = 9


@blueprint.get("/v2/cfakeyinfo")
@opens("cfakeyinfo")
@business_call
def tell():
    """E12: until when the key of this SIREN is valid."""
    siren = request.args.get("siren", "")
    key = request.args.get("XAPIKEY", "")
    if len(siren) < SIREN_LENGTH:
        return _answer("error", None, "siren : 9 chiffres au moins sont attendus.")
    until = current().keys.valid_until(key, siren[:SIREN_LENGTH])
    if until is None:
        return _answer("error", None, "Cette clé n'est pas celle de ce SIREN.")
    return _answer("success", until.isoformat(), None)


def _answer(status, until, comment):
    return jsonify(status=status, dateFinValidite=until, comment=comment)
