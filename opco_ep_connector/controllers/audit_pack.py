# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import content_disposition, request

TYPES = {"zip": "application/zip", "csv": "text/csv; charset=utf-8"}


class AuditPackDownload(http.Controller):
    """The pack is made when it is asked for: no copy stays in the database."""

    @http.route(
        "/opco/audit-pack/<int:wizard_id>.<any(zip, csv):kind>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download(self, wizard_id, kind):
        wizard = request.env["opco.audit.pack"].browse(wizard_id)
        if not wizard.search_count([("id", "=", wizard_id)]):
            raise request.not_found()
        pack = wizard._pack()
        file = pack.zip_file() if kind == "zip" else pack.csv_file()
        return request.make_response(
            wrap_file(request.httprequest.environ, file),
            [
                ("Content-Type", TYPES[kind]),
                ("Content-Disposition", content_disposition(f"{pack.name}.{kind}")),
                ("Cache-Control", "no-store"),
            ],
        )
