# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import format_date

from ..cerfa.clock import (
    DEPOSIT_WORKING_DAYS,
    department_of,
    deposit_alert,
    deposit_deadline,
    working_days_left,
)
from ..cerfa.contract_types import AMENDMENT_TYPES
from ..cerfa.identifiers import compact


class ApprenticeshipContract(models.Model):
    """By when the law expects something of a contract, and what it expects next.

    The last days are stored; whether they have passed depends on today, and is not.
    """

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    deposit_deadline = fields.Date(
        string="To be deposited by",
        compute="_compute_deposit_deadline",
        store=True,
        index=True,
        help="Last of the 5 working days after the start of execution, or after the "
        "effect of an amendment (article D6224-1). Public holidays are those of the "
        "place of execution.",
    )
    deposit_alert_on = fields.Date(
        string="Deposit pressing from",
        compute="_compute_deposit_deadline",
        store=True,
        help="Third of the 5 working days; for an amendment, counted from its "
        "signature when it comes first.",
    )
    deadline = fields.Date(
        compute="_compute_deadline",
        store=True,
        index="btree_not_null",
        help="Last day of what the law expects next. Empty when nothing is.",
    )
    deadline_alert_on = fields.Date(
        string="Pressing from",
        compute="_compute_deadline",
        store=True,
        index="btree_not_null",
    )
    is_late = fields.Boolean(
        string="Late", compute="_compute_is_late", search="_search_is_late"
    )
    is_at_risk = fields.Boolean(
        string="At risk", compute="_compute_is_late", search="_search_is_at_risk"
    )
    deadline_text = fields.Char(
        string="Time left",
        compute="_compute_deadline_text",
        help="Until the next legal deadline. The deposit is due 5 working days after "
        "the start: Sundays and public holidays do not count.",
    )

    @api.depends(
        "contract_type_id.code",
        "date_start",
        "date_amendment_effect",
        "date_conclusion",
        "employer_id.zip",
    )
    def _compute_deposit_deadline(self):
        for contract in self:
            department = contract._department_of_execution()
            first_day = contract._deposit_first_day()
            contract.deposit_deadline = first_day and deposit_deadline(
                first_day, department
            )
            contract.deposit_alert_on = first_day and deposit_alert(
                contract._deposit_alert_first_day(first_day), department
            )

    @api.depends("state", "deca_number", "deposit_deadline", "deposit_alert_on")
    def _compute_deadline(self):
        for contract in self:
            contract.deadline, contract.deadline_alert_on = contract._running_clock()

    @api.depends("deadline", "deadline_alert_on")
    def _compute_is_late(self):
        today = self._day_of_check()
        for contract in self:
            deadline, alert_on = contract.deadline, contract.deadline_alert_on
            contract.is_late = bool(deadline and deadline < today)
            contract.is_at_risk = bool(deadline and alert_on <= today <= deadline)

    @api.model
    def _search_is_late(self, operator, value):
        return self._search_by_day(
            operator, value, [("deadline", "<", self._day_of_check())]
        )

    @api.model
    def _search_is_at_risk(self, operator, value):
        today = self._day_of_check()
        return self._search_by_day(
            operator,
            value,
            [("deadline", ">=", today), ("deadline_alert_on", "<=", today)],
        )

    @api.model
    def _search_by_day(self, operator, value, domain):
        if operator != "in":
            return NotImplemented
        if True in value:
            # Not as a list of ids: PostgreSQL would look at every contract.
            return domain
        return [("id", "not in", self._search(domain))]

    @api.depends("deadline")
    @api.depends_context("lang")
    def _compute_deadline_text(self):
        today = self._day_of_check()
        for contract in self:
            contract.deadline_text = contract.deadline and contract._deadline_sentence(
                today
            )

    # ----------------------------------------------------------------- business
    def _deposit_first_day(self):
        """Return the day the 5 working days run from, if it is known."""
        return self.date_amendment_effect if self._amends() else self.date_start

    def _deposit_alert_first_day(self, first_day):
        """Some count the days of an amendment from its signature: the earlier warns."""
        if self._amends() and self.date_conclusion:
            return min(first_day, self.date_conclusion)
        return first_day

    def _amends(self):
        return self.contract_type_id.code in AMENDMENT_TYPES

    def _department_of_execution(self):
        return department_of(compact(self.employer_id.zip or ""))

    def _running_clock(self):
        """Return the last day of what the law expects next, and when it is pressing.

        Hook for the add-ons that know what the OPCO does.
        """
        if self._awaits_deposit():
            return self.deposit_deadline, self.deposit_alert_on
        return False, False

    def _awaits_deposit(self):
        """Tell whether nothing shows that the contract was deposited."""
        return self.state in ("draft", "ready") and not self.deca_number

    @api.model
    def _findings_depends(self):
        return (*super()._findings_depends(), "state", "deca_number")

    def _circumstances(self):
        """What no longer awaits its deposit is not told to hurry."""
        return {
            contract: replace(
                circumstances, is_deposited=not contract.sudo()._awaits_deposit()
            )
            for contract, circumstances in super()._circumstances().items()
        }

    def _deadline_sentence(self, today):
        """Return what is left of the time, in a few words."""
        deadline = format_date(self.env, self.deadline)
        if today > self.deadline:
            return self._late_sentence(deadline, (today - self.deadline).days)
        # Sundays and holidays apart, 5 working days are never over in more than 14.
        if (self.deadline - today).days > 2 * (DEPOSIT_WORKING_DAYS + 2):
            return self._distant_sentence(deadline)
        days = working_days_left(today, self.deadline, self._department_of_execution())
        if days > DEPOSIT_WORKING_DAYS:
            return self._distant_sentence(deadline)
        if not days:
            return self.env._("To be deposited today, the last day")
        if days == 1:
            return self.env._(
                "To be deposited by %(deadline)s (1 working day left)",
                deadline=deadline,
            )
        return self.env._(
            "To be deposited by %(deadline)s (%(days)s working days left)",
            deadline=deadline,
            days=days,
        )

    def _distant_sentence(self, deadline):
        return self.env._("To be deposited by %(deadline)s", deadline=deadline)

    def _late_sentence(self, deadline, days):
        if days == 1:
            return self.env._(
                "Late by 1 day: to be deposited by %(deadline)s", deadline=deadline
            )
        return self.env._(
            "Late by %(days)s days: to be deposited by %(deadline)s",
            days=days,
            deadline=deadline,
        )
