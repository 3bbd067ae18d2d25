# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import pace

# What was just deposited often moves at once.
JUST_DEPOSITED = timedelta(minutes=15)


class OpcoPolling(models.Model):
    """The pace at which one connection's states are read; apart from the connection,
    which nothing that changes at each call may lock."""

    _name = "opco.polling"
    _description = "Pace of Reading of an OPCO Connection"
    _rec_name = "connection_id"

    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    next_read_at = fields.Datetime(string="Next read", readonly=True)
    last_read_at = fields.Datetime(string="Last read", readonly=True)
    asked_at = fields.Datetime(
        readonly=True, help="Somebody wants it read now, whatever the pace."
    )
    not_before = fields.Datetime(
        readonly=True, help="The OPCO asked to come back later: even if asked for."
    )
    is_last_read_complete = fields.Boolean(
        string="Last list complete",
        readonly=True,
        help="An incomplete list never says that a dossier is absent.",
    )
    read_count = fields.Integer(string="Reads", readonly=True)
    unchanged_reads = fields.Integer(
        string="Reads in a row without a change", readonly=True
    )
    failed_reads = fields.Integer(string="Failures in a row", readonly=True)

    _connection_uniq = models.Constraint(
        "UNIQUE(connection_id)", "This connection already has a pace."
    )

    @api.model
    def _of(self, connections):
        """Return the rows of these connections, made when they lack."""
        rows = self.search([("connection_id", "in", connections.ids)])
        missing = connections - rows.connection_id
        if not missing:
            return rows
        # Two users may ask for the first time at once.
        self.env.cr.execute(
            SQL(
                "INSERT INTO opco_polling (connection_id, company_id) "
                "SELECT id, company_id FROM opco_connection WHERE id IN %s "
                "ON CONFLICT DO NOTHING",
                tuple(missing.ids),
            )
        )
        return self.search([("connection_id", "in", connections.ids)])

    @api.model
    def _ask(self, connections):
        """Have these connections read as soon as possible."""
        now = fields.Datetime.now()
        for row in self.sudo()._of(connections):
            row.write(
                {"asked_at": now, "next_read_at": max(now, row.not_before or now)}
            )
        self.env["opco.dossier"]._wake()

    @api.model
    def _due(self):
        """Return the connections to read now; a run that fails is not done at once."""
        now = fields.Datetime.now()
        rows = self._of(self.env["opco.connection"].search([("state", "=", "active")]))
        urgent = self._urgent(rows.connection_id)
        due = rows.filtered(
            lambda row: (row._hastened(row.connection_id in urgent) or now) <= now
        )
        due.next_read_at = now + pace.FAILED_FIRST
        return due.connection_id

    def _hastened(self, is_urgent):
        """Return when to read, sooner than was planned if something happened since."""
        if not is_urgent or not self.last_read_at or self.failed_reads or self.asked_at:
            return self.next_read_at
        urgent = pace.next_read(
            self.last_read_at,
            is_urgent=True,
            has_open=True,
            unchanged_reads=self.unchanged_reads,
        )
        return min(urgent, self.next_read_at)

    def _plan(self):
        """Write when to read next, from what is known now."""
        connection = self.connection_id
        self.next_read_at = pace.next_read(
            self.last_read_at,
            is_urgent=connection in self._urgent(connection),
            has_open=self.env["opco.dossier"]._has_open(connection),
            unchanged_reads=self.unchanged_reads,
        )

    def _record_read(self, is_complete, has_changed, is_cut):
        """Count a read, and plan the next one.

        :param is_cut: some details are left to read: the next run comes at once
        """
        now = fields.Datetime.now()
        self.write(
            {
                "last_read_at": now,
                "asked_at": False,
                "is_last_read_complete": is_complete,
                "read_count": self.read_count + 1,
                "unchanged_reads": 0 if has_changed else self.unchanged_reads + 1,
                "failed_reads": 0,
                "not_before": False,
            }
        )
        if is_cut:
            self.next_read_at = now
        else:
            self._plan()

    def _record_failure(self, retry_after):
        now = fields.Datetime.now()
        failed_reads = self.failed_reads + 1
        self.write(
            {
                "asked_at": False,
                "failed_reads": failed_reads,
                "next_read_at": pace.after_failure(now, failed_reads, retry_after),
                "not_before": retry_after and now + timedelta(seconds=retry_after),
            }
        )

    @api.model
    def _urgent(self, connections):
        """Return those with something unknown or deposited a moment ago."""
        since = fields.Datetime.now() - JUST_DEPOSITED
        groups = self.env["opco.transmission"]._read_group(
            [
                ("connection_id", "in", connections.ids),
                "|",
                "&",
                ("state", "=", "unknown"),
                ("operation", "not in", self.env["opco.transmission"].SEEN_BY_A_PERSON),
                "&",
                ("state", "=", "sent"),
                ("answered_at", ">=", since),
            ],
            ["connection_id"],
        )
        return self.env["opco.connection"].union(*(found for (found,) in groups))

    @api.model
    def _wake_for_next(self):
        rows = self.search(
            [("connection_id.state", "=", "active"), ("next_read_at", "!=", False)],
            order="next_read_at",
            limit=1,
        )
        if rows:
            self.env["opco.dossier"]._wake(
                at=max(rows.next_read_at, fields.Datetime.now())
            )
