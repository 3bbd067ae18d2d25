# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..models.opco_connection import KEY_ADMINISTRATOR

# A key is about 1,500 characters long.
MAX_LENGTH = 64 * 1024


class ConnectionSecrets(http.Controller):
    """The one way by which a key enters.

    A form post, because the arguments of an RPC are logged at debug level.
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
            connection._store_secrets(
                api_key=self._text_of(api_key_file)
                if api_key_file
                else api_key or None,
                client_secret=client_secret or None,
            )
        except (AccessError, UserError) as error:
            request.env.cr.rollback()
            return request.make_json_response({"error": str(error)}, status=422)
        return request.make_json_response({"saved": True})

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
