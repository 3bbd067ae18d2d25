# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A connection that fails is left alone; people see why their contract waits."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .. import delivery
from ..deposit import OPERATIONS
from ..lane import FAILURES_BEFORE_PAUSE
from .common import ConnectorCase

DEPOSIT = {"method": "POST", "path": "/v1/dossiers"}


class DeliveryCase(ConnectorCase):
    def new_contracts(self, count):
        return self.Contract.union(*(self.new_contract() for _ in range(count)))

    def let_time_pass(self, rows):
        """Let the next tries come, and the pause end."""
        self.make_due(rows)
        self.health().paused_until = fields.Datetime.now() - timedelta(seconds=1)

    def health(self):
        return self.env["opco.health"].search(
            [("connection_id", "=", self.connection.id)]
        )

    def wake_moments(self):
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        return triggers.mapped("call_at")


@tagged("post_install", "-at_install")
class TestPause(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.one_call_at_a_time()
        self.contracts = self.new_contracts(FAILURES_BEFORE_PAUSE + 3)
        self.rows = self.transmit(self.contracts)

    def pause(self):
        self.sandbox.stop()
        self.deliver()

    def test_a_connection_that_keeps_failing_is_left_alone(self):
        self.pause()
        tried = self.rows.filtered("attempt_count")
        self.assertEqual(len(tried), FAILURES_BEFORE_PAUSE)
        self.assertEqual(set(tried.mapped("state")), {"retry"})
        self.assertEqual(set((self.rows - tried).mapped("state")), {"queued"})
        self.make_due(self.rows)
        self.deliver()
        self.assertEqual(sum(self.rows.mapped("attempt_count")), FAILURES_BEFORE_PAUSE)

    def test_cron_wakes_when_the_pause_ends(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.pause()
        self.assertEqual(self.wake_moments(), [self.health().paused_until])

    def test_one_contract_tries_again_and_the_rest_follows(self):
        self.connection.profile_id.calls_at_once = 4
        self.pause()
        tries = sum(self.rows.mapped("attempt_count"))
        self.let_time_pass(self.rows)
        self.deliver()
        self.assertEqual(sum(self.rows.mapped("attempt_count")), tries + 1)
        self.assertEqual(self.health().pause_count, 2)

        self.sandbox.start()
        self.let_time_pass(self.rows)
        self.deliver()
        self.assertEqual(set(self.rows.mapped("state")), {"sent"})
        self.assertEqual(len(self.sandbox.deposits()), len(self.rows))
        self.assertRecordValues(
            self.health(),
            [{"pause_count": 0, "paused_until": False, "message": False}],
        )

    def test_a_killed_run_leaves_no_pause_that_has_ended(self):
        self.pause()
        self.sandbox.start()
        self.let_time_pass(self.rows)
        with (
            # Killed before the end of the run.
            patch.object(delivery.Delivery, "_return", side_effect=SystemError),
            mute_logger("odoo.addons.opco_ep_connector.models.transactions"),
        ):
            self.deliver()
        self.assertEqual(set(self.rows.mapped("state")), {"sent"})
        self.assertEqual(self.health().pause_count, 0)

    def test_a_passed_test_ends_the_pause(self):
        self.pause()
        self.sandbox.start()
        self.connection.action_test_connection()
        self.assertFalse(self.health())

    def test_the_form_says_why_and_when(self):
        self.pause()
        waiting = self.rows.filtered(lambda row: row.state == "queued")[0].contract_id
        self.assertIn("cannot be reached", waiting.opco_pause_message)
        self.assertEqual(waiting.opco_leaves_at, self.health().paused_until)
        self.assertFalse(waiting.opco_is_scheduler_stopped)
        self.assertEqual(self.connection.paused_until, self.health().paused_until)

    def test_what_waits_can_still_be_cancelled(self):
        self.pause()
        self.rows.with_user(self.transmitter).action_cancel()
        self.assertEqual(set(self.rows.mapped("state")), {"cancelled"})

    def test_retry_after_pauses_everything(self):
        self.sandbox.add_fault(
            "status", **DEPOSIT, status=429, headers={"Retry-After": "3000"}
        )
        self.deliver()
        self.assertEqual(sum(self.rows.mapped("attempt_count")), 1)
        self.assertGreater(
            self.health().paused_until, fields.Datetime.now() + timedelta(minutes=49)
        )

    def test_another_connection_goes_on(self):
        other = self.new_connection(
            partner_id=self.new_employer(
                name="CFA VOISIN", company_registry="90000001900019"
            ).id
        )
        self.paste_key(other)
        other.action_test_connection()
        self.env["opco.health"].create(
            {
                "connection_id": self.connection.id,
                "paused_until": fields.Datetime.now() + timedelta(hours=1),
                "pause_count": 1,
            }
        )
        row = self.rows[0]
        row.connection_id = other
        self.deliver()
        self.assertEqual((row.attempt_count, len(row.exchange_ids)), (1, 1))
        self.assertEqual(set((self.rows - row).mapped("state")), {"queued"})


@tagged("post_install", "-at_install")
class TestWidth(DeliveryCase):
    def test_a_busy_opco_is_asked_less_at_once(self):
        row = self.transmit(self.new_contract())
        self.sandbox.add_fault("status", **DEPOSIT, status=429)
        self.deliver()
        self.assertEqual(self.health().calls_at_once, 2)
        rows = row | self.transmit(self.new_contracts(12))
        self.make_due(rows)
        self.deliver()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(self.health().calls_at_once, 0, "as many as it allows")

    def test_never_more_calls_at_once_than_the_profile_says(self):
        self.connection.profile_id.calls_at_once = 2
        rows = self.transmit(self.new_contracts(8))
        under_way, most = [], []
        deposit = OPERATIONS["contract"]

        def counted(client, body):
            under_way.append(1)
            most.append(len(under_way))
            try:
                return deposit(client, body)
            finally:
                under_way.pop()

        self.sandbox.add_fault("delay", **DEPOSIT, times=8, seconds=0.1)
        with patch.dict(OPERATIONS, contract=counted):
            self.deliver()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(max(most), 2)

    def test_what_has_no_time_left_is_given_back(self):
        self.one_call_at_a_time()
        rows = self.transmit(self.new_contracts(3))
        # Time to claim and to start one, no more.
        has_time = iter([True, True])
        with patch.object(
            delivery.Delivery, "_has_time", lambda run, channel: next(has_time, False)
        ):
            self.deliver()
        self.assertEqual(rows.mapped("state").count("sent"), 1)
        left = rows.filtered(lambda row: row.state != "sent")
        self.assertEqual(set(left.mapped("state")), {"queued"})
        self.assertEqual(set(left.mapped("attempt_count")), {0})
        self.assertFalse(any(left.mapped("claimed_until")))

    def test_a_claim_that_ran_out_is_not_sent(self):
        row = self.transmit(self.new_contract())
        channel = delivery.Delivery(self.env)._channel(self.connection)
        channel.hold(channel.claim())
        self.assertEqual(row.state, "sending")
        with freeze_time(row.claimed_until - timedelta(seconds=1)):
            self.assertEqual(len(channel.take(0)), 0)
            self.assertEqual(len(channel.claimed), 1)
        with freeze_time(row.claimed_until):
            self.assertEqual(channel.take(1), [])
        # Whoever settles lost claims reads first: nothing is given back either.
        self.assertFalse(channel.withdraw())
        self.assertEqual(row.state, "sending")


@tagged("post_install", "-at_install")
class TestRefusedContract(DeliveryCase):
    def test_403_on_one_contract_is_its_own(self):
        rows = self.transmit(self.new_contracts(3))
        self.sandbox.add_fault("status", **DEPOSIT, status=403)
        self.deliver()
        self.assertEqual(self.connection.state, "active")
        refused = rows.filtered(lambda row: row.state == "rejected")
        self.assertEqual(len(refused), 1)
        self.assertEqual(set((rows - refused).mapped("state")), {"sent"})
        self.assertIn("not for this contract (403)", refused.message)
        self.assertRecordValues(
            refused.exchange_ids, [{"outcome": "rejected", "http_status": 403}]
        )
        self.assertTrue(refused.contract_id.opco_is_to_transmit)

    def test_403_on_everything_stops_the_connection(self):
        rows = self.transmit(self.new_contracts(3))
        self.revoke_key()
        self.deliver()
        self.assertEqual(self.connection.state, "stopped")
        self.assertEqual(set(rows.mapped("state")), {"held"})

    def test_403_and_a_list_that_fails_stops_the_connection(self):
        rows = self.transmit(self.new_contracts(1))
        self.sandbox.add_fault("status", **DEPOSIT, status=403)
        self.sandbox.add_fault("status", "GET", "/v1/dossiers/etats", status=500)
        self.deliver()
        self.assertEqual((rows.state, self.connection.state), ("held", "stopped"))


@tagged("post_install", "-at_install")
class TestScheduler(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.row = self.transmit(self.contract)
        self.row.next_try_at = fields.Datetime.now() - timedelta(minutes=4)
        self.cron = self.env.ref("opco_ep_connector.ir_cron_deliver")
        self.ran(timedelta(minutes=10))

    def ran(self, ago):
        self.cron.lastcall = fields.Datetime.now() - ago

    def is_stopped(self):
        self.contract.invalidate_recordset(["opco_is_scheduler_stopped"])
        as_user = self.contract.with_user(self.transmitter)
        self.connection.invalidate_recordset(["is_scheduler_stopped"])
        card = self.connection.with_user(self.consultant).is_scheduler_stopped
        self.assertEqual(card, as_user.opco_is_scheduler_stopped)
        return card

    def test_due_for_minutes_while_nothing_runs(self):
        self.assertTrue(self.is_stopped())

    def test_never_ran(self):
        self.cron.lastcall = False
        self.assertTrue(self.is_stopped())

    def test_runs(self):
        self.ran(timedelta(minutes=2))
        self.assertFalse(self.is_stopped())

    def test_switched_off_by_odoo_after_failures(self):
        self.ran(timedelta(minutes=1))
        self.cron.active = False
        self.assertTrue(self.is_stopped())

    def test_only_just_due(self):
        self.row.next_try_at = fields.Datetime.now() - timedelta(minutes=2)
        self.assertFalse(self.is_stopped())

    def test_not_due(self):
        self.row.next_try_at = fields.Datetime.now() + timedelta(minutes=2)
        self.assertFalse(self.is_stopped())

    def test_nothing_waits(self):
        self.deliver()
        self.assertFalse(self.is_stopped())

    def test_paused_connection_is_not_the_scheduler(self):
        self.env["opco.health"].create(
            {
                "connection_id": self.connection.id,
                "paused_until": fields.Datetime.now() + timedelta(hours=1),
            }
        )
        self.assertFalse(self.is_stopped())

    def test_one_query_more_for_many_contracts(self):
        contracts = self.contract | self.new_contracts(9)
        self.transmit(contracts - self.contract)
        counts = []
        for some in (contracts[:2], contracts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.transmitter).mapped("opco_is_scheduler_stopped")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
