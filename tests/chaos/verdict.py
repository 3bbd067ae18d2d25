# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must be true once everything has been broken: the OPCO's ledger decides."""

import re
from collections import Counter
from datetime import datetime, timedelta

# With a fault on three calls in ten, and claims lost with their server, a contract
# takes less than two tries on average. Beyond these, something spins.
TRIES_PER_CONTRACT = 3
CALLS_PER_CONTRACT = 12
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
       AND strpos(message.body, 'numéro ' || contract.opco_internal_number || '.') > 0
     WHERE contract.id = ANY(%s)
     GROUP BY contract.id HAVING count(message.id) != 1
"""
JAMMED = """
    SELECT contract_id, state, applied, internal_number AS number
      FROM opco_transmission WHERE contract_id = ANY(%s)
"""
LOST = """
    SELECT contract_id, state, coalesce(attempt_count, 0) AS attempt_count
      FROM opco_transmission WHERE contract_id = ANY(%s)
"""
CRONS = """
    SELECT cron_name, failure_count, active FROM ir_cron
     WHERE (failure_count > 0 OR NOT active) AND id IN (
           SELECT res_id FROM ir_model_data
            WHERE module = 'opco_ep_connector' AND model = 'ir.cron')
"""
TRIES = """
    SELECT coalesce(sum(attempt_count), 0) AS tries,
           coalesce(max(attempt_count), 0) AS most
      FROM opco_transmission
"""
CRON_ENDED_BADLY = re.compile(r"Job '.*(server action #\d+ failed|timed out)")
LOG_MOMENT = "%Y-%m-%d %H:%M:%S"
AFTERMATH = timedelta(seconds=10)
SIGNING_PLACE = "Nantes"


class Verdict:
    """Judges a world at rest."""

    def __init__(self, world):
        self.world = world
        broken_ids = world.lost_ids + world.jammed_ids
        self.whole_ids = [one for one in world.contract_ids if one not in broken_ids]
        self.calls = world.count_calls()
        self.numbers = set()

    def problems(self):
        """Return what is wrong, one sentence each, and print the figures."""
        self._print_figures()
        checks = (
            self._stuck,
            self._ledger,
            self._contracts,
            self._receipts,
            self._jammed,
            self._lost,
            self._savings,
            self._crons,
            self._spinning,
        )
        return [problem for check in checks for problem in check()]

    def _rows(self, query, *arguments):
        return self.world.deliveries.rows(query, *arguments)

    def _stuck(self):
        for row in self.world.stuck():
            yield f"stuck: {row}"

    def _ledger(self):
        accepted = []
        for deposit in self.world.sandbox.deposits():
            if deposit["outcome"] == "accepted":
                accepted.append(deposit)
            else:
                yield f"rejected: {deposit['apprentice']}, {deposit['reasons']}"
            if deposit["duplicate"]:
                yield f"deposited twice: {deposit['apprentice']}"
        wanted = len(self.whole_ids) + len(self.world.jammed_ids)
        if len(accepted) != wanted:
            yield f"{len(accepted)} deposits for {wanted} contracts"
        self.numbers = {deposit["numeroInterne"] for deposit in accepted}

    def _contracts(self):
        rows = self._rows(CONTRACTS, self.whole_ids)
        for row in rows:
            if row["state"] != "sent" or row["number"] not in self.numbers:
                yield f"contract {row['id']}: {row['state']}, number {row['number']}"
        for number, count in Counter(row["number"] for row in rows).items():
            if count > 1:
                yield f"{count} contracts under the number {number}"

    def _receipts(self):
        for row in self._rows(RECEIPTS, self.whole_ids):
            yield f"contract {row['id']}: {row['count']} receipts in its chatter"

    def _jammed(self):
        """Their receipts are kept, and wait for the contract to be mended."""
        for row in self._rows(JAMMED, self.world.jammed_ids):
            kept = row["state"] == "sent" and row["number"] in self.numbers
            if row["applied"] or not kept:
                yield f"jammed: {row}"

    def _lost(self):
        for row in self._rows(LOST, self.world.lost_ids):
            if row["state"] == "sent" or row["attempt_count"] > TRIES_PER_CONTRACT:
                yield f"lost: {row}"

    def _savings(self):
        for row in self._rows(CONTRACTS, self.world.contract_ids):
            may_hold = self.world.user.may_hold[row["id"]]
            if row["signing_place"] not in may_hold:
                place = row["signing_place"]
                yield f"contract {row['id']}: « {place} » was saved, not {may_hold}"

    def _crons(self):
        for row in self._rows(CRONS):
            yield f"cron: {row}"
        for log in self.world.logs:
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
                if CRON_ENDED_BADLY.search(line) and not self._is_explained(line):
                    yield f"cron: {line[:200]}"

    def _is_explained(self, line):
        """A run that PostgreSQL leaves can only end badly."""
        moment = datetime.strptime(line[: len("2026-01-01 00:00:00")], LOG_MOMENT)
        return any(
            crash - AFTERMATH < moment < crash + AFTERMATH
            for crash in self.world.crashes
        )

    def _spinning(self):
        [row] = self._rows(TRIES)
        limits = (
            ("tries", row["tries"], TRIES_PER_CONTRACT),
            ("calls", sum(self.calls.values()), CALLS_PER_CONTRACT),
        )
        contracts = len(self.world.contract_ids)
        for what, count, limit in limits:
            if count > limit * contracts:
                yield f"{count} {what} for {contracts} contracts"

    def _print_figures(self):
        [row] = self._rows(TRIES)
        print(f"Tries: {row['tries']}, at most {row['most']} for one contract")
        for call, count in sorted(self.calls.items(), key=str):
            print(f"Calls: {count:6} {call}")
        for outcome, count in self.world.user.counts.most_common():
            print(f"Forms: {count:6} {outcome}")
        if self.world.restarts:
            print(f"Odoo ended by itself and was started again: {self.world.restarts}")
