# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models

from ..lane import Lane


class OpcoHealth(models.Model):
    """How an OPCO bears the calls of a connection.

    Apart from the connection, which people read and write all day.
    """

    _name = "opco.health"
    _description = "OPCO Connection Health"
    _rec_name = "connection_id"

    connection_id = fields.Many2one(
        "opco.connection", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    calls_at_once = fields.Integer(
        readonly=True, help="Halved when the OPCO is busy; 0 for as many as it allows."
    )
    paused_until = fields.Datetime(readonly=True)
    pause_count = fields.Integer(
        string="Pauses in a row",
        readonly=True,
        help="Above zero, one contract alone tries whether the OPCO answers again.",
    )
    message = fields.Text(string="Why it is paused", readonly=True)

    _one_per_connection = models.Constraint(
        "UNIQUE(connection_id)", "The health of a connection is one row."
    )

    @api.model
    def _lane(self, connection):
        """Return what is known of this connection, as a `Lane`."""
        health = self.search([("connection_id", "=", connection.id)])
        profile = connection.profile_id
        return Lane(
            widest=profile.calls_at_once,
            first_pause=timedelta(seconds=profile.retry_first_seconds),
            longest_pause=timedelta(minutes=profile.retry_longest_minutes),
            width=health.calls_at_once,
            paused_until=health.paused_until or None,
            pause_count=health.pause_count,
            message=health.message or "",
        )

    @api.model
    def _remember(self, connection, lane):
        """Keep what a run has learnt, when it has learnt something."""
        health = self.search([("connection_id", "=", connection.id)])
        values = {
            "calls_at_once": lane.width if lane.width < lane.widest else 0,
            "paused_until": lane.paused_until or False,
            "pause_count": lane.pause_count,
            "message": lane.message or False,
        }
        if not health and any(values.values()):
            self.create({"connection_id": connection.id, **values})
        elif any(health[name] != value for name, value in values.items()):
            health.write(values)

    @api.model
    def _forget(self, connection):
        """Nothing is held against a connection that has just passed its test."""
        self.search([("connection_id", "=", connection.id)]).unlink()

    @api.model
    def _paused(self, connections):
        """Return, by connection, the health of those that are paused now."""
        paused = self.search(
            [
                ("connection_id", "in", connections.ids),
                ("paused_until", ">", fields.Datetime.now()),
            ]
        )
        return {health.connection_id: health for health in paused}
