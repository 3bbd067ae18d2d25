# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time
import uuid
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..sealed_content import SEALED_NAMES, content_writers
from ..verify_journal import (
    MISPLACED_ROW,
    ChainCheck,
    Fault,
    Row,
    anchor_text,
    first_link,
    seal,
)
from .journal_triggers import refuse_removal
from .transactions import in_own_transaction, isolated

# Rows sealed in one transaction, and read at once by a verification.
BATCH = 2000
# What a verification reads of a row: its link, then its content.
LINK_COLUMNS = (
    "id",
    "seal_number",
    "digest",
    "sealed_at",
    "seal",
    "previous_seal",
    "response_digest",
    "response_salt",
    "response_body",
    "digest_format",
)
COLUMNS = (*LINK_COLUMNS, *sorted(SEALED_NAMES.difference(LINK_COLUMNS)))
MOMENTS = ("sealed_at", "started_at")
CONTENT_WRITERS = content_writers(COLUMNS)
# Seconds since its last run after which the sealer is woken by a single row.
AT_REST = timedelta(seconds=1)
# After which a row has waited too long for the sealer.
LATE = timedelta(seconds=1)


class OpcoChain(models.Model):
    """The head of one connection's sealed journal: its last number, seal and time.

    Rows are numbered in the order of their ids among those committed when the sealer
    looks: one that is committed late gets a later number, never a hole.
    """

    _name = "opco.chain"
    _description = "Chain of the Sealed Journal"
    _rec_name = "connection_id"

    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    key = fields.Char(
        required=True,
        readonly=True,
        default=lambda self: self._default_key(),
        help="Drawn at random: the beginning of every anchor of this chain.",
    )
    number = fields.Integer(string="Last number", readonly=True, aggregator=None)
    seal = fields.Char(string="Last seal", readonly=True)
    sealed_at = fields.Datetime(string="Sealed on", readonly=True)
    anchor = fields.Char(
        compute="_compute_anchor",
        help="Keep it outside of this database: a journal written anew cannot contain "
        "it.",
    )

    _connection_uniq = models.UniqueIndex("(connection_id)")

    def init(self):
        refuse_removal(self.env.cr, "opco_chain")

    @api.model
    def _default_key(self):
        return uuid.uuid4().hex

    @api.depends("key", "number", "seal")
    def _compute_anchor(self):
        for chain in self:
            chain.anchor = chain.seal and anchor_text(
                chain.key, chain.number, chain.seal
            )

    # ------------------------------------------------------------------- sealing
    @api.model
    def _wake(self):
        self.env.ref("opco_ep_connector.ir_cron_seal").sudo()._trigger()

    @api.model
    def _wake_for_the_rest(self):
        """Wake the sealer if anything waits for it: what a run does when it ends."""
        if self._connections_with_unsealed_rows():
            self._wake()

    @api.model
    def _wake_if_at_rest(self):
        """Wake the sealer unless it has just run or is about to.

        This is on the way of every outcome, and waking costs more than the outcome: a
        run that journals many rows calls `_wake_for_the_rest` when it ends.
        """
        cron_id = self.env.ref("opco_ep_connector.ir_cron_seal").id
        busy = self.env.execute_query(
            SQL(
                "SELECT 1 FROM ir_cron WHERE id = %s AND lastcall > %s"
                " UNION ALL SELECT 1 FROM ir_cron_trigger WHERE cron_id = %s LIMIT 1",
                cron_id,
                fields.Datetime.now() - AT_REST,
                cron_id,
            )
        )
        if not busy:
            self._wake()

    @api.model
    def _cron_seal(self):
        """Number and chain what was journaled; never in the outcome's transaction."""
        for connection_id in self._connections_to_seal():
            with isolated(self.env, "Sealing of connection", connection_id):
                self._seal_all(connection_id)

    @api.model
    def _seal_late(self):
        """Seal some rows if any has waited too long; right after a commit.

        Odoo's crons share one or two threads: while long runs hold them, the sealer has
        none. So the run that journals most of the rows looks after them.
        """
        with isolated(self.env, "Sealing of what is late in", self._name):
            if in_own_transaction(self.env, self._has_late_rows):
                self._seal_some()

    @api.model
    def _seal_some(self):
        """Seal the next rows of each connection; right after a commit."""
        with isolated(self.env, "Sealing of some of", self._name):
            for connection_id in self._connections_to_seal():
                in_own_transaction(self.env, partial(self._seal_batch, connection_id))

    @api.model
    def _has_late_rows(self):
        [(has_late_rows,)] = self.env.execute_query(
            SQL(
                "SELECT EXISTS (SELECT FROM opco_exchange WHERE seal IS NULL"
                " AND create_date < (clock_timestamp() AT TIME ZONE 'UTC') - %s)",
                LATE,
            )
        )
        return has_late_rows

    @api.model
    def _seal_all(self, connection_id):
        while in_own_transaction(self.env, lambda: self._seal_batch(connection_id)):
            pass

    @api.model
    def _connections_to_seal(self):
        """Return those with unsealed rows, each with its chain; ends with a commit.

        For a chain's lock must be the first statement of its transaction.
        """
        in_own_transaction(self.env, self._begin_chains)
        return in_own_transaction(self.env, self._connections_with_unsealed_rows)

    @api.model
    def _begin_chains(self):
        waiting = self._connections_with_unsealed_rows()
        begun = self.search([("connection_id", "in", waiting)]).connection_id.ids
        self.create(
            [
                {"connection_id": connection_id}
                for connection_id in waiting
                if connection_id not in begun
            ]
        )

    @api.model
    def _connections_with_unsealed_rows(self):
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT connection_id FROM opco_exchange WHERE seal IS NULL")
        )
        return [connection_id for (connection_id,) in rows]

    @api.model
    def _seal_batch(self, connection_id):
        """Seal the next rows; begins right after a commit.

        The lock comes first: the snapshot is then that of the head. Whoever finds the
        head locked leaves its rows to who holds it.

        :return: whether there was something to seal
        """
        head = self.env.execute_query(
            SQL(
                "SELECT id, key, number, seal FROM opco_chain WHERE connection_id = %s"
                " FOR NO KEY UPDATE SKIP LOCKED",
                connection_id,
            )
        )
        if not head:
            return False
        chain_id, key, number, previous = head[0]
        rows = self.env.execute_query(
            SQL(
                "SELECT id, digest FROM opco_exchange"
                " WHERE connection_id = %s AND seal IS NULL ORDER BY id LIMIT %s",
                connection_id,
                BATCH,
            )
        )
        if not rows:
            return False
        sealed_at = fields.Datetime.to_string(fields.Datetime.now())
        links, number, previous = [], number or 0, previous or first_link(key)
        for row_id, digest in rows:
            number += 1
            sealed = seal(number, previous, digest, sealed_at)
            links.append((row_id, number, previous, sealed))
            previous = sealed
        self._write_links(links, sealed_at)
        self.env.cr.execute(
            SQL(
                "UPDATE opco_chain SET number = %s, seal = %s, sealed_at = %s"
                " WHERE id = %s",
                number,
                previous,
                sealed_at,
                chain_id,
            )
        )
        self.env.invalidate_all(flush=False)
        return True

    @api.model
    def _write_links(self, links, sealed_at):
        ids, numbers, previous, seals = zip(*links, strict=True)
        self.env.cr.execute(
            SQL(
                "UPDATE opco_exchange AS row SET seal_number = link.number,"
                " previous_seal = link.previous, seal = link.seal, sealed_at = %s"
                " FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[])"
                " AS link (id, number, previous, seal) WHERE row.id = link.id",
                sealed_at,
                list(ids),
                list(numbers),
                list(previous),
                list(seals),
            )
        )

    # -------------------------------------------------------------- verification
    def _new_check(self, anchors=()):
        self.ensure_one()
        return ChainCheck(self.key, anchors=tuple(anchors))

    def _verify_slice(self, check, seconds=None):
        """Read on from where the check stopped, and end it when all is read.

        :param seconds: after which to stop, the check being resumable; None for never
        :return: whether it has ended
        """
        started = time.monotonic()
        while rows := self._rows_after(check.number):
            check.feed(rows)
            if check.fault:
                return True
            if seconds is not None and time.monotonic() - started > seconds:
                return False
        check.end(self._head())
        if not check.fault and self._count_sealed() != check.number:
            check.fault = Fault(check.number, MISPLACED_ROW)
        return True

    def _head(self):
        """Return the last number and seal, as they stand in the database."""
        self.ensure_one()
        self.invalidate_recordset(["number", "seal"])
        return self.number, self.seal or first_link(self.key)

    def _rows_after(self, number, limit=BATCH):
        """Return the next sealed rows to verify, in order; the ORM is too slow here."""
        return [_to_verify(values) for values in self._fetch(number, limit)]

    def _fetch_rows(self, number, limit):
        """Return the next sealed rows by the names of their columns, in order."""
        return [
            dict(zip(COLUMNS, values, strict=True))
            for values in self._fetch(number, limit)
        ]

    def _fetch(self, number, limit):
        self.ensure_one()
        return self.env.execute_query(
            SQL(
                "SELECT %s FROM opco_exchange WHERE connection_id = %s"
                " AND seal IS NOT NULL AND seal_number > %s"
                " ORDER BY seal_number LIMIT %s",
                SQL(", ").join(map(_selected, COLUMNS)),
                self.connection_id.id,
                number,
                limit,
            )
        )

    def _count_sealed(self):
        """Count what bears a seal or a number: as many as the head says, or a row was
        slipped in.

        Two counts, each by an index: one of both would read the whole journal.
        """
        self.ensure_one()
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT (SELECT count(*) FROM opco_exchange"
                " WHERE connection_id = %(connection)s AND seal IS NOT NULL)"
                " + (SELECT count(*) FROM opco_exchange"
                " WHERE connection_id = %(connection)s AND seal IS NULL"
                " AND seal_number IS NOT NULL)",
                connection=self.connection_id.id,
            )
        )
        return count

    def _count_unsealed(self):
        self.ensure_one()
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM opco_exchange"
                " WHERE connection_id = %s AND seal IS NULL",
                self.connection_id.id,
            )
        )
        return count


def _selected(name):
    column = SQL.identifier(name)
    if name in MOMENTS:
        return SQL("to_char(%s, 'YYYY-MM-DD HH24:MI:SS')", column)
    return column


def _to_verify(values):
    """Return a row as it is to be verified.

    :param values: those of COLUMNS
    """
    _id, number, digest, sealed_at, sealed, previous, of_answer, salt, answer, kind = (
        values[: len(LINK_COLUMNS)]
    )
    writer = CONTENT_WRITERS.get(kind or 1)
    return Row(
        number,
        digest,
        sealed_at,
        sealed,
        previous,
        # Of a format that never was, no content fits its digest.
        writer.as_json(values) if writer else "",
        of_answer,
        salt,
        answer,
    )
