# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.l10n_fr_apprenticeship.cerfa.clock import department_of
from odoo.addons.l10n_fr_apprenticeship.cerfa.identifiers import compact

from .. import pace
from .apprenticeship_contract_alert import OLDEST_ALERT
from .transactions import in_own_transaction, isolated

SILENT_WORKING_DAYS = 3
ACTIVITY_TYPE = "opco_ep_connector.mail_activity_type_silence"
TEMPLATE = "opco_ep_connector.mail_template_silence"


class OpcoConnection(models.Model):
    """An alarm for when nothing fails, and nothing goes through either.

    One alert each time: it ends when something is accepted, or nothing waits any more.
    """

    _inherit = "opco.connection"  # pylint: disable=consider-merging-classes-inherited

    silent_since = fields.Datetime(
        string="Nothing accepted since",
        readonly=True,
        copy=False,
        help="Set once people were told that contracts wait and that nothing was "
        "accepted for 3 working days.",
    )

    # ----------------------------------------------------------------- business
    def _waiting_in_silence_since(self):
        """Return, by connection where something waits, since when none was accepted."""
        began = self._waiting_since()
        accepted = self._last_accepted()
        return {
            connection: max(filter(None, (moment, accepted.get(connection))))
            for connection, moment in began.items()
        }

    def _waiting_since(self):
        """Return, by connection, when the first of what still waits began to."""
        rows = self.env["opco.transmission"]
        moments = self._moments_of_deposits(rows.WAITING_STATES, "create_date:min")
        for contract, connection in self._late_of_automatic().items():
            began = pace.midnight(contract.deadline + timedelta(days=1))
            moments[connection] = min(began, moments.get(connection, began))
        return moments

    def _last_accepted(self):
        return self._moments_of_deposits(("sent",), "answered_at:max")

    def _moments_of_deposits(self, states, aggregate):
        found = self.env["opco.transmission"]._read_group(
            [
                ("connection_id", "in", self.ids),
                ("operation", "=", "contract"),
                ("state", "in", states),
            ],
            ["connection_id", "environment"],
            [aggregate],
        )
        return {
            connection: moment
            for connection, environment, moment in found
            if environment == connection.environment
        }

    def _late_of_automatic(self):
        """Return, by late contract that nobody is to send by hand, its connection."""
        automatic = self.filtered("is_automatic")
        contracts = self.env["apprenticeship.contract"]
        late = contracts.search(
            [
                ("company_id", "in", automatic.company_id.ids),
                ("state", "=", "ready"),
                ("opco_transport_state", "=", False),
                ("is_late", "=", True),
                ("deadline", ">=", contracts._day_of_check() - OLDEST_ALERT),
            ]
        )
        routes, _reasons = late._opco_route()
        return {
            contract: connection
            for contract, connection in routes.items()
            if connection in automatic
        }

    def _watch_silence(self, since):
        """Tell people once, or end the alert.

        :param since: when the silence began, None when nothing waits
        """
        if not (since and fields.Datetime.now() >= self._silence_is_long_at(since)):
            self._end_silence()
        elif not self.silent_since:
            self._tell_silence(since)

    def _silence_is_long_at(self, since):
        department = department_of(compact(self.partner_id.zip or ""))
        return pace.after_working_days(since, SILENT_WORKING_DAYS, department)

    def _tell_silence(self, since):
        self.silent_since = since
        responsible = self._responsible()
        if responsible:
            # One e-mail, the one below.
            self.with_context(
                mail_activity_quick_update=True, lang=responsible.lang
            ).activity_schedule(ACTIVITY_TYPE, user_id=responsible.id)
        people = self._people_in_charge()
        if people:
            self.env.ref(TEMPLATE).send_mail(
                self.id,
                email_values={
                    "recipient_ids": people.partner_id.ids,
                    "email_to": False,
                },
            )

    def _end_silence(self):
        for connection in self.filtered("silent_since"):
            connection.silent_since = False
            speaking = connection._in_company_language()
            speaking.activity_feedback(
                [ACTIVITY_TYPE],
                feedback=speaking.env._("Contracts are accepted again, or none waits."),
            )

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_watch_silence(self):
        """Look, each hour, whether contracts wait for connections that accept none."""
        watched = self.search(
            ["|", ("state", "!=", "inactive"), ("silent_since", "!=", False)]
        )
        used = watched.filtered(lambda connection: connection.state != "inactive")
        since = used._waiting_in_silence_since()
        for connection in watched:
            with isolated(self.env, "Silence of connection", connection.id):
                in_own_transaction(
                    self.env, lambda c=connection: c._watch_silence(since.get(c))
                )
