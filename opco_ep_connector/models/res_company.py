# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from ast import literal_eval
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from .. import pace
from .apprenticeship_contract_alert import MANAGER
from .opco_connection_responsible import KEY_ADMINISTRATOR
from .transactions import in_own_transaction, isolated

TEMPLATE = "opco_ep_connector.mail_template_digest"
# Each line of the digest counts what its link shows.
LINES = (
    "opco_ep_connector.digest_action_to_transmit",
    "opco_ep_connector.digest_action_late",
    "opco_ep_connector.digest_action_at_risk",
    "opco_ep_connector.digest_action_rejected",
    "opco_ep_connector.digest_action_unknown",
    "opco_ep_connector.digest_action_waiting",
    "opco_ep_connector.digest_action_accepted",
)
JUDGED = "opco_ep_connector.digest_action_judged"
WEEK = timedelta(days=7)


class ResCompany(models.Model):
    """The weekly digest: how the deposits of a training centre stand.

    Numbers only: no name leaves by e-mail. It carries the heads of the journals, which
    are worth something to an audit because they are kept elsewhere.
    """

    _inherit = "res.company"

    opco_digest_week = fields.Date(
        string="Week of the last digest", readonly=True, copy=False
    )

    # ----------------------------------------------------------------- business
    def _opco_send_digest(self):
        """Mail each person who manages the contracts, once a week."""
        week = self._opco_this_monday()
        if self.opco_digest_week == week:
            return
        self.opco_digest_week = week
        for person in self._opco_digest_readers():
            template = self.env.ref(TEMPLATE).with_context(
                digest=self._opco_digest(person), lang=person.lang
            )
            template.send_mail(
                self.id,
                email_values={
                    "recipient_ids": person.partner_id.ids,
                    "email_to": False,
                },
            )

    def _opco_digest_readers(self):
        groups = self.env.ref(MANAGER) | self.env.ref(KEY_ADMINISTRATOR)
        return groups.all_user_ids.filtered(
            lambda user: (
                user.active
                and user.email
                and user.opco_weekly_digest
                and self in user.company_ids
            )
        )

    def _opco_digest(self, person):
        """Return what the e-mail shows to a person, in their words."""
        company = self.with_context(lang=person.lang, tz="Europe/Paris")
        accepted, judged = company._opco_first_pass()
        is_journal_open = (
            self.env["opco.transmission"].with_user(person).has_access("read")
        )
        return {
            "lines": [company._opco_digest_line(name) for name in LINES],
            "first_pass": {
                "accepted": accepted,
                "judged": judged,
                "percent": judged and round(100 * accepted / judged),
                "url": is_journal_open and company._opco_url(JUDGED),
            },
            "chains": company._opco_heads(),
            "is_production": company._opco_uses_production(),
        }

    def _opco_digest_line(self, name):
        action = self.env.ref(name)
        domain = Domain(literal_eval(action.domain)) & Domain(
            "company_id", "=", self.id
        )
        return {
            "label": action.name,
            "count": self.env[action.res_model].search_count(domain),
            "url": self._opco_url(name),
        }

    def _opco_url(self, name):
        return f"{self.get_base_url()}/odoo/{self.env.ref(name).path}"

    def _opco_first_pass(self):
        """Return, of last week's first verdicts, how many were a receipt; and all."""
        first_verdicts = self.env["opco.transmission"]._read_group(
            [
                ("company_id", "=", self.id),
                ("operation", "=", "contract"),
                ("state", "in", ("sent", "rejected")),
            ],
            ["contract_id", "environment"],
            ["id:min"],
        )
        end = self._opco_this_monday()
        begin = end - WEEK
        judged = (
            self.env["opco.transmission"]
            .browse(row_id for _contract, _environment, row_id in first_verdicts)
            .filtered(
                lambda row: (
                    row.environment == row.connection_id.environment
                    and pace.midnight(begin) <= row.answered_at < pace.midnight(end)
                )
            )
        )
        return len(judged.filtered(lambda row: row.state == "sent")), len(judged)

    def _opco_heads(self):
        """Return the head of each sealed journal, to be kept outside of Odoo."""
        chains = self.env["opco.chain"].search(
            [("company_id", "=", self.id), ("seal", "!=", False)]
        )
        connections = self.env["opco.connection"]
        environments = dict(
            connections._fields["environment"]._description_selection(self.env)
        )
        return [
            {
                "connection": chain.connection_id.name,
                "siret": chain.connection_id.siret,
                "environment": environments[chain.connection_id.environment],
                "number": chain.number,
                "sealed_at": format_datetime(self.env, chain.sealed_at),
                "anchor": chain.anchor,
            }
            for chain in chains
        ]

    def _opco_uses_production(self):
        return bool(
            self.env["opco.connection"].search_count(
                [
                    ("company_id", "=", self.id),
                    ("state", "!=", "inactive"),
                    ("environment", "=", "production"),
                ],
                limit=1,
            )
        )

    @api.model
    def _opco_this_monday(self):
        today = self.env["apprenticeship.contract"]._legal_day(fields.Datetime.now())
        return fields.Date.start_of(today, "week")

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_opco_digest(self):
        """Mail, on Mondays, the digest of each company with a connection in use."""
        used = self.env["opco.connection"]._read_group(
            [("state", "!=", "inactive")], ["company_id"]
        )
        for (company,) in used:
            with isolated(self.env, "Weekly digest of company", company.id):
                in_own_transaction(self.env, company._opco_send_digest)
