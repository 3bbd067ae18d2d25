# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must be true once everything has been broken: the OPCO's ledger decides."""

import re
from collections import Counter

# A call in thirty fails in ten ways; with kills, a contract takes less than two tries
# on average. Beyond this, something spins.
DEPOSITS_PER_CONTRACT = 3
CONTRACTS = """
    SELECT id, opco_internal_number AS number, opco_transport_state AS state,
           signing_place
      FROM apprenticeship_contract WHERE id = ANY(%s)
"""
RECEIPTS = """
    SELECT contract.id, count(message.id)
      FROM apprenticeship_contract contract
      LEFT JOIN mail_message message
        ON message.model = 'apprenticeship.contract' AND message.res_id = contract.id
       AND position('numéro ' || contract.opco_internal_number || '.' IN message.body) > 0
     WHERE contract.id = ANY(%s)
     GROUP BY contract.id HAVING count(message.id) != 1
"""
CRONS = """
    SELECT name, failure_count, active FROM ir_cron cron
      JOIN ir_act_server action ON action.id = cron.ir_actions_server_id
     WHERE (failure_count > 0 OR NOT active) AND cron.id IN (
           SELECT res_id FROM ir_model_data
            WHERE module = 'opco_ep_connector' AND model = 'ir.cron')
"""
TRIES = """
    SELECT coalesce(sum(attempt_count), 0) AS tries,
           coalesce(max(attempt_count), 0) AS most
      FROM opco_transmission
"""
CALL = re.compile(r'http://127\.0\.0\.1:\d+ "(?P<method>[A-Z]+) (?P<path>[^? ]+)')
CRON_FAILED = re.compile(r"odoo\.addons\.base\.models\.ir_cron: .*(failed|timed out)")


class Verdict:
    """Judges a world at rest."""

    def __init__(self, world, options):
        self.world = world
        self.options = options
        self.delivered_ids = [
            one for one in world.contract_ids if one not in world.broken_ids
        ]

    def problems(self):
        """Return what is wrong, one sentence each, and print the figures."""
        self._print_figures()
        checks = (
            self._stuck,
            self._ledger,
            self._contracts,
            self._receipts,
            self._savings,
            self._crons,
            self._spinning,
        )
        return [problem for check in checks for problem in check()]

    def _stuck(self):
        for row in self.world.deliveries.stuck():
            if row["state"] != "sent" and self._is_broken(row["id"]):
                continue
            yield f"stuck: {dict(row)}"

    def _is_broken(self, row_id):
        [row] = self.world.deliveries.rows(
            "SELECT contract_id FROM opco_transmission WHERE id = %s", row_id
        )
        return row["contract_id"] in self.world.broken_ids

    def _ledger(self):
        deposits = self.world.sandbox.deposits()
        accepted = [one for one in deposits if one["outcome"] == "accepted"]
        if len(accepted) != len(self.delivered_ids):
            yield f"{len(accepted)} deposits for {len(self.delivered_ids)} contracts"
        for one in accepted:
            if one["duplicate"]:
                yield f"deposited twice: {one['apprentice']}, {one['numeroInterne']}"
        for one in deposits:
            if one["outcome"] != "accepted":
                yield f"rejected: {one['apprentice']}, {one['reasons']}"
        self.numbers = {one["numeroInterne"] for one in accepted}

    def _contracts(self):
        rows = self.world.deliveries.rows(CONTRACTS, self.delivered_ids)
        for row in rows:
            if row["state"] != "sent" or row["number"] not in self.numbers:
                yield f"contract {row['id']}: {row['state']}, number {row['number']}"
        shared = Counter(row["number"] for row in rows)
        for number, count in shared.items():
            if count > 1:
                yield f"{count} contracts under the number {number}"

    def _receipts(self):
        for row in self.world.deliveries.rows(RECEIPTS, self.delivered_ids):
            yield f"contract {row['id']}: {row['count']} receipts in its chatter"

    def _savings(self):
        rows = self.world.deliveries.rows(CONTRACTS, self.world.contract_ids)
        for row in rows:
            may_hold = self.world.user.may_hold.get(row["id"], {None})
            place = row["signing_place"]
            if place not in may_hold and not (None in may_hold and place == "Nantes"):
                yield f"contract {row['id']}: « {place} » was not saved last: {may_hold}"

    def _crons(self):
        for row in self.world.deliveries.rows(CRONS):
            yield f"cron {row['name']}: {row['failure_count']} failures, {row['active']}"
        for log in self.world.logs:
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
                if CRON_FAILED.search(line):
                    yield f"cron: {line[:200]}"

    def _spinning(self):
        [row] = self.world.deliveries.rows(TRIES)
        most = DEPOSITS_PER_CONTRACT * self.options.contracts
        if row["tries"] > most:
            yield f"{row['tries']} tries for {self.options.contracts} contracts"

    def _print_figures(self):
        calls = Counter(
            f"{call['method']} {call['path']}"
            for log in self.world.logs
            for call in CALL.finditer(log.read_text(encoding="utf-8", errors="replace"))
        )
        [row] = self.world.deliveries.rows(TRIES)
        print(f"Tries: {row['tries']}, at most {row['most']} for one contract")
        for call, count in sorted(calls.items()):
            print(f"Answered calls: {count:6} {call}")
        for outcome, count in self.world.user.counts.most_common():
            print(f"Forms: {count:6} {outcome}")
        if self.world.restarts:
            print(f"Odoo ended by itself and was started again: {self.world.restarts}")
