# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..convergence import payload
from ..delivery import Delivery
from .outcome_messages import explain_failure, remote_text
from .transactions import in_own_transaction, isolated

_logger = logging.getLogger(__name__)

RETRY_FIRST = timedelta(seconds=30)
RETRY_LONGEST = timedelta(minutes=30)
# The OPCO may need a moment to list what it has just received.
LOOK_AGAIN = timedelta(minutes=1)
# A claim that has not been settled after that many times the longest call is lost.
CLAIM_TIMEOUTS = 3


class OpcoTransmission(models.Model):
    """Outbox and journal: one row for each thing to deliver.

    States; « unknown » means that the OPCO may hold it::

        queued --[claimed]--> sending --[accepted]--> sent
          ^  |                   |-----[verdict]----> rejected
          |  |                   |-----[not sent, busy]--> retry --[claimed]--> sending
          |  |                   |-----[no readable answer, claim lost]--> unknown
          |  |                   '-----[credentials refused]--> held
          |  '--[connection stopped]--> held --[connection tested]--> queued
          '-------------------------------------------------'
        unknown --[found in the OPCO's list]--> sent
        unknown --[absent on two looks, after the settle time]--> retry
        queued, retry, held --[a person]--> cancelled
    """

    _name = "opco.transmission"
    _description = "OPCO Transmission"
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    DUE_STATES = ("queued", "retry")
    WAITING_STATES = ("queued", "sending", "retry", "unknown", "held")
    NEVER_LEFT_STATES = ("queued", "retry", "held")

    contract_id = fields.Many2one(
        "apprenticeship.contract",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    reference = fields.Char(
        string="Contract reference",
        readonly=True,
        help="As it was when it was queued.",
    )
    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="restrict", index=True
    )
    profile_id = fields.Many2one(related="connection_id.profile_id", store=True)
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        required=True,
        readonly=True,
    )
    operation = fields.Selection(
        [("contract", "Contract")], required=True, readonly=True, default="contract"
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sending", "Being sent"),
            ("sent", "Received by the OPCO"),
            ("rejected", "Rejected"),
            ("retry", "To be tried again"),
            ("unknown", "To be verified"),
            ("held", "Held"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
    )
    is_live = fields.Boolean(
        readonly=True,
        default=True,
        help="Forbids another transmission of the same thing.",
    )
    is_batch = fields.Boolean(
        readonly=True, help="Part of a selection: leaves after single clicks."
    )
    user_id = fields.Many2one(
        "res.users", string="Sent by", readonly=True, ondelete="set null"
    )
    payload = fields.Text(readonly=True, prefetch=False, groups=fields.NO_ACCESS)
    overrides = fields.Json(
        readonly=True, help="Findings passed over: who decided, when and why."
    )
    overrides_text = fields.Text(
        string="Findings passed over", compute="_compute_overrides_text"
    )
    payload_sha256 = fields.Char(string="Content (SHA-256)", readonly=True)
    attempt_count = fields.Integer(string="Attempts", readonly=True)
    next_try_at = fields.Datetime(
        string="Next try", readonly=True, default=fields.Datetime.now
    )
    claimed_at = fields.Datetime(readonly=True)
    claimed_until = fields.Datetime(readonly=True)
    look_count = fields.Integer(
        readonly=True, help="Times the OPCO's list was read without finding it."
    )
    answered_at = fields.Datetime(string="Answered on", readonly=True)
    message = fields.Text(
        string="Result", readonly=True, help="What the OPCO said, or what happened."
    )
    internal_number = fields.Char(string="OPCO number", readonly=True)
    external_number = fields.Char(string="Dossier number", readonly=True)
    deca_number = fields.Char(string="DECA number", readonly=True)
    applied = fields.Boolean(
        readonly=True,
        default=True,
        help="The contract and its chatter know the last outcome.",
    )
    is_delay_told = fields.Boolean(readonly=True)
    exchange_ids = fields.One2many("opco.exchange", "transmission_id")

    _one_live = models.UniqueIndex(
        "(contract_id, operation, environment) WHERE is_live",
        "This contract is already transmitted or on its way.",
    )
    _due = models.Index(
        "(connection_id, is_batch, next_try_at, id) WHERE state IN ('queued', 'retry')"
    )
    _claimed = models.Index("(claimed_until) WHERE state = 'sending'")
    _unapplied = models.Index("(id) WHERE applied IS NOT TRUE")

    @api.depends("overrides")
    def _compute_overrides_text(self):
        for row in self:
            row.overrides_text = "\n".join(
                "{rule} – {by}, {on} : {reason}".format(**override)
                for override in row.overrides or []
            )

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("The journal of transmissions cannot change."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("The journal of transmissions cannot be deleted."))

    # ------------------------------------------------------------------ actions
    def action_cancel(self):
        """Give up what provably never left."""
        self._check_transmitter()
        self.check_access("read")
        left = self.filtered(lambda row: row.state not in self.NEVER_LEFT_STATES)
        if left:
            raise UserError(
                self.env._(
                    "Only what has not left yet can be cancelled: %(references)s",
                    references=", ".join(left.mapped("reference")),
                )
            )
        rows = self.sudo()
        rows.lock_for_update(allow_referencing=True)
        rows.write({"state": "cancelled", "is_live": False, "applied": True})
        for row in rows:
            row.contract_id._opco_forget_transmission()

    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id._get_records_action()

    @api.model
    def _check_transmitter(self):
        if not self.env.user.has_group("opco_ep_connector.group_transmit"):
            raise AccessError(
                self.env._("You are not in the group that transmits to the OPCO.")
            )

    # -------------------------------------------------------------------- queue
    @api.model
    def _queue(self, preparations):
        """Queue contracts; nothing leaves before this transaction is committed.

        :param preparations: sendable `Preparation` values
        :return: the transmissions, in the same order
        """
        rows = self.sudo().create(
            [
                self._values_to_queue(preparation) | {"is_batch": len(preparations) > 1}
                for preparation in preparations
            ]
        )
        self._wake()
        return rows.sudo(False)

    @api.model
    def _values_to_queue(self, preparation):
        contract, connection = preparation.contract, preparation.connection
        body = payload.encode(preparation.content)
        return {
            "contract_id": contract.id,
            "reference": contract.name,
            "connection_id": connection.id,
            "environment": connection.environment,
            "user_id": self.env.uid,
            "payload": body.decode(),
            "payload_sha256": payload.digest(body),
            "overrides": contract._overrides_for_journal(),
        }

    @api.model
    def _wake(self, at=None):
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver").sudo()
        cron._trigger(at=at)

    @api.model
    def _hold_queue(self, connection, message):
        """Hold what waits for a connection that cannot be used."""
        rows = self.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "in", self.DUE_STATES),
            ]
        )
        rows.write({"state": "held", "message": message, "applied": False})
        if rows:
            self._wake()

    @api.model
    def _release_held(self, connection):
        rows = self.search(
            [("connection_id", "=", connection.id), ("state", "=", "held")]
        )
        rows.write(
            {
                "state": "queued",
                "next_try_at": fields.Datetime.now(),
                "applied": True,
            }
        )
        rows.contract_id._opco_mirror_transport("queued")
        if rows:
            self._wake()

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_deliver(self):
        """Send what is due; the only place that deposits at an OPCO."""
        self._settle_lost_claims()
        in_own_transaction(self.env, self._follow_connections)
        self._apply_pending()
        passed_over = Delivery(self.env).run()
        self._wake_for_next(passed_over)
        self.env["opco.chain"]._wake_for_the_rest()

    @api.model
    def _follow_connections(self):
        """Hold what waits for a stopped connection, release what an open one holds."""
        rows = self.search([("state", "in", self.NEVER_LEFT_STATES)])
        rows -= rows._cancel_stranded()
        for connection in rows.connection_id:
            if connection.state == "stopped":
                self._hold_queue(connection, connection.test_message)
            elif connection.state == "active":
                self._release_held(connection)

    def _cancel_stranded(self):
        """Cancel what was queued while its connection changed environment."""
        stranded = self.filtered(
            lambda row: row.environment != row.connection_id.environment
        )
        stranded.write({"state": "cancelled", "is_live": False, "applied": True})
        for row in stranded:
            row.contract_id._opco_mirror_environment(row.connection_id.environment)
        return stranded

    @api.model
    def _settle_lost_claims(self):
        """A claim whose worker died may have left: nobody knows."""
        lost = self.search(
            [("state", "=", "sending"), ("claimed_until", "<", fields.Datetime.now())]
        )
        for row in lost:
            with isolated(self.env, "Transmission", row.id):
                in_own_transaction(
                    self.env, row._in_sender_language()._record_lost_claim
                )

    @api.model
    def _apply_pending(self):
        for row in self.search([("applied", "=", False)]):
            row._in_sender_language()._apply_in_own_transaction()

    @api.model
    def _wake_for_next(self, passed_over):
        """Wake for the next row of a connection that could be used in this run."""
        waiting = self.search(
            Domain("state", "in", self.DUE_STATES)
            & Domain("connection_id.state", "=", "active")
            & Domain("connection_id", "not in", passed_over.ids),
            order="next_try_at",
            limit=1,
        )
        if waiting:
            self._wake(at=max(waiting.next_try_at, fields.Datetime.now()))

    @api.model
    def _domain_due(self):
        return (
            Domain("state", "in", self.DUE_STATES)
            & Domain("next_try_at", "<=", fields.Datetime.now())
            & Domain("connection_id.state", "=", "active")
        )

    def _in_sender_language(self):
        """Return the row, speaking the language of the person who sent it."""
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    @api.model
    def _claim(self, connection, limit):
        """Take rows to send; committed before the first byte leaves.

        Begins right after a commit: what was changed since is not seen otherwise.
        """
        due = (
            self._domain_due()
            & Domain("connection_id", "=", connection.id)
            & Domain("environment", "=", connection.environment)
        )
        rows = self.search(due, order="is_batch, next_try_at, id", limit=limit)
        rows = rows.try_lock_for_update(allow_referencing=True).filtered_domain(due)
        seconds = CLAIM_TIMEOUTS * connection.profile_id._longest_timeout()
        for row in rows:
            row.write(
                {
                    "state": "sending",
                    "claimed_at": fields.Datetime.now(),
                    "claimed_until": fields.Datetime.now() + timedelta(seconds=seconds),
                    "look_count": 0,
                    "attempt_count": row.attempt_count + 1,
                }
            )
        return rows

    # ------------------------------------------------------------------ outcome
    def _record_accepted(self, receipt):
        self.env["opco.exchange"]._journal(self.connection_id, receipt.exchange, self)
        self._settle(
            "sent",
            {
                "internal_number": receipt.internal_number,
                "external_number": receipt.external_number,
                "deca_number": receipt.deca_number,
                "message": False,
            },
        )

    def _record_failure(self, error):
        """Write what a call ended in: the row and its exchange, nothing else.

        :param error: a `ConvergenceError`
        """
        self.env["opco.exchange"]._journal(self.connection_id, error.exchange, self)
        outcome = error.outcome
        message = explain_failure(self.env, error)
        if outcome == "rejected":
            self._settle("rejected", {"message": message, "is_live": False})
        elif outcome == "auth":
            self._settle("held", {"message": message})
        elif outcome == "unknown":
            self._settle("unknown", {"message": self._unknown_message(message, error)})
        else:
            self._settle("retry", {"message": message} | self._retry_values(error))

    def _record_lost_claim(self):
        message = self.env._(
            "The server stopped while this was being sent: the OPCO may have received "
            "it. It is not sent again before this is known."
        )
        self._settle("unknown", {"message": message})

    def _unknown_message(self, message, error):
        said = remote_text(error)
        lines = [
            message,
            said,
            self.env._(
                "It may have received the contract all the same: it is not sent again "
                "before this is known."
            ),
        ]
        return "\n".join(filter(None, lines))

    def _record_found(self, detail):
        """Adopt the dossier by which the OPCO holds what was sent."""
        self.env["opco.exchange"]._journal(self.connection_id, detail.exchange, self)
        self._settle(
            "sent",
            {
                "internal_number": detail.internal_number,
                "external_number": detail.external_number,
                "deca_number": detail.deca_number,
                "message": False,
            },
        )

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
        delay = RETRY_FIRST * 2 ** min(self.attempt_count - 1, 10)
        delay = min(delay, RETRY_LONGEST) * random.uniform(0.8, 1.2)
        if error.retry_after:
            delay = max(delay, timedelta(seconds=error.retry_after))
        return {"next_try_at": fields.Datetime.now() + delay}

    def _settle(self, state, values):
        self.write(
            {
                **values,
                "state": state,
                "claimed_until": False,
                "answered_at": fields.Datetime.now(),
                "applied": False,
            }
        )

    # ------------------------------------------------------------- consequences
    def _apply_in_own_transaction(self):
        """Tell the contract; what fails here is done again by the next run."""
        # It stays marked as not applied.
        with isolated(self.env, "Consequences of transmission", self.id):
            in_own_transaction(self.env, self._apply)

    def _apply(self):
        """Consequences of the outcome on everything else; idempotent."""
        if self.applied:
            return
        contract = self.contract_id
        if self.state == "sent":
            dossier = self.env["opco.dossier"]._adopt(
                contract, self.connection_id, self
            )
            contract._opco_mirror(dossier)
            contract._mark_ready()
        if self.state == "held":
            self.connection_id._stop(self.message)
        if self.state == "unknown":
            self.env["opco.dossier"]._wake(at=fields.Datetime.now() + LOOK_AGAIN)
        contract._opco_mirror_transmission(self)
        self._tell()
        self.applied = True
        contract._opco_notify()

    def _tell(self):
        """One line in the chatter for each thing worth knowing, never per attempt."""
        is_delayed = self.state in ("retry", "held", "unknown")
        if not is_delayed or not self.is_delay_told:
            self.contract_id._opco_log_outcome(self)
        self.is_delay_told = is_delayed
