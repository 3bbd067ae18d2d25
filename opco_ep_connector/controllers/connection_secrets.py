# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..models.opco_connection import KEY_ADMINISTRATOR

# A key is about 1,500 characters long.
MAX_LENGTH = 64 * 1024
# Time to make the new key on the portal after Odoo has asked the password.
IDENTITY_SECONDS = 30 * 60


class ConnectionSecrets(http.Controller):
    """The one way by which a key enters.

    A form post, because the arguments of an RPC are logged at debug level. To replace a
    secret, one's identity must have been checked shortly before, by Odoo's own check,
    which knows nothing of the secret.
    """

    @http.route(
        "/opco/connection/<int:connection_id>/secrets",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def save(self, connection_id, api_key=None, api_key_file=None, client_secret=None):
        try:
            connection = self._connection(connection_id)
            key = self._text_of(api_key_file) if api_key_file else api_key or None
            self._keep(connection, key, client_secret or None)
        except (AccessError, UserError) as error:
            request.env.cr.rollback()
            return request.make_json_response({"error": str(error)}, status=422)
        return request.make_json_response(
            {"saved": True, "works": connection.state == "active"}
        )

    def _keep(self, connection, api_key, client_secret):
        if connection._replaces_a_secret(api_key, client_secret):
            self._check_identity_was_checked()
        if connection.state == "inactive":
            connection._store_secrets(api_key=api_key, client_secret=client_secret)
        else:
            connection._replace_secrets(api_key=api_key, client_secret=client_secret)

    def _check_identity_was_checked(self):
        checked_at = request.session.get("identity-check-last", 0)
        if checked_at < time.time() - IDENTITY_SECONDS:
            raise UserError(
                request.env._(
                    "Confirm your password first: close this window and click "
                    "« Replace the token » again."
                )
            )

    def _connection(self, connection_id):
        if not request.env.user.has_group(KEY_ADMINISTRATOR):
            raise AccessError(
                request.env._("Only key administrators may change the secrets.")
            )
        connection = request.env["opco.connection"].browse(connection_id).exists()
        connection.check_access("write")
        if not connection:
            raise UserError(request.env._("This connection no longer exists."))
        return connection

    def _text_of(self, file):
        content = file.read(MAX_LENGTH + 1)
        if len(content) > MAX_LENGTH:
            raise UserError(
                request.env._(
                    "This file is too large for a token: choose the portal's .txt file."
                )
            )
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UserError(
                request.env._("This file is not a text: choose the portal's .txt file.")
            ) from None
