# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Token server, as Keycloak (norm, 1.2)."""

from flask import Blueprint, jsonify, request

from ..answers import oauth
from ..sandbox import current

blueprint = Blueprint("token", __name__)

PATH = "/auth/realms/interopco-partenaires/protocol/openid-connect/token"


@blueprint.post(PATH)
def issue():
    """Exchange the editor's credentials for a token; a scope is ignored."""
    grant = request.form.get("grant_type")
    if not grant:
        raise oauth(400, "invalid_request", "Missing form parameter: grant_type")
    if grant != "client_credentials":
        raise oauth(400, "unsupported_grant_type", "Unsupported grant_type")
    sandbox = current()
    client_id = request.form.get("client_id", "")
    client_secret = request.form.get("client_secret", "")
    if not sandbox.tokens.knows_client(client_id, client_secret):
        raise oauth(
            401, "invalid_client", "Invalid client or Invalid client credentials"
        )
    lifetime = sandbox.settings["token_lifetime"]
    return jsonify(
        access_token=sandbox.tokens.issue(lifetime),
        expires_in=lifetime,
        token_type="Bearer",
    )
