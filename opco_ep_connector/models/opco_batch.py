# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_datetime

# Seconds between two messages that say that a batch has moved.
TELL_EVERY = 1.0
# Answers before which the pace says nothing.
ANSWERS_FOR_A_PACE = 5
# When each batch was last told of, by this process.
_told_at = {}


class OpcoBatch(models.Model):
    """Contracts queued together, and where each of them stands.

    Nothing of the outcome is kept here: the journal's rows are counted.
    """

    _name = "opco.batch"
    _description = "Batch of Transmissions to the OPCO"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", string="Sent by", readonly=True, ondelete="set null", index=True
    )
    origin_id = fields.Many2one(
        "opco.batch",
        string="Tries again the failures of",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    left_out_ids = fields.Many2many(
        "apprenticeship.contract",
        string="Left out",
        readonly=True,
        help="Were selected with the others and have not been queued.",
    )
    is_stopped = fields.Boolean(string="Stopped", readonly=True)
    stopped_by_id = fields.Many2one(
        "res.users", string="Stopped by", readonly=True, ondelete="set null"
    )
    stopped_at = fields.Datetime(string="Stopped on", readonly=True)
    paced_since = fields.Datetime(
        readonly=True,
        default=fields.Datetime.now,
        help="The pace is measured since the beginning, or the last resumption.",
    )
    transmission_ids = fields.One2many("opco.transmission", "batch_id")
    rejected_ids = fields.One2many(
        "opco.transmission",
        "batch_id",
        string="Rejected by the OPCO",
        domain=[("state", "=", "rejected")],
    )

    total_count = fields.Integer(string="Contracts", compute="_compute_counts")
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    accepted_count = fields.Integer(string="Acceptances", compute="_compute_counts")
    rejected_count = fields.Integer(string="Rejections", compute="_compute_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    unknown_count = fields.Integer(string="To be verified", compute="_compute_counts")
    held_count = fields.Integer(string="On hold", compute="_compute_counts")
    cancelled_count = fields.Integer(string="Cancellations", compute="_compute_counts")
    left_out_count = fields.Integer(
        string="Contracts left out", compute="_compute_left_out_count"
    )
    is_running = fields.Boolean(
        string="Running", compute="_compute_counts", search="_search_is_running"
    )
    may_stop = fields.Boolean(compute="_compute_counts")
    may_retry = fields.Boolean(compute="_compute_may_retry")
    time_left = fields.Char(compute="_compute_time_left")
    stopped_text = fields.Char(compute="_compute_stopped_text")
    summary = fields.Char(compute="_compute_summary")

    @api.depends("transmission_ids.state", "is_stopped")
    def _compute_counts(self):
        counts = {batch: {} for batch in self}
        for batch, state, count in self.env["opco.transmission"]._read_group(
            [("batch_id", "in", self.ids)], ["batch_id", "state"], ["__count"]
        ):
            counts[batch][state] = count
        due_states = self.env["opco.transmission"].DUE_STATES
        for batch in self:
            by_state = counts[batch]
            due = sum(by_state.get(state, 0) for state in due_states)
            batch.total_count = sum(by_state.values())
            batch.accepted_count = by_state.get("sent", 0)
            batch.rejected_count = by_state.get("rejected", 0)
            batch.cancelled_count = by_state.get("cancelled", 0)
            batch.unknown_count = by_state.get("unknown", 0)
            batch.held_count = by_state.get("held", 0)
            batch.waiting_count = due + by_state.get("sending", 0)
            batch.done_count = (
                batch.accepted_count + batch.rejected_count + batch.cancelled_count
            )
            batch.is_running = batch.done_count < batch.total_count
            batch.may_stop = due > 0 and not batch.is_stopped

    @api.model
    def _search_is_running(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.env["opco.transmission"]._search(
            [("state", "in", self.env["opco.transmission"].WAITING_STATES)]
        )
        running = Domain("transmission_ids", "in", waiting)
        return running if True in value else ~running

    @api.depends("left_out_ids")
    def _compute_left_out_count(self):
        for batch in self:
            batch.left_out_count = len(batch.left_out_ids)

    @api.depends("transmission_ids.state", "is_stopped")
    def _compute_may_retry(self):
        for batch in self:
            batch.may_retry = bool(
                batch._rows_to_hurry() or batch._rejections_to_send_again()
            )

    @api.depends("transmission_ids.state", "is_stopped", "paced_since")
    def _compute_time_left(self):
        for batch in self:
            seconds = batch._seconds_left()
            if seconds is None:
                batch.time_left = False
            elif seconds < 60:
                batch.time_left = self.env._("Less than a minute left")
            else:
                batch.time_left = self.env._(
                    "About %(minutes)s min left", minutes=round(seconds / 60)
                )

    def _seconds_left(self):
        """Return how long the rest takes at the pace measured, or None."""
        if self.is_stopped or not self.waiting_count:
            return None
        answered = self.env["opco.transmission"].search_count(
            [
                ("batch_id", "=", self.id),
                ("state", "in", ("sent", "rejected")),
                ("answered_at", ">=", self.paced_since),
            ]
        )
        if answered < ANSWERS_FOR_A_PACE:
            return None
        elapsed = (fields.Datetime.now() - self.paced_since).total_seconds()
        return elapsed / answered * self.waiting_count

    @api.depends("is_stopped", "stopped_by_id", "stopped_at")
    def _compute_stopped_text(self):
        for batch in self:
            batch.stopped_text = batch.is_stopped and self.env._(
                "Stopped by %(person)s on %(at)s: what has not left does not leave "
                "before the batch is resumed.",
                person=batch.sudo().stopped_by_id.name,
                at=format_datetime(self.env, batch.stopped_at, dt_format="short"),
            )

    @api.depends("transmission_ids.state")
    def _compute_summary(self):
        for batch in self:
            batch.summary = not batch.is_running and self.env._(
                "Finished: %(accepted)s of %(total)s accepted, %(rejected)s rejected, "
                "%(cancelled)s cancelled.",
                accepted=batch.accepted_count,
                total=batch.total_count,
                rejected=batch.rejected_count,
                cancelled=batch.cancelled_count,
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("A batch cannot be deleted."))

    # ------------------------------------------------------------------ actions
    def action_stop(self):
        """Let nothing more leave; what is on its way finishes."""
        self._check_transmitter()
        running = self.filtered(lambda batch: not batch.is_stopped)
        running.sudo().write(
            {
                "is_stopped": True,
                "stopped_by_id": self.env.uid,
                "stopped_at": fields.Datetime.now(),
            }
        )
        running._notify_stopped()

    def action_resume(self):
        self._check_transmitter()
        stopped = self.filtered("is_stopped")
        stopped.sudo().write(
            {
                "is_stopped": False,
                "stopped_by_id": False,
                "stopped_at": False,
                "paced_since": fields.Datetime.now(),
            }
        )
        stopped._notify_stopped()
        self.env["opco.transmission"]._wake()

    def action_retry_failures(self):
        """Send again what was rejected and has changed since; hurry what waits.

        What may have left is never touched.
        """
        self.ensure_one()
        self._check_transmitter()
        hurried = self._hurry()
        contracts = self._rejections_to_send_again().contract_id
        preparations = contracts._opco_prepare()
        if not all(one.is_simply_ready for one in preparations):
            return self.env["opco.transmit"]._open(preparations, origin=self)
        if preparations:
            return self._queue(preparations, origin=self)._open()
        return self._hurried_notification(hurried)

    def action_view_left_out(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_apprenticeship.apprenticeship_contract_action"
        )
        return action | {
            "name": self.env._("Contracts left out"),
            "domain": [("id", "in", self.left_out_ids.ids)],
            "context": {},
        }

    def _hurried_notification(self, hurried):
        message = (
            self.env._("%(count)s contracts are tried again now.", count=len(hurried))
            if hurried
            else self.env._("There is nothing left to try again.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _open(self):
        """Return the action that shows these batches."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "opco_ep_connector.opco_batch_action"
        )
        if len(self) == 1:
            return action | {
                "res_id": self.id,
                "views": [(False, "form")],
                "view_mode": "form",
                "context": {},
            }
        return action | {"domain": [("id", "in", self.ids)], "context": {}}

    def _check_transmitter(self):
        self.env["opco.transmission"]._check_transmitter()
        self.check_access("read")

    # -------------------------------------------------------------------- queue
    @api.model
    def _queue(self, preparations, origin=None, left_out=None):
        """Queue contracts as one batch for each company.

        :param preparations: sendable `Preparation` values
        :param origin: the batch whose failures are sent again
        :param left_out: contracts of the same selection that stay
        :return: the batches
        """
        batches = self.browse()
        contracts = self.env["apprenticeship.contract"]
        by_company = {}
        for preparation in preparations:
            company = preparation.connection.company_id
            by_company.setdefault(company, []).append(preparation)
        for company, together in by_company.items():
            batch = self.sudo().create(
                {
                    "name": self._name_of(len(together)),
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "origin_id": origin and origin.id,
                    "left_out_ids": (left_out or contracts).filtered_domain(
                        [("company_id", "=", company.id)]
                    ),
                }
            )
            contracts._opco_queue(together, batch)
            batches += batch.sudo(False)
        return batches

    @api.model
    def _name_of(self, count):
        return self.env._(
            "%(count)s contracts on %(at)s",
            count=count,
            at=format_datetime(self.env, fields.Datetime.now(), dt_format="short"),
        )

    def _rows_to_hurry(self):
        """Return the rows that wait for their next try."""
        if self.is_stopped:
            return self.env["opco.transmission"]
        return self.env["opco.transmission"].search(
            [
                ("batch_id", "=", self.id),
                ("state", "=", "retry"),
                ("next_try_at", ">", fields.Datetime.now() + timedelta(seconds=1)),
            ]
        )

    def _hurry(self):
        """Let the next try of what waits for one come now."""
        rows = self._rows_to_hurry().sudo()
        rows.lock_for_update(allow_referencing=True)
        rows = rows.filtered(lambda row: row.state == "retry")
        now = fields.Datetime.now()
        rows.write({"next_try_at": now})
        rows.contract_id.write({"opco_next_try_at": now})
        if rows:
            self.env["opco.transmission"]._wake()
        return rows

    def _rejections_to_send_again(self):
        """Return the rejected rows whose contracts nobody has sent since."""
        rejected = self.env["opco.transmission"].search(
            [
                ("batch_id", "=", self.id),
                ("state", "=", "rejected"),
                ("contract_id.opco_is_to_transmit", "=", True),
            ]
        )
        return rejected.filtered(
            lambda row: (
                row.contract_id.opco_transport_state == "rejected"
                and row.environment == row.contract_id.opco_environment
            )
        )

    # --------------------------------------------------------------------- live
    def _notify_progress(self):
        """Tell the open screens that it has moved, once a second at most.

        They read again a little later than they are told: what moves in the second
        that follows is then seen as well.
        """
        if not self:
            return
        key = (self.env.cr.dbname, self.id)
        if time.monotonic() - _told_at.get(key, 0.0) < TELL_EVERY:
            return
        self._notify()
        # A transaction that is done again has told nothing.
        self.env.cr.postcommit.add(lambda: self._remember_told(key))

    @api.model
    def _remember_told(self, key):
        now = time.monotonic()
        for former, at in list(_told_at.items()):
            if now - at > TELL_EVERY:
                del _told_at[former]
        _told_at[key] = now

    def _notify_stopped(self):
        self._notify()
        rows = self.sudo().transmission_ids.filtered(
            lambda row: row.state in row.DUE_STATES
        )
        rows.contract_id._opco_notify()

    def _notify(self):
        if not self:
            return
        group = self.env.ref("opco_ep_connector.group_consult").sudo()
        group._bus_send("opco_ep_connector/batches", {"ids": self.ids})
