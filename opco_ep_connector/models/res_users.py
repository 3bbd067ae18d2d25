# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    opco_weekly_digest = fields.Boolean(
        string="Weekly OPCO digest",
        default=True,
        help="On Mondays, an e-mail with the number of contracts to transmit, late, "
        "rejected…, for those who manage the contracts or administer the keys.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "opco_weekly_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "opco_weekly_digest"]
