# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class OpcoLink(models.TransientModel):
    """Say by hand which contract a dossier deposited elsewhere is."""

    _name = "opco.link"
    _description = "Link an OPCO Dossier to a Contract"
    _check_company_auto = True

    dossier_id = fields.Many2one("opco.dossier", required=True, readonly=True)
    company_id = fields.Many2one(related="dossier_id.company_id")
    number = fields.Char(string="OPCO number", related="dossier_id.internal_number")
    employer_siret = fields.Char(related="dossier_id.employer_siret")
    date_start = fields.Date(related="dossier_id.date_start")
    contract_id = fields.Many2one(
        "apprenticeship.contract",
        required=True,
        check_company=True,
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        domain=[("opco_is_to_transmit", "=", True)],
    )

    @api.depends("dossier_id")
    def _compute_contract_id(self):
        for wizard in self:
            wizard.contract_id = wizard.dossier_id.proposed_contract_id

    def action_link(self):
        """Link; the contract follows the dossier and is not sent."""
        self.ensure_one()
        self.contract_id._opco_check_transmitter()
        self.dossier_id.check_access("read")
        self.dossier_id.sudo()._link(self.contract_id.sudo())
        return self.contract_id._get_records_action()
