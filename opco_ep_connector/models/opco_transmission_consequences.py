# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import Counter, defaultdict

from markupsafe import Markup

from odoo import fields, models

from .opco_transmission_outcome import LOOK_AGAIN
from .transactions import together_or_apart


class OpcoTransmission(models.Model):
    """What an outcome changes elsewhere: the contract, its chatter, its batch."""

    # A subject of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    is_delay_told = fields.Boolean(readonly=True)

    def _apply_in_own_transaction(self):
        """Tell the contracts; what fails here is done again by the next run."""
        # It stays marked as not applied.
        together_or_apart(
            self.env,
            "Consequences of transmission",
            self,
            lambda rows: rows._apply(),
        )

    def _apply(self):
        """Consequences of the outcomes on everything else; idempotent."""
        self._give_up_closed()
        rows = self.filtered(lambda row: not row.applied)
        unsendable = rows.filtered(lambda row: row.state == "cancelled")
        unsendable._by_operation("_on_unsendable")
        (rows - unsendable)._by_operation("_on_outcome")
        for row in rows.filtered(lambda row: row.state == "held"):
            row.connection_id._stop(row.message)
        if "unknown" in rows.mapped("state"):
            self.env["opco.dossier"]._wake(at=fields.Datetime.now() + LOOK_AGAIN)
        rows._tell()
        rows.applied = True
        rows.contract_id._opco_notify()
        for batch in rows.batch_id:
            batch._notify_progress()

    def _tell(self):
        """One line in the chatter for each thing worth knowing, never per attempt."""
        worth_a_line = self.filtered(
            lambda row: not (row._is_delayed() and row.is_delay_told)
        )
        # A contract has one line at most in each message of a batch.
        for rows in worth_a_line._one_for_each_contract():
            rows.contract_id._message_log_batch(
                bodies={
                    row.contract_id.id: row._outcome_line()
                    for row in rows._by_sender_language()
                }
            )
        for row in self:
            row.is_delay_told = row._is_delayed()

    def _one_for_each_contract(self):
        """Yield the rows so that none of a batch is of the same contract."""
        ranked = defaultdict(self.browse)
        rank_of = Counter()
        for row in self:
            ranked[rank_of[row.contract_id]] |= row
            rank_of[row.contract_id] += 1
        yield from ranked.values()

    def _what_to_correct(self):
        """Return, one line each, what whoever sent it is asked to correct."""
        return (self.message or "").splitlines()

    def _outcome_line(self):
        """Return the outcome as a line of chatter; remote text is escaped."""
        sentence = getattr(self, f"_outcome_sentence_{self.operation}")()
        return Markup("<br/>").join([sentence, *(self.message or "").splitlines()])

    def _is_delayed(self):
        return self.state in ("retry", "held", "unknown")
