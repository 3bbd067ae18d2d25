# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ApprenticeshipTermination(models.TransientModel):
    """What becomes of an early termination that the OPCO does not take from here."""

    _inherit = "apprenticeship.termination"

    opco_closed_text = fields.Char(
        compute="_compute_opco_closed_text",
        groups="opco_ep_connector.group_consult",
    )

    @api.depends("contract_id")
    @api.depends_context("uid", "lang")
    def _compute_opco_closed_text(self):
        self.opco_closed_text = False
        for wizard in self.filtered(lambda one: one.contract_id._opco_has_number()):
            profile = wizard.contract_id._opco_profile_closed_to_terminations()
            if profile:
                wizard.opco_closed_text = self.env._(
                    "Early terminations are not open at %(opco)s: what you state is "
                    "kept here, and a to-do tells you what to enter on its portal.",
                    opco=profile.name,
                )
