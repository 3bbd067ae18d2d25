# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import split_every

from odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_contract import (
    PERSONAL_DATA,
)

from ..automatic_sending import AutomaticSending
from ..convergence import payload
from ..convergence.redact import MASK
from ..delivery import Delivery
from ..deposit import OPERATIONS
from .transactions import in_own_transaction, isolated, together_or_apart

# A claim that has not been settled after that many times the longest call is lost.
CLAIM_TIMEOUTS = 3
APPLIED_AT_ONCE = 100


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
        sending --[its file is gone or changed, its flow closed]--> cancelled
    """

    _name = "opco.transmission"
    _description = "OPCO Transmission"
    _order = "id desc"
    _rec_name = "reference"
    _check_company_auto = True

    DUE_STATES = ("queued", "retry")
    WAITING_STATES = ("queued", "sending", "retry", "unknown", "held")
    NEVER_LEFT_STATES = ("queued", "retry", "held")
    # Of these operations the norm reads nothing back.
    SEEN_BY_A_PERSON = ("convention", "document")

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
        [
            ("contract", "Contract"),
            ("termination", "Early termination"),
        ],
        required=True,
        readonly=True,
        default="contract",
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
    is_first = fields.Boolean(
        compute="_compute_is_first",
        store=True,
        help="The OPCO had answered nothing like it for this contract before.",
    )
    is_live = fields.Boolean(
        readonly=True,
        default=True,
        help="Forbids another transmission of the same thing.",
    )
    is_batch = fields.Boolean(
        readonly=True, help="Part of a selection: leaves after single clicks."
    )
    batch_id = fields.Many2one(
        "opco.batch", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    employer_id = fields.Many2one(related="contract_id.employer_id", string="Employer")
    training_id = fields.Many2one(related="contract_id.training_id")
    training_centre_id = fields.Many2one(
        related="contract_id.training_centre_id", string="Site"
    )
    contract_transport_state = fields.Selection(
        related="contract_id.opco_transport_state", string="Contract today"
    )
    user_id = fields.Many2one(
        "res.users", string="Sent by", readonly=True, ondelete="set null"
    )
    payload = fields.Text(readonly=True, prefetch=False, groups=fields.NO_ACCESS)
    overrides = fields.Json(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Findings passed over: who decided, when and why.",
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
    compared_at = fields.Datetime(
        readonly=True, help="When the contract was last compared with this content."
    )
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
    exchange_ids = fields.One2many("opco.exchange", "transmission_id")
    duration_ms = fields.Integer(
        string="Duration (ms)",
        compute="_compute_duration_ms",
        help="Of all its calls to the OPCO.",
    )

    _one_live = models.UniqueIndex(
        "(contract_id, operation, COALESCE(document_id, 0), environment) WHERE is_live",
        "It is already transmitted or on its way: reload the page to see where it "
        "stands.",
    )
    _due = models.Index(
        "(connection_id, is_batch, next_try_at, id) WHERE state IN ('queued', 'retry')"
    )
    _claimed = models.Index("(claimed_until) WHERE state = 'sending'")
    _unapplied = models.Index("(id) WHERE applied IS NOT TRUE")
    # What is counted and grouped, without reading the rows, which hold what was sent.
    _figures = models.Index(
        "(company_id, create_date) INCLUDE (state, operation, environment,"
        " connection_id, user_id, error_id, contract_id, attempt_count)"
    )
    # The figures are read from it alone.
    _deposits_answered = models.Index(
        "(environment, answered_at) INCLUDE (company_id, connection_id, contract_id, "
        "state, is_first, internal_number) "
        "WHERE operation = 'contract' AND state IN ('sent', 'rejected')"
    )

    @api.depends("overrides")
    @api.depends_context("uid")
    def _compute_overrides_text(self):
        entitled = self.env.user.has_group(PERSONAL_DATA)
        for row in self:
            row.overrides_text = "\n".join(
                "{rule} – {by}, {on} : {shown}".format(
                    **override,
                    shown=override["reason"]
                    if entitled or not override.get("is_personal", True)
                    else MASK,
                )
                for override in row.sudo().overrides or []
            )

    # When it is made, and never again: what was answered before does not change.
    @api.depends("contract_id")
    def _compute_is_first(self):
        answered = self._read_group(
            [
                ("contract_id", "in", self.contract_id.ids),
                ("state", "in", ("sent", "rejected")),
            ],
            ["contract_id", "operation", "environment"],
            ["id:min"],
        )
        first = {tuple(key): row_id for *key, row_id in answered}
        for row in self:
            key = (row.contract_id, row.operation, row.environment)
            row.is_first = first.get(key, row.id) >= row.id

    @api.depends("exchange_ids")
    def _compute_duration_ms(self):
        durations = dict(
            self.env["opco.exchange"]._read_group(
                [("transmission_id", "in", self.ids)],
                ["transmission_id"],
                ["duration_ms:sum"],
            )
        )
        for row in self:
            row.duration_ms = durations.get(row, 0)

    def init(self):
        # The bytes sent stay out of the pages that lists and figures read.
        self.env.cr.execute(
            "ALTER TABLE opco_transmission SET (toast_tuple_target = 512)"
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
        self.sudo()._give_up()

    def _give_up(self):
        self.lock_for_update(allow_referencing=True)
        self.write({"state": "cancelled", "is_live": False, "applied": True})
        self._by_operation("_on_given_up")
        self.batch_id._notify()

    def _close(self):
        """The OPCO has closed the dossier: what waits for it does not leave.

        What only a person could have settled has nothing left to be settled.
        """
        self.is_live = False
        self._give_up_closed()

    def _give_up_closed(self):
        """Of what the OPCO has closed, give up what has not left or nobody can know.

        What was on its way at that moment comes here once its outcome is known.
        """
        closed = self.filtered(
            lambda row: (
                not row.is_live
                and (
                    row.state in self.NEVER_LEFT_STATES
                    or (
                        row.state == "unknown"
                        and row.operation in self.SEEN_BY_A_PERSON
                    )
                )
            )
        )
        if closed:
            closed.try_lock_for_update(allow_referencing=True)._give_up()

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
    def _queue(self, preparations, batch=None):
        """Queue contracts; nothing leaves before this transaction is committed.

        :param preparations: sendable `Preparation` values
        :param batch: the `opco.batch` they are queued with, if any
        :return: the transmissions, in the same order
        """
        rows = self.sudo().create(
            [
                self._values_to_queue(preparation)
                # What nobody has clicked leaves after what somebody has.
                | {
                    "batch_id": batch and batch.id,
                    "is_batch": bool(batch or preparation.sender),
                }
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
            "operation": preparation.operation,
            "reference": contract.name,
            "connection_id": connection.id,
            "environment": connection.environment,
            "user_id": (preparation.sender or self.env.user).id,
            "payload": body.decode(),
            "payload_sha256": payload.digest(body),
            "overrides": contract._overrides_for_journal(),
            "document_id": preparation.document and preparation.document.id,
            **self._file_values(preparation),
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
            Domain("connection_id", "=", connection.id)
            & Domain("state", "=", "held")
            & self._domain_not_proposed()
        )
        rows.write(
            {
                "state": "queued",
                "next_try_at": fields.Datetime.now(),
                "applied": True,
            }
        )
        rows._by_operation("_on_released")
        if rows:
            self._wake()

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_send_ready(self):
        """Queue the ready contracts of the connections that send them by themselves."""
        AutomaticSending(self.env).run()

    @api.model
    def _cron_deliver(self):
        """Send what is due; the only place that deposits at an OPCO."""
        self._settle_lost_claims()
        self._drop_closed()
        self._follow_connections()
        self._apply_pending()
        self.env["apprenticeship.agreement"]._opco_send_waiting()
        passed_over = Delivery(self.env).run()
        self.env["apprenticeship.agreement"]._opco_send_waiting()
        self._wake_for_next(passed_over)
        self.env["opco.chain"]._wake_for_the_rest()

    @api.model
    def _drop_closed(self):
        """Give up what the OPCO closed while it was on its way."""
        closed = self.search(
            [("is_live", "=", False), ("state", "in", self.WAITING_STATES)]
        )
        together_or_apart(
            self.env,
            "Closed transmission",
            closed,
            lambda rows: rows._give_up_closed(),
        )

    @api.model
    def _follow_connections(self):
        """Hold what waits for a stopped connection, release what an open one holds."""
        waiting = self._read_group(
            [("state", "in", self.NEVER_LEFT_STATES)], ["connection_id", "environment"]
        )
        for connection, environment in waiting:
            with isolated(self.env, "Queue of connection", connection.id):
                in_own_transaction(
                    self.env, partial(self._follow, connection, environment)
                )

    @api.model
    def _follow(self, connection, environment):
        if environment != connection.environment:
            self._cancel_stranded(connection, environment)
        elif connection.state == "stopped":
            self._hold_queue(connection, connection.test_message)
        elif connection.state == "active":
            self._release_held(connection)

    @api.model
    def _cancel_stranded(self, connection, environment):
        """Cancel what was queued while its connection changed environment."""
        stranded = self.search(
            [
                ("connection_id", "=", connection.id),
                ("environment", "=", environment),
                ("state", "in", self.NEVER_LEFT_STATES),
            ]
        )
        stranded.write({"state": "cancelled", "is_live": False, "applied": True})
        stranded._by_operation("_on_stranded")

    @api.model
    def _settle_lost_claims(self):
        """A claim whose worker died may have left: nobody knows."""
        lost = self.search(
            [("state", "=", "sending"), ("claimed_until", "<", fields.Datetime.now())]
        )
        together_or_apart(
            self.env,
            "Lost claim of transmission",
            lost,
            lambda rows: rows._record_lost_claims(),
        )

    @api.model
    def _apply_pending(self):
        # What leaves again is told of once it is known what became of it.
        under_way = ("queued", "sending")
        pending = self.search(
            [("applied", "=", False), ("state", "not in", under_way)], order="id"
        )
        for rows in split_every(APPLIED_AT_ONCE, pending.ids, self.browse):
            rows._apply_in_own_transaction()

    @api.model
    def _wake_for_next(self, passed_over):
        """Wake for the next row of a connection that could be used in this run."""
        waiting = self._read_group(
            Domain("state", "in", self.DUE_STATES)
            & Domain("is_live", "=", True)
            & Domain("connection_id.state", "=", "active")
            & Domain("connection_id", "not in", passed_over.ids)
            & self._domain_not_stopped()
            & self._domain_not_proposed(),
            ["connection_id"],
            ["next_try_at:min"],
        )
        connections = self.env["opco.connection"].union(*(row[0] for row in waiting))
        paused = self.env["opco.health"]._paused(connections)
        moments = [
            max(next_try_at, paused[connection].paused_until)
            if connection in paused
            else next_try_at
            for connection, next_try_at in waiting
        ]
        if moments:
            self._wake(at=max(min(moments), fields.Datetime.now()))

    @api.model
    def _domain_due(self):
        return (
            Domain("state", "in", self.DUE_STATES)
            & Domain("is_live", "=", True)
            & Domain("next_try_at", "<=", fields.Datetime.now())
            & Domain("connection_id.state", "=", "active")
            & self._domain_not_stopped()
            & self._domain_not_proposed()
        )

    @api.model
    def _domain_not_stopped(self):
        """Return the domain of what no stopped batch keeps here."""
        return Domain("batch_id", "=", False) | Domain(
            "batch_id.is_stopped", "=", False
        )

    @api.model
    def _domain_not_proposed(self):
        """Leave alone what the OPCO seems to have already, until a person decides."""
        proposed = self.env["opco.dossier"]._search(
            self.env["opco.dossier"]._domain_proposed()
        )
        return Domain(
            "contract_id", "not any", [("opco_proposed_dossier_ids", "in", proposed)]
        )

    def _of_operation(self, operation):
        return self.filtered(lambda row: row.operation == operation)

    def _by_operation(self, hook):
        """Call what each operation does on an event, with all its rows.

        :param hook: ``_on_released``, ``_on_stranded``, ``_on_given_up``,
            ``_on_unsendable`` or ``_on_outcome``, completed with the name of the
            operation
        """
        for operation, rows in self.grouped("operation").items():
            getattr(rows, f"{hook}_{operation}")()

    def _call(self):
        """Return what to call with a client, in a thread, to send the row.

        It holds no record: threads touch nothing of Odoo.
        """
        call = partial(OPERATIONS[self.operation], body=self.payload.encode())
        file = self._file_to_send()
        return partial(call, file=file) if file else call

    def _in_sender_language(self):
        """Return the row, speaking the language of the person who sent it."""
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _by_sender_language(self):
        """Yield the rows, each speaking the language of the person who sent it."""
        for language, rows in self.grouped(lambda row: row.user_id.lang).items():
            yield from rows.with_context(lang=language or self.env.lang)

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
        lost = rows.filtered(lambda row: not row.payload)
        lost._cancel_lost()
        rows -= lost
        seconds = CLAIM_TIMEOUTS * connection.profile_id._longest_timeout()
        now = fields.Datetime.now()
        rows.write(
            {
                "state": "sending",
                "claimed_at": now,
                "claimed_until": now + timedelta(seconds=seconds),
                "look_count": 0,
            }
        )
        for row in rows:
            row.attempt_count += 1
        return rows

    def _cancel_lost(self):
        """Cancel what has nothing left to send, so that it holds up no other."""
        for row in self._by_sender_language():
            message = row._lost_message()
            row.write(
                {
                    "state": "cancelled",
                    "is_live": False,
                    "applied": True,
                    "message": message,
                }
            )
            row._by_operation("_on_given_up")
            row.contract_id._message_log(body=message)

    def _lost_message(self):
        """Return what to do again, by whoever sent it; operations say theirs."""
        return self.env._(
            "What was to be sent is lost: nothing left. Transmit the contract again."
        )

    def _give_back(self):
        """What was claimed, and whose call never started, is due as before."""
        for row in self:
            row.attempt_count -= 1
            row.state = "retry" if row.attempt_count else "queued"
        self.claimed_until = False
