# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..pdf_check import LARGEST, MEGABYTE

# What a form adds around its file.
AROUND_FILE = MEGABYTE


class Documents(http.Controller):
    """The way by which documents enter.

    A form post: the file is spooled to the disk as it comes, and looked at there before
    any of it is read into memory. Odoo's own routes read it whole, then keep it
    whatever it is.
    """

    @http.route(
        "/apprenticeship/contract/<int:contract_id>/document",
        type="http",
        auth="user",
        methods=["POST"],
        max_content_length=LARGEST + AROUND_FILE,
    )
    def receive(self, contract_id, kind=None, **_files):
        try:
            contract = self._contract(contract_id)
            file = self._file()
            document = request.env["apprenticeship.document"]._receive(
                contract, kind, file.filename, file.stream
            )
        except (AccessError, UserError) as error:
            request.env.cr.rollback()
            return request.make_json_response({"error": str(error)}, status=422)
        return request.make_json_response({"id": document.id})

    def _file(self):
        file = request.httprequest.files.get("ufile")
        if file is None:
            raise UserError(request.env._("Choose a file to add."))
        return file

    def _contract(self, contract_id):
        contract = request.env["apprenticeship.contract"].browse(contract_id).exists()
        if not contract:
            raise UserError(request.env._("This contract no longer exists."))
        return contract
