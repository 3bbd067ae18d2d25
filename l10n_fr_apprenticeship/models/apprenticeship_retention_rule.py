# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

BATCH = 50


class ApprenticeshipRetentionRule(models.Model):
    """How long something personal is kept, from when, and by which text.

    A rule only says what is due: nothing is emptied before a manager runs the purge, or
    switches its scheduled action on.
    """

    _name = "apprenticeship.retention.rule"
    _description = "Retention Rule of Personal Data"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    subject = fields.Selection(
        [("file", "File of the contract")], string="What is emptied", required=True
    )
    concluded_from = fields.Date(
        string="Contracts concluded from", help="Empty: however old."
    )
    concluded_to = fields.Date(
        string="Contracts concluded until", help="Empty: however recent."
    )
    event = fields.Selection(
        [
            ("conclusion", "Conclusion of the contract"),
            ("end", "End of the contract"),
            ("creation", "Creation of the record"),
        ],
        string="Kept since",
        required=True,
        default="conclusion",
    )
    keep_months = fields.Integer(string="Months kept")
    keep_until = fields.Date(
        string="Kept until", help="A day set by law, in the place of a duration."
    )
    legal_basis = fields.Text(required=True, translate=True)

    _one_term = models.Constraint(
        "CHECK((keep_until IS NOT NULL AND COALESCE(keep_months, 0) = 0)"
        " OR (keep_until IS NULL AND COALESCE(keep_months, 0) > 0))",
        "A retention rule has either a number of months or a day.",
    )

    @api.model
    def _subjects(self):
        """Return, by subject, what a contract is asked for it.

        :return: {subject: (field of the day it was emptied, method that says what would
            be emptied, method that empties)}
        """
        return {"file": ("file_purged_on", "_describe_file", "_purge_file")}

    def _due_contracts(self):
        """Return the contracts whose time is over, among those this user may read."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        found = self.env["apprenticeship.contract"].search(
            self._domain_of_term(today)
            & self._domain_of_finished(today)
            & Domain(self._subjects()[self.subject][0], "=", False)
        )
        return found._purgeable()._whole_families(self._subjects()[self.subject][0])

    def _domain_of_term(self, today):
        domain = Domain.TRUE
        if self.concluded_from:
            domain &= Domain("date_conclusion", ">=", self.concluded_from)
        if self.concluded_to:
            domain &= Domain("date_conclusion", "<=", self.concluded_to)
        if self.keep_until:
            return domain & (Domain.TRUE if today > self.keep_until else Domain.FALSE)
        field = {
            "conclusion": "date_conclusion",
            "end": "date_end",
            "creation": "create_date",
        }[self.event]
        before = today - relativedelta(months=self.keep_months)
        return domain & Domain(field, "!=", False) & Domain(field, "<", before)

    @api.model
    def _domain_of_finished(self, today):
        """A contract that runs keeps its data, whatever the rules say."""
        return (
            Domain("date_end", "<", today)
            | Domain("state", "in", ("broken", "cancelled"))
            | (Domain("date_end", "=", False) & Domain("state", "=", "draft"))
        )

    def _describe(self, contracts):
        """Return the lines that say what would be emptied of these contracts."""
        return getattr(contracts.sudo(), self._subjects()[self.subject][1])()

    def _purge(self, contracts):
        """Empty what the rule is about; there is no way back."""
        marker, _describe, purge = self._subjects()[self.subject]
        purged = contracts.sudo().with_context(tracking_disable=True)
        getattr(purged, purge)()
        purged.write({marker: fields.Date.context_today(self)})
        for contract in purged:
            contract._message_log(
                body=self.env._(
                    "Personal data erased by the rule « %(rule)s ».", rule=self.name
                )
            )

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_purge(self):
        """Apply every rule; shipped switched off, a manager's decision."""
        for rule in self.search([("active", "=", True)]):
            due = rule._due_contracts()
            for start in range(0, len(due), BATCH):
                contracts = due[start : start + BATCH]
                rule._purge(contracts)
                _logger.info("%s: %s contracts purged", rule.name, len(contracts))
                self.env["ir.cron"]._commit_progress(len(contracts))
