# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Contracts that leave by themselves as soon as they are ready."""

from functools import partial

from odoo.fields import Domain

from .models.transactions import in_own_transaction, isolated

# Contracts read, checked and queued by one transaction.
TOGETHER = 50


class AutomaticSending:
    """Queues what a person would have sent without being asked anything.

    Only what was never transmitted in the present environment of its connection: what
    was rejected, refused or cancelled, and what has a warning, is left to people.
    """

    def __init__(self, env):
        self.env = env
        self.contracts = env["apprenticeship.contract"]
        self.connections = env["opco.connection"].search(
            [("state", "=", "active"), ("is_automatic", "=", True)]
        )

    def run(self):
        ids = self.contracts.search(self._domain(), order="id").ids
        for start in range(0, len(ids), TOGETHER):
            self._queue_apart(ids[start : start + TOGETHER])

    def _domain(self):
        """Return the domain of what may be queued, its routing aside."""
        by_environment = Domain.OR(
            Domain("company_id", "in", connections.company_id.ids)
            & Domain(
                "opco_transmission_ids", "not any", [("environment", "=", environment)]
            )
            for environment, connections in self.connections.grouped(
                "environment"
            ).items()
        )
        return (
            by_environment
            & Domain("state", "=", "ready")
            & Domain("opco_transport_state", "=", False)
            & Domain("opco_state", "=", False)
        )

    def _queue_apart(self, ids):
        """Queue these; what fails is looked for by halves, and stops no other."""
        queued = []
        with isolated(self.env, "Automatic sending of contracts", ids):
            queued.append(in_own_transaction(self.env, partial(self._queue, ids)))
        if not queued and len(ids) > 1:
            middle = len(ids) // 2
            self._queue_apart(ids[:middle])
            self._queue_apart(ids[middle:])

    def _queue(self, ids):
        """Queue those that are still to be, and simply ready."""
        contracts = self._routed(
            self.contracts.search(Domain("id", "in", ids) & self._domain(), order="id")
        )
        ready = [one for one in contracts._opco_prepare() if one.is_simply_ready]
        for preparation in ready:
            preparation.sender = self._sender(preparation.contract)
        if ready:
            contracts._opco_queue(ready)

    def _routed(self, contracts):
        """Return those whose connection sends by itself, and has not had them yet."""
        routes, _unrouted = contracts._opco_route()
        sent = self.env["opco.transmission"]._read_group(
            [("contract_id", "in", contracts.ids)], ["contract_id", "environment"]
        )
        return contracts.filtered(
            lambda contract: (
                routes.get(contract) in self.connections
                and (contract, routes[contract].environment) not in sent
            )
        )

    def _sender(self, contract):
        person = contract.user_id
        return person if person.active else self.env.user
