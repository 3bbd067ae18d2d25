# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class OpcoAccessReviewLine(models.Model):
    """One person in one group, on the day of the review."""

    _name = "opco.access.review.line"
    _description = "Access Reviewed"
    _order = "id"
    _rec_name = "user_name"

    review_id = fields.Many2one(
        "opco.access.review",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="review_id.company_id", store=True, index=True)
    group = fields.Char(required=True, readonly=True)
    user_name = fields.Char(string="User", required=True, readonly=True)
    login = fields.Char(readonly=True)
    last_seen_on = fields.Datetime(string="Last connection", readonly=True)
