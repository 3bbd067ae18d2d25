# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import http
from odoo.http import request


class KeyHelp(http.Controller):
    """The questions that people ask about the key, on a page of their own."""

    @http.route("/opco/help/token", type="http", auth="user", methods=["GET"])
    def show(self):
        profile = request.env.ref("opco_ep_connector.profile_opco_ep").sudo()
        return request.render(
            "opco_ep_connector.key_help", {"key_path": profile.key_path}
        )
