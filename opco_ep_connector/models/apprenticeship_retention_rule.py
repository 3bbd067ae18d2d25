# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ApprenticeshipRetentionRule(models.Model):
    _inherit = "apprenticeship.retention.rule"

    subject = fields.Selection(
        selection_add=[("exchanges", "What was exchanged with the OPCO")],
        ondelete={"exchanges": "cascade"},
    )

    @api.model
    def _subjects(self):
        return super()._subjects() | {
            "exchanges": (
                "opco_purged_on",
                "_opco_describe_exchanges",
                "_opco_purge_exchanges",
            )
        }
