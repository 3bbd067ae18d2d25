# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.tools import format_date, split_every

from .transactions import together_or_apart

DEPOSIT_ACTIVITY = "opco_ep_connector.mail_activity_type_deposit"
ANSWER_ACTIVITY = "opco_ep_connector.mail_activity_type_answer"
MANAGER = "l10n_fr_apprenticeship.group_contract_manager"
# What starts, moves or stops a clock.
CLOCK_FIELDS = frozenset(
    (
        "state",
        "deca_number",
        "opco_transport_state",
        "opco_state",
        "contract_type_id",
        "date_start",
        "date_amendment_effect",
        "employer_id",
    )
)
# A deadline missed before that is history: the list shows it, nobody is disturbed.
OLDEST_ALERT = timedelta(days=30)
ALERTED_AT_ONCE = 500


class ApprenticeshipContract(models.Model):
    """Somebody is told, once, that a legal deadline comes near."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_alerted_deadline = fields.Date(
        string="Deadline told",
        readonly=True,
        copy=False,
        help="The deadline that somebody was last told of.",
    )

    def write(self, vals):
        result = super().write(vals)
        if CLOCK_FIELDS & vals.keys():
            self.filtered("opco_alerted_deadline")._opco_drop_outdated_alerts()
        return result

    # ----------------------------------------------------------------- business
    def _opco_alert(self):
        """Leave an activity on each contract; marked as alerted, even for nobody."""
        people = self._opco_people_to_alert()
        values = []
        for contract in self:
            person = people.get(contract)
            if person:
                values.append(contract._opco_alert_values(person))
            contract.opco_alerted_deadline = contract.deadline
        # The bell tells, not one e-mail for each contract of September.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            values
        )

    def _opco_alert_values(self, person):
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": self._opco_alert_type_id(),
            "summary": self.with_context(lang=person.lang)._opco_alert_summary(),
            "date_deadline": self.deadline,
            "user_id": person.id,
            "automated": True,
        }

    def _opco_alert_type_id(self):
        name = ANSWER_ACTIVITY if self.opco_answer_deadline else DEPOSIT_ACTIVITY
        # `env.ref` would ask the database for each contract whether it still exists.
        return self.env["ir.model.data"]._xmlid_to_res_id(name)

    def _opco_alert_summary(self):
        deadline = format_date(self.env, self.deadline)
        if self.opco_answer_deadline:
            return self.env._(
                "Ask the OPCO for its answer: its silence is a refusal after "
                "%(deadline)s",
                deadline=deadline,
            )
        return self.env._(
            "Deposit the contract with the OPCO by %(deadline)s", deadline=deadline
        )

    def _opco_people_to_alert(self):
        """Return, by contract, who is told.

        Whoever is in charge; else who sent it last, else a manager of the company.
        Only people who can open the contract.
        """
        senders = self._opco_last_senders()
        managers = self._opco_managers()
        candidates = {
            contract: [
                *contract.user_id,
                *senders.get(contract, ()),
                *managers.filtered(
                    lambda user, company=contract.company_id: (
                        company in user.company_ids
                    )
                )[:1],
            ]
            for contract in self
        }
        readable = {
            user: self._opco_readable_by(user)
            for user in set(chain.from_iterable(candidates.values()))
        }
        return {
            contract: person
            for contract, users in candidates.items()
            for person in [user for user in users if contract in readable[user]][:1]
        }

    def _opco_readable_by(self, user):
        if not user.active or user._is_superuser():
            return self.browse()
        return self.with_user(user)._filtered_access("read")

    def _opco_last_senders(self):
        rows = self.env["opco.transmission"].search(
            [("contract_id", "in", self.ids), ("user_id", "!=", False)], order="id"
        )
        return {row.contract_id: row.user_id for row in rows}

    @api.model
    def _opco_managers(self):
        people = self.env.ref(MANAGER).sudo().all_user_ids
        return people.filtered("active").sorted("id")

    def _opco_drop_outdated_alerts(self):
        """Close the alerts about what is done, or about a day that has moved."""
        outdated = self.filtered(
            lambda contract: contract.opco_alerted_deadline != contract.deadline
        )
        if outdated:
            outdated.sudo().activity_unlink([DEPOSIT_ACTIVITY, ANSWER_ACTIVITY])
            # Should that day come back, it is told again.
            outdated.sudo().write({"opco_alerted_deadline": False})

    @api.model
    def _opco_with_alert(self):
        """Return the contracts that have an alert, closed by a person or not."""
        return self.search([("opco_alerted_deadline", "!=", False)])

    @api.model
    def _opco_to_alert(self):
        """Return the contracts whose deadline is pressing, and was not told yet."""
        today = self._day_of_check()
        pressing = self.search_fetch(
            [
                ("deadline_alert_on", "<=", today),
                ("deadline", ">=", today - OLDEST_ALERT),
            ],
            ["deadline", "opco_alerted_deadline"],
            order="deadline, id",
        )
        return pressing.filtered(
            lambda contract: contract.opco_alerted_deadline != contract.deadline
        )

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_alert_deadlines(self):
        """Tell, each day, whose deadline comes near; twice a day changes nothing."""
        for contracts in split_every(
            ALERTED_AT_ONCE, self._opco_with_alert().ids, self.browse
        ):
            together_or_apart(
                self.env,
                "Outdated alert of contract",
                contracts,
                lambda rows: rows._opco_drop_outdated_alerts(),
            )
        for contracts in split_every(
            ALERTED_AT_ONCE, self._opco_to_alert().ids, self.browse
        ):
            together_or_apart(
                self.env,
                "Alert on the deadline of contract",
                contracts,
                lambda rows: rows._opco_alert(),
            )
