# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..verify_journal import (
    BROKEN_LINK,
    CHANGED_ANSWER,
    CHANGED_CONTENT,
    CHANGED_SEAL,
    MISPLACED_ROW,
    MISSING_ROW,
    WRONG_ANCHOR,
    WRONG_HEAD,
)


class OpcoIntegrityCheckLine(models.TransientModel):
    """One connection's chain: how far it was read, and what was found."""

    _name = "opco.integrity.check.line"
    _description = "Check of one Chain of the Journal"

    check_id = fields.Many2one(
        "opco.integrity.check", required=True, readonly=True, ondelete="cascade"
    )
    chain_id = fields.Many2one(
        "opco.chain", required=True, readonly=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="chain_id.connection_id")
    state = fields.Selection(
        [("running", "Under way"), ("intact", "Intact"), ("broken", "Altered")],
        default="running",
        required=True,
        readonly=True,
    )
    number = fields.Integer(string="Rows read", readonly=True)
    seal = fields.Char(readonly=True)
    anchors_met = fields.Integer(readonly=True)
    erased_count = fields.Integer(string="Erased answers", readonly=True)
    result = fields.Text(readonly=True)

    def _go_on(self, anchors, seconds):
        """Read on for a while.

        :return: whether this chain is done
        """
        self.ensure_one()
        check = self.chain_id._new_check(anchors)
        if self.seal:
            check.begin_after(self.number, self.seal)
        is_done = self.chain_id._verify_slice(check, seconds)
        self.write(
            {
                "number": check.number,
                "seal": check.seal,
                "anchors_met": self.anchors_met + len(check.met),
                "erased_count": self.erased_count + check.read - check.with_answer,
            }
        )
        if check.fault:
            self.write({"state": "broken", "result": self._explain(check.fault)})
        elif is_done:
            self.write({"state": "intact", "result": self._conclude()})
        else:
            self.result = self.env._(
                "%(read)s rows read out of %(all)s.",
                read=self.number,
                all=self.chain_id.number,
            )
        return is_done

    def _explain(self, fault):
        """Return which row is broken first, and why."""
        reason = self._reasons()[fault.kind]
        exchange = self.env["opco.exchange"].search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("seal_number", "=", fault.number),
            ],
            limit=1,
        )
        if exchange:
            return self.env._(
                "Row %(number)s, of contract %(reference)s on %(date)s, is the first "
                "broken one: %(reason)s The rows before it are in order.",
                number=fault.number,
                reference=exchange.reference or "–",
                date=format_datetime(self.env, exchange.started_at),
                reason=reason,
            )
        return self.env._(
            "Row %(number)s is the first broken one: %(reason)s The rows before it are "
            "in order.",
            number=fault.number,
            reason=reason,
        )

    @api.model
    def _reasons(self):
        return {
            CHANGED_CONTENT: self.env._("its content was changed."),
            CHANGED_ANSWER: self.env._("the OPCO's answer was changed."),
            CHANGED_SEAL: self.env._("its seal no longer fits its content."),
            BROKEN_LINK: self.env._(
                "it does not follow the row before it: it was inserted or moved."
            ),
            MISSING_ROW: self.env._("it is missing."),
            MISPLACED_ROW: self.env._(
                "it is out of place: a row was inserted, repeated or moved."
            ),
            WRONG_HEAD: self.env._(
                "the end of the journal does not fit the head of the chain."
            ),
            WRONG_ANCHOR: self.env._(
                "it does not bear the seal that was printed: the chain was computed "
                "anew, or cut."
            ),
        }

    def _conclude(self):
        chain = self.chain_id
        lines = [
            self.env._(
                "%(count)s rows in order. Head of the chain: %(anchor)s, sealed on "
                "%(date)s (UTC).",
                count=self.number,
                anchor=chain.anchor or "–",
                date=fields.Datetime.to_string(chain.sealed_at) or "–",
            )
        ]
        if self.anchors_met:
            lines.append(self.env._("The anchor given was found."))
        else:
            lines.append(
                self.env._(
                    "Without an anchor printed before, nothing proves that the whole "
                    "chain was not computed anew."
                )
            )
        if self.erased_count:
            lines.append(
                self.env._(
                    "%(count)s answers were erased: their rows verify, not their text.",
                    count=self.erased_count,
                )
            )
        if unsealed := chain._count_unsealed():
            lines.append(
                self.env._(
                    "%(count)s exchanges are not sealed yet.",
                    count=unsealed,
                )
            )
        return "\n".join(lines)
