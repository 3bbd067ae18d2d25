# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from ast import literal_eval

from lxml import etree

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# The filters of the contracts' list that are counted, in this order.
COUNTED_FILTERS = (
    "to_transmit",
    "late",
    "under_way",
    "rejected",
    "unknown",
    "waiting_long",
)
# What counts first is what counts for the law.
ENVIRONMENTS = ("production", "test", "sandbox")


class OpcoDashboard(models.AbstractModel):
    """The figures of one environment, read at once, as the user may see them."""

    _name = "opco.dashboard"
    _description = "OPCO Dashboard"

    @api.model
    def read_figures(self, environment=None):
        """Return all that the screen shows.

        :param environment: None for the first in use
        """
        self.env["opco.transmission.report"].check_access("read")
        in_use = self._environments_in_use()
        if environment not in in_use:
            environment = in_use[0]
        labels = self._labels("opco.transmission", "environment")
        return {
            "environment": environment,
            "environments": [[one, labels[one]] for one in in_use],
            "counters": self._counters(environment),
            "deposits": self._deposits(environment),
            "states": self._states(environment),
            "keys": self._keys(environment),
        }

    @api.model
    def _environments_in_use(self):
        groups = self.env["opco.connection"]._read_group(
            [("state", "!=", "inactive")], ["environment"]
        )
        used = {environment for (environment,) in groups}
        return [one for one in ENVIRONMENTS if one in used] or [ENVIRONMENTS[0]]

    @api.model
    def _domain_of(self, environment):
        """Return the domain of the contracts sent there, or nowhere yet."""
        return [("opco_environment", "in", (False, environment))]

    @api.model
    def _counters(self, environment):
        Contract = self.env["apprenticeship.contract"]
        view = self.env.ref(
            "l10n_fr_apprenticeship.apprenticeship_contract_view_search"
        )
        arch = etree.fromstring(Contract.get_view(view.id, "search")["arch"])
        counters = []
        for name in COUNTED_FILTERS:
            [node] = arch.xpath("//filter[@name=$name]", name=name)
            domain = Domain(literal_eval(node.get("domain")))
            counters.append(
                {
                    "filter": name,
                    "label": node.get("string"),
                    "count": Contract.search_count(
                        domain & Domain(self._domain_of(environment))
                    ),
                }
            )
        return counters

    @api.model
    def _deposits(self, environment):
        """Return the rate and the medians of the last twelve months."""
        domain = Domain("environment", "=", environment) & Domain(
            "answered_at", ">=", "today -12m"
        )
        report = self.env["opco.transmission.report"]
        [(rate, first_count, rejection_count)] = report._read_group(
            domain,
            [],
            ["first_pass_rate:avg", "first_pass_rate:count", "rejection_count:sum"],
        )
        deposit, commitment = self._medians(domain)
        return {
            "first_count": first_count,
            "first_pass_rate": rate,
            "rejection_count": rejection_count,
            "days_to_deposit": deposit,
            "days_to_commitment": commitment,
        }

    @api.model
    def _medians(self, domain):
        """Return the median days to the deposit and to the commitment."""
        report = self.env["opco.transmission.report"]
        query = report._search(domain & Domain("state", "=", "sent"))
        medians = [
            SQL(
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
                report._field_to_sql(query.table, name, query),
            )
            for name in ("days_to_deposit", "days_to_commitment")
        ]
        [row] = self.env.execute_query(query.select(*medians))
        return row

    @api.model
    def _states(self, environment):
        labels = self._labels("apprenticeship.contract", "opco_state")
        counts = dict(
            self.env["apprenticeship.contract"]._read_group(
                [
                    ("opco_environment", "=", environment),
                    ("opco_state", "!=", False),
                ],
                ["opco_state"],
                ["__count"],
            )
        )
        return [
            {"state": state, "label": label, "count": counts[state]}
            for state, label in labels.items()
            if state in counts
        ]

    @api.model
    def _keys(self, environment):
        today = fields.Date.context_today(self)
        connections = self.env["opco.connection"].search(
            [("state", "!=", "inactive"), ("environment", "=", environment)]
        )
        states = self._labels("opco.connection", "state")
        return [
            {
                "id": one.id,
                "name": one.name,
                "is_active": one.state == "active",
                "state": states[one.state],
                "age": one.api_key_age if one.api_key_saved_at else False,
                "renewal_on": one.api_key_renewal_on,
                "days_left": one.api_key_renewal_on
                and (one.api_key_renewal_on - today).days,
            }
            for one in connections
        ]

    @api.model
    def _labels(self, model, field):
        return dict(self.env[model]._fields[field]._description_selection(self.env))
