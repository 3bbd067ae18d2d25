# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import random
from datetime import timedelta

from odoo import fields, models

from ..convergence.errors import ConvergenceError, Unknown
from ..deposit import NEVER_LEFT
from .outcome_messages import explain_failure, explain_unsendable, remote_text

LONGEST_DOUBLING = 10
# The OPCO may need a moment to list what it has just received.
LOOK_AGAIN = timedelta(minutes=1)


class OpcoTransmission(models.Model):
    """What the calls of a row ended in, and what is found of it at the OPCO."""

    # A subject of its own, in a file of its own.
    _inherit = "opco.transmission"  # pylint: disable=consider-merging-classes-inherited

    def _record_outcomes(self, outcomes):
        """Write what calls ended in: the rows and their exchanges, nothing else.

        :param outcomes: by row, a `Receipt`, an `Acknowledgement`, a
            `ConvergenceError` or, when nothing could leave, one of `NEVER_LEFT`
        """
        self.env["opco.exchange"]._journal_all(
            [
                (row, outcomes[row].exchange)
                for row in self
                if not isinstance(outcomes[row], NEVER_LEFT)
            ]
        )
        for row in self._by_sender_language():
            outcome = outcomes[row]
            if isinstance(outcome, NEVER_LEFT):
                row._record_unsendable(outcome)
            elif isinstance(outcome, ConvergenceError):
                row._record_failure(outcome)
            else:
                row._record_accepted(outcome)

    def _record_accepted(self, receipt):
        numbers = receipt if self.operation == "contract" else None
        self._settle("sent", self._received_values(numbers))

    def _received_values(self, numbers):
        """Return what a reception writes; only a contract's brings the numbers."""
        if numbers is None:
            return {"message": False}
        return {
            "internal_number": numbers.internal_number,
            "external_number": numbers.external_number,
            "deca_number": numbers.deca_number,
            "message": False,
        }

    def _record_unsendable(self, reason):
        """Give up what this server found that it cannot send as it was queued."""
        message = explain_unsendable(self.env, reason)
        self._settle("cancelled", {"message": message, "is_live": False})

    def _record_failure(self, error):
        outcome = error.outcome
        message = explain_failure(self.env, error)
        if outcome == "rejected":
            self._settle("rejected", {"message": message, "is_live": False})
        elif outcome == "auth" and self.connection_id._has_new_secrets_since(
            self.claimed_at
        ):
            self._settle("retry", self._values_with_new_secrets())
        elif outcome == "auth":
            self._settle("held", {"message": message})
        elif outcome == "unknown":
            self._settle("unknown", {"message": self._unknown_message(message, error)})
        else:
            self._settle("retry", {"message": message} | self._retry_values(error))

    def _values_with_new_secrets(self):
        """What was refused is the former token: it leaves at once with the new one."""
        return {
            "message": self.env._(
                "The token was replaced during the call: it is tried again with the "
                "new one."
            ),
            "next_try_at": fields.Datetime.now(),
        }

    def _record_lost_claims(self):
        for row in self._by_sender_language():
            message = row.env._("The server stopped before the OPCO answered.")
            lost = Unknown("claim lost")
            row._settle("unknown", {"message": row._unknown_message(message, lost)})

    def _unknown_message(self, message, error):
        """Return what happened and how it will be known; operations say theirs."""
        said = remote_text(error)
        lines = [
            message,
            said,
            self.env._(
                "It may have received it all the same: it is not sent again before "
                "this is known."
            ),
        ]
        return "\n".join(filter(None, lines))

    def _record_found(self, detail):
        """Adopt the dossier by which the OPCO holds what was sent."""
        self.env["opco.exchange"]._journal(self.connection_id, detail.exchange, self)
        # The legal delay runs from the day it was received, not from the day it was
        # found: it arrived as it left.
        received = self._received_values(detail) | {"answered_at": self.claimed_at}
        self._settle("sent", received)

    def _record_done(self, detail):
        """The dossier shows that what was sent has been done."""
        self.env["opco.exchange"]._journal(self.connection_id, detail.exchange, self)
        self._settle("sent", {"message": False})

    def _record_not_found(self):
        """Count the look; after two and the settle time, the same bytes leave again."""
        settle_time = timedelta(minutes=self.profile_id.settle_minutes)
        self.look_count += 1
        now = fields.Datetime.now()
        if self.look_count < 2 or now < self.answered_at + settle_time:
            self.env["opco.dossier"]._wake(
                at=max(now + LOOK_AGAIN, self.answered_at + settle_time)
            )
            return
        message = self.env._(
            "The OPCO does not have it: it is sent again, exactly as it was."
        )
        self._settle("retry", {"message": message, "next_try_at": now})
        self._wake()

    def _retry_values(self, error):
        first = timedelta(seconds=self.profile_id.retry_first_seconds)
        longest = timedelta(minutes=self.profile_id.retry_longest_minutes)
        doublings = min(self.attempt_count - 1, LONGEST_DOUBLING)
        delay = min(first * 2**doublings, longest) * random.uniform(0.8, 1.2)
        if error.retry_after:
            delay = max(delay, timedelta(seconds=error.retry_after))
        return {"next_try_at": fields.Datetime.now() + delay}

    def _settle(self, state, values):
        self.write(
            {
                "state": state,
                "claimed_until": False,
                "answered_at": fields.Datetime.now(),
                "applied": False,
                **values,
            }
        )
