# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..convergence.errors import ConvergenceError
from .apprenticeship_contract import SIREN_LENGTH
from .opco_connection import KEY_ADMINISTRATOR
from .transactions import in_own_transaction, isolated

_logger = logging.getLogger(__name__)

# Days left from which somebody is reminded, and again.
LEVELS = (1, 7, 15, 30)
DAYS_OF_A_WEEK = 7


def reminder_level(days_left):
    """Return which reminder is due, None when it is too early.

    Before the day, the fewest of `LEVELS` that still covers it; from the day on, minus
    the number of whole weeks gone by, which makes one reminder a week.
    """
    if days_left > 0:
        return next((level for level in LEVELS if days_left <= level), None)
    return -(-days_left // DAYS_OF_A_WEEK)


class OpcoConnection(models.Model):
    """Reminders of what must be renewed: the key, and the management mandate."""

    _name = "opco.connection"
    _inherit = ["opco.connection", "mail.activity.mixin"]

    # kind: (field of the day, field of the last e-mail, activity type, e-mail template)
    REMINDERS = {
        "key": (
            "api_key_renewal_on",
            "key_reminder_mailed",
            "opco_ep_connector.mail_activity_type_key",
            "opco_ep_connector.mail_template_key",
        ),
        "mandate": (
            "mandate_valid_until",
            "mandate_reminder_mailed",
            "opco_ep_connector.mail_activity_type_mandate",
            "opco_ep_connector.mail_template_mandate",
        ),
    }

    api_key_ends_on = fields.Date(
        string="Token valid until",
        readonly=True,
        copy=False,
        help="As the OPCO says it, where it does.",
    )
    api_key_renewal_on = fields.Date(
        string="Token to renew before",
        compute="_compute_api_key_renewal_on",
        store=True,
        help="One year after it was made, or sooner when the OPCO says so.",
    )
    mandate_valid_until = fields.Date(
        string="Management mandate valid until",
        tracking=True,
        help="The OPCO makes tokens for a site only under a valid mandate.",
    )
    # « day/level » of the last e-mail: another day starts again by itself.
    key_reminder_mailed = fields.Char(readonly=True, copy=False)
    mandate_reminder_mailed = fields.Char(readonly=True, copy=False)

    @api.depends("api_key_saved_at", "api_key_generated_on", "api_key_ends_on")
    def _compute_api_key_renewal_on(self):
        for connection in self:
            made_on = connection.api_key_generated_on or (
                connection.api_key_saved_at and connection.api_key_saved_at.date()
            )
            anniversary = made_on and made_on + relativedelta(years=1)
            days = filter(None, (anniversary, connection.api_key_ends_on))
            has_key = connection.api_key_saved_at
            connection.api_key_renewal_on = has_key and min(days, default=False)

    def _key_changed(self, former):
        # What the OPCO said was of the former key.
        self.sudo().api_key_ends_on = False
        result = super()._key_changed(former)
        self.sudo()._remind("key")
        return result

    def write(self, vals):
        result = super().write(vals)
        if "mandate_valid_until" in vals:
            self.sudo()._remind("mandate")
        if "api_key_generated_on" in vals:
            self.sudo()._remind("key")
        return result

    # ----------------------------------------------------------------- business
    def _remind(self, kind):
        """Open, update or close the activities of one kind; mail once a level."""
        for connection in self:
            day = connection[self.REMINDERS[kind][0]]
            level = connection._due_level(day)
            if level is None:
                connection._close_reminder(kind)
            else:
                connection._open_reminder(kind, day)
                connection._mail_reminder(kind, day, level)

    def _due_level(self, day):
        if not day or self.state == "inactive":
            return None
        return reminder_level((day - fields.Date.context_today(self)).days)

    def _open_reminder(self, kind, day):
        """One activity for each person in charge, moved rather than added."""
        activity_type = self.REMINDERS[kind][2]
        people = self._people_in_charge()
        opened = self.activity_search([activity_type])
        misplaced = opened.filtered(lambda activity: activity.user_id not in people)
        reminded = (opened - misplaced).user_id
        misplaced.unlink()
        for person in people - reminded:
            self.activity_schedule(activity_type, day, user_id=person.id)
        for activity in self.activity_search([activity_type]):
            env = self.with_context(lang=activity.user_id.lang).env
            values = {
                "date_deadline": day,
                "summary": self._reminder_summary(env, kind, day),
            }
            if any(activity[name] != value for name, value in values.items()):
                activity.write(values)

    @api.model
    def _reminder_summary(self, env, kind, day):
        days = (day - fields.Date.context_today(self)).days
        if kind == "key":
            if days > 0:
                return env._("Renew the OPCO token: %(days)s days left", days=days)
            return env._("Renew the OPCO token: its anniversary has passed")
        if days > 0:
            return env._("Renew the management mandate: %(days)s days left", days=days)
        return env._("Renew the management mandate: it is no longer valid")

    def _close_reminder(self, kind):
        activity_type = self.REMINDERS[kind][2]
        if self.activity_search([activity_type]):
            feedback = self._in_company_language().env._("Renewed: nothing left to do.")
            self.activity_feedback([activity_type], feedback=feedback)

    def _mail_reminder(self, kind, day, level):
        _day, mailed, _activity_type, template = self.REMINDERS[kind]
        mark = f"{day}/{level}"
        people = self._people_in_charge()
        if self[mailed] == mark or not people:
            return
        self.env.ref(template).send_mail(
            self.id,
            email_values={"recipient_ids": people.partner_id.ids, "email_to": False},
        )
        self[mailed] = mark

    def _people_in_charge(self):
        """Return who is reminded: whoever is named, else all the key administrators.

        Only those who may still do something about it.
        """
        named = self._key_administrators_among(self.user_id | self.deputy_id)
        group = self.env.ref(KEY_ADMINISTRATOR)
        return named or self._key_administrators_among(group.all_user_ids)

    def _key_administrators_among(self, users):
        return users.filtered(
            lambda user: (
                user.active
                and user.has_group(KEY_ADMINISTRATOR)
                and self.company_id in user.company_ids
            )
        )

    def _key_end_said_by_opco(self):
        """Return the day that the OPCO says the key ends, None when it says nothing."""
        if self.state != "active" or not self.profile_id.key_info_open:
            return None
        try:
            return self._client().key_info(self.siret[:SIREN_LENGTH]).valid_until
        except (ConvergenceError, UserError) as error:
            # Tomorrow's run asks again; the anniversary reminds meanwhile.
            _logger.warning("%s: end of the token not read: %s", self.name, error)
            return None

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_remind(self):
        """Remind, each day, of what is to renew; running it twice changes nothing."""
        for connection in self.search([("company_id", "!=", False)]):
            with isolated(self.env, "Reminder of connection", connection.id):
                ends_on = connection._key_end_said_by_opco()
                in_own_transaction(
                    self.env, lambda c=connection, e=ends_on: c._remind_all(e)
                )

    def _remind_all(self, ends_on):
        if ends_on and ends_on != self.api_key_ends_on:
            self.api_key_ends_on = ends_on
        for kind in self.REMINDERS:
            self._remind(kind)
