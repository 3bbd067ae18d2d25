# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from .opco_connection import KEY_ADMINISTRATOR

REVIEWED_GROUPS = (
    "l10n_fr_apprenticeship.group_contract_user",
    "l10n_fr_apprenticeship.group_contract_manager",
    "l10n_fr_apprenticeship.group_personal_data",
    "opco_ep_connector.group_consult",
    "opco_ep_connector.group_transmit",
    "opco_ep_connector.group_key_administrator",
    "base.group_system",
)
SIGNATURE = frozenset(("state", "reviewed_by", "reviewed_at", "line_ids"))
ACTIVITY_TYPE = "opco_ep_connector.mail_activity_type_access_review"


class OpcoAccessReview(models.Model):
    """Each quarter, who has which group in a company, looked at by a named person.

    The lists stay as they were that day, which proves the review.
    """

    _name = "opco.access.review"
    _description = "Review of the Accesses"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "quarter desc, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    quarter = fields.Date(
        required=True, readonly=True, help="First day of the quarter."
    )
    line_ids = fields.One2many("opco.access.review.line", "review_id", readonly=True)
    state = fields.Selection(
        [("todo", "To do"), ("done", "Done")],
        required=True,
        readonly=True,
        default="todo",
        tracking=True,
    )
    reviewed_by = fields.Char(readonly=True)
    reviewed_at = fields.Datetime(string="Reviewed on", readonly=True)
    remark = fields.Text(help="What was found and removed.")

    _quarter_uniq = models.Constraint(
        "UNIQUE(company_id, quarter)", "This quarter already has its review."
    )

    @api.depends("quarter", "company_id.name")
    def _compute_name(self):
        for review in self:
            quarter = review.quarter
            review.name = self.env._(
                "%(company)s, quarter %(number)s of %(year)s",
                company=review.company_id.name,
                number=(quarter.month + 2) // 3,
                year=quarter.year,
            )

    @api.depends("name")
    def _compute_display_name(self):
        for review in self:
            review.display_name = review.name

    def write(self, vals):
        if not self.env.su:
            if "done" in self.mapped("state"):
                raise AccessError(
                    self.env._("A review that is done no longer changes.")
                )
            if SIGNATURE & vals.keys():
                raise AccessError(self.env._("Only the button signs a review."))
        return super().write(vals)

    def action_done(self):
        """Sign the review with one's name and the time."""
        if not self.env.user.has_group(KEY_ADMINISTRATOR):
            raise UserError(self.env._("Only key administrators review the accesses."))
        self.check_access("write")
        for review in self.sudo().filtered(lambda one: one.state == "todo"):
            review.write(
                {
                    "state": "done",
                    "reviewed_by": self.env.user.name,
                    "reviewed_at": fields.Datetime.now(),
                }
            )
            review.activity_feedback([ACTIVITY_TYPE])

    @api.model
    def _open_quarter(self, company):
        """Return the review of this quarter, made now if it is not there yet."""
        quarter = fields.Date.start_of(fields.Date.context_today(self), "quarter")
        review = self.search(
            [("company_id", "=", company.id), ("quarter", "=", quarter)]
        )
        if review:
            return review
        review = self.create(
            {
                "company_id": company.id,
                "quarter": quarter,
                "line_ids": [
                    Command.create(values) for values in self._accesses_to(company)
                ],
            }
        )
        for person in review._reviewers():
            review.activity_schedule(
                ACTIVITY_TYPE,
                fields.Date.end_of(quarter, "quarter"),
                user_id=person.id,
            )
        return review

    @api.model
    def _accesses_to(self, company):
        groups = [self.env.ref(xml_id) for xml_id in REVIEWED_GROUPS]
        return [
            {
                "group": group.full_name,
                "user_name": user.name,
                "login": user.login,
                "last_seen_on": user.login_date,
            }
            for group in groups
            for user in group.all_user_ids.sorted("name")
            if user.active and company in user.company_ids
        ]

    def _reviewers(self):
        """Return who answers for the tokens of the company."""
        connections = self.env["opco.connection"].search(
            [("company_id", "=", self.company_id.id)], order="id"
        )
        reviewers = self.env["res.users"]
        for connection in connections:
            reviewers |= connection._people_in_charge()
        return reviewers

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_review(self):
        """Open the review of the quarter of each company that has a connection."""
        for (company,) in self.env["opco.connection"]._read_group([], ["company_id"]):
            self._open_quarter(company)
