# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class OpcoKeyCoverage(models.TransientModel):
    """Which sites have no key, and who could look after the keys."""

    _name = "opco.key.coverage"
    _description = "Sites and Key Administrators"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    site_ids = fields.Many2many(
        "res.partner", string="Sites without a token", compute="_compute_site_ids"
    )
    contract_count = fields.Integer(
        string="Contracts of these sites", compute="_compute_site_ids"
    )
    administrator_ids = fields.Many2many(
        "res.users", string="Key administrators", compute="_compute_administrators"
    )
    needs_another_administrator = fields.Boolean(compute="_compute_administrators")

    @api.depends("company_id")
    def _compute_site_ids(self):
        for report in self:
            contracts = report._contracts_without_route()
            report.site_ids = contracts.sudo().training_centre_id
            report.contract_count = len(contracts)

    def _contracts_without_route(self):
        contracts = self.env["apprenticeship.contract"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("draft", "ready")),
            ]
        )
        _connections, reasons = contracts._opco_route()
        return contracts.browse(contract.id for contract in reasons)

    @api.depends("company_id")
    def _compute_administrators(self):
        connections = self.env["opco.connection"]
        for report in self:
            administrators = connections._key_administrators(report.company_id)
            report.administrator_ids = administrators
            report.needs_another_administrator = len(administrators) < 2

    @api.model
    def action_open(self):
        report = self.create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sites and key administrators"),
            "res_model": self._name,
            "res_id": report.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
