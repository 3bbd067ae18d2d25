# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    opco_connection_ids = fields.Many2many(
        "opco.connection",
        string="OPCO connections",
        compute="_compute_opco_connection_ids",
    )
    opco_needs_another_administrator = fields.Boolean(
        compute="_compute_opco_needs_another_administrator"
    )

    @api.depends("company_id")
    def _compute_opco_connection_ids(self):
        for settings in self:
            settings.opco_connection_ids = self.env["opco.connection"].search(
                [("company_id", "=", settings.company_id.id)]
            )

    @api.depends("company_id")
    def _compute_opco_needs_another_administrator(self):
        connections = self.env["opco.connection"]
        for settings in self:
            administrators = connections._key_administrators(settings.company_id)
            settings.opco_needs_another_administrator = len(administrators) < 2
