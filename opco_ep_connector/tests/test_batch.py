# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models import opco_batch
from .common import TRANSMIT, ConnectorCase

DEPOSIT = {"method": "POST", "path": "/v1/dossiers"}
OPEN_SIRET = "90000001900019"
ACTIVITY = "opco_ep_connector.mail_activity_type_rejected"


class BatchCase(ConnectorCase):
    def new_contracts(self, count):
        return self.Contract.union(*(self.new_contract() for _number in range(count)))

    def queue(self, contracts):
        """Queue as the transmitter; return the batch on whose form they land."""
        action = contracts.with_user(self.transmitter).action_transmit()
        self.assertEqual(action["res_model"], "opco.batch")
        return self.batch(action)

    def batch(self, action):
        batch = self.env["opco.batch"].browse(action["res_id"])
        return batch.with_user(self.transmitter)

    def assert_counts(self, batch, **counts):
        batch.invalidate_recordset()
        names = ("accepted", "rejected", "waiting", "unknown", "held", "cancelled")
        shown = {name: batch[f"{name}_count"] for name in names}
        self.assertEqual({name: n for name, n in shown.items() if n}, counts)


@tagged("post_install", "-at_install")
class TestBatch(BatchCase):
    def test_selection_lands_on_its_batch(self):
        contracts = self.new_contracts(3)
        batch = self.queue(contracts)
        self.assertEqual(batch.transmission_ids.contract_id, contracts)
        self.assertEqual(batch.user_id, self.transmitter)
        self.assertEqual(batch.company_id, self.company)
        self.assertRegex(batch.name, "^3 contracts on ")
        self.assertEqual((batch.done_count, batch.total_count), (0, 3))
        self.assertTrue(batch.is_running)
        self.assertFalse(batch.summary)
        self.assert_counts(batch, waiting=3)

    def test_single_click_has_no_batch(self):
        row = self.transmit(self.new_contract())
        self.assertFalse(row.batch_id)
        self.assertFalse(row.is_batch)

    def test_each_company_has_its_batch(self):
        other = self.new_company("CFA AUTRE")
        siret = "90000002700020"
        other.partner_id.company_registry = siret
        mine = self.new_contract()
        theirs = self.new_contract()
        self.env.user.company_ids |= other
        preparations = (mine | theirs)._opco_prepare()
        connection = self.connection.copy(
            {"company_id": other.id, "partner_id": other.partner_id.id}
        )
        preparations[1].connection = connection
        batches = self.env["opco.batch"]._queue(preparations)
        self.assertEqual(batches.company_id, self.company | other)
        self.assertEqual(batches._open()["domain"], [("id", "in", batches.ids)])

    def test_counts_and_summary(self):
        contracts = self.new_contracts(2) | self.new_contract_of_closed_employer()
        cancelled = self.new_contract()
        batch = self.queue(contracts | cancelled)
        cancelled.opco_transmission_ids.with_user(self.transmitter).action_cancel()
        self.deliver()
        self.assert_counts(batch, accepted=2, rejected=1, cancelled=1)
        self.assertEqual((batch.done_count, batch.total_count), (4, 4))
        self.assertFalse(batch.is_running)
        self.assertEqual(
            batch.summary, "Finished: 2 of 4 accepted, 1 rejected, 1 cancelled."
        )
        self.assertEqual(batch.rejected_ids.contract_id, contracts[2])

    def test_every_other_state_is_counted(self):
        batch = self.queue(self.new_contracts(4))
        states = ("sending", "retry", "unknown", "held")
        for row, state in zip(batch.sudo().transmission_ids, states, strict=True):
            row.state = state
        self.assert_counts(batch, waiting=2, unknown=1, held=1)
        self.assertTrue(batch.is_running)

    def test_counts_ask_the_database_once_however_many(self):
        batches = [self.queue(self.new_contracts(size)) for size in (2, 2, 12)]
        counts = []
        for batch in batches:
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(batch.total_count)
            counts.append(self.env.cr.sql_log_count - before)
        # The first has read who the user is besides.
        self.assertEqual(counts[1], counts[2])

    def test_running_batches_are_found(self):
        batches = self.env["opco.batch"]
        finished = self.queue(self.new_contracts(2))
        self.deliver()
        running = self.queue(self.new_contracts(2))
        mine = batches.search([("user_id", "=", self.transmitter.id)])
        found = mine.filtered_domain([("is_running", "=", True)])
        self.assertEqual(found.ids, running.ids)
        domain = [("user_id", "=", self.transmitter.id)]
        self.assertEqual(
            batches.search([*domain, ("is_running", "=", True)]).ids, running.ids
        )
        self.assertEqual(
            batches.search([*domain, ("is_running", "=", False)]).ids, finished.ids
        )

    def test_time_left_is_told_from_the_pace(self):
        batch = self.queue(self.new_contracts(12))
        self.assertFalse(batch.time_left)
        rows = batch.sudo().transmission_ids
        now = fields.Datetime.now()
        batch.sudo().paced_since = now - timedelta(seconds=100)
        rows[:4].write({"state": "sent", "answered_at": now})
        batch.invalidate_recordset()
        self.assertFalse(batch.time_left, "too few answers")
        rows[:5].write({"state": "sent", "answered_at": now})
        batch.invalidate_recordset()
        # 5 in 100 s, 7 to go.
        self.assertEqual(batch.time_left, "About 2 min left")
        batch.sudo().paced_since = now - timedelta(seconds=10)
        batch.invalidate_recordset()
        self.assertEqual(batch.time_left, "Less than a minute left")

    # --------------------------------------------------------------------- stop
    def test_stopped_does_not_leave_before_it_is_resumed(self):
        contracts = self.new_contracts(3)
        batch = self.queue(contracts)
        batch.action_stop()
        self.deliver()
        self.assertFalse(self.sandbox.deposits())
        self.assert_counts(batch, waiting=3)
        self.assertIn(self.transmitter.name, batch.stopped_text)
        self.assertFalse(batch.may_stop)
        batch.action_resume()
        self.assertFalse(batch.stopped_text)
        self.assertTrue(batch.may_stop)
        self.deliver()
        self.assert_counts(batch, accepted=3)

    def test_single_click_leaves_beside_a_stopped_batch(self):
        batch = self.queue(self.new_contracts(2))
        batch.action_stop()
        alone = self.send(self.new_contract())
        self.assertEqual(alone.state, "sent")
        self.assert_counts(batch, waiting=2)

    def test_stopped_batch_wakes_nobody(self):
        batch = self.queue(self.new_contracts(2))
        batch.action_stop()
        cron = self.env.ref("opco_ep_connector.ir_cron_deliver")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.deliver()
        self.assertFalse(triggers.search([("cron_id", "=", cron.id)]))
        batch.action_resume()
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))

    def test_what_is_on_its_way_finishes(self):
        batch = self.queue(self.new_contracts(2))
        [first, _second] = batch.sudo().transmission_ids
        first.write({"state": "sending"})
        batch.action_stop()
        first._record_lost_claims()
        self.assertEqual(first.state, "unknown")

    def test_contract_says_who_has_stopped_it(self):
        contracts = self.new_contracts(2)
        batch = self.queue(contracts)
        self.assertFalse(contracts[0].opco_stopped_text)
        batch.action_stop()
        contracts.invalidate_recordset()
        self.assertIn(self.transmitter.name, contracts[0].opco_stopped_text)

    # -------------------------------------------------------------------- retry
    def test_corrected_rejection_leaves_in_a_new_batch(self):
        rejected = self.new_contract_of_closed_employer()
        batch = self.queue(rejected | self.new_contract())
        self.deliver()
        self.assertTrue(batch.may_retry)
        rejected.employer_id.company_registry = OPEN_SIRET
        second = self.batch(batch.action_retry_failures())
        self.assertEqual(second.origin_id, batch)
        self.assertEqual(second.transmission_ids.contract_id, rejected)
        self.deliver()
        self.assertEqual(rejected.opco_transport_state, "sent")
        batch.invalidate_recordset()
        self.assertFalse(batch.may_retry)
        self.assert_counts(batch, accepted=1, rejected=1)

    def test_unchanged_rejection_is_left_out_unless_confirmed(self):
        unchanged = self.new_contract_of_closed_employer()
        corrected = self.new_contract_of_closed_employer()
        batch = self.queue(unchanged | corrected)
        self.deliver()
        corrected.employer_id.company_registry = OPEN_SIRET
        action = batch.action_retry_failures()
        wizard = self.env["opco.transmit"].browse(action["res_id"])
        wizard = wizard.with_user(self.transmitter)
        self.assertEqual(
            {line.contract_id: line.is_selected for line in wizard.line_ids},
            {unchanged: False, corrected: True},
        )
        self.assertIn("Nothing has changed", wizard.line_ids[0].reasons)
        second = self.batch(wizard.action_send())
        self.assertEqual(second.transmission_ids.contract_id, corrected)
        self.assertEqual(second.left_out_ids, unchanged)
        self.assertEqual(second.origin_id, batch)
        wizard = self.env["opco.transmit"].browse(
            batch.action_retry_failures()["res_id"]
        )
        self.assertFalse(wizard.sendable_count, "the only one is not selected either")
        wizard.line_ids.is_selected = True
        third = self.batch(wizard.with_user(self.transmitter).action_send())
        self.assertEqual(third.transmission_ids.contract_id, unchanged)

    def test_what_waits_for_its_next_try_gets_it_now(self):
        contracts = self.new_contracts(2)
        batch = self.queue(contracts)
        rows = batch.sudo().transmission_ids
        rows.write(
            {
                "state": "retry",
                "next_try_at": fields.Datetime.now() + timedelta(minutes=9),
            }
        )
        batch.invalidate_recordset()
        self.assertTrue(batch.may_retry)
        action = batch.action_retry_failures()
        self.assertEqual(
            action["params"]["message"], "2 contracts are tried again now."
        )
        self.assertFalse(rows.filtered(lambda r: r.next_try_at > fields.Datetime.now()))

    def test_what_may_have_left_is_never_touched(self):
        batch = self.queue(self.new_contracts(2))
        later = fields.Datetime.now() + timedelta(minutes=9)
        rows = batch.sudo().transmission_ids
        for row, state in zip(rows, ("unknown", "sending"), strict=True):
            row.write({"state": state, "next_try_at": later})
        batch.invalidate_recordset()
        self.assertFalse(batch.may_retry)
        self.assertFalse(batch.may_stop)
        batch.action_retry_failures()
        self.assertEqual(set(rows.mapped("next_try_at")), {later})
        self.assertEqual({*rows.mapped("state")}, {"unknown", "sending"})

    # ------------------------------------------------------------------- access
    def test_only_transmitters_of_the_company_act(self):
        batch = self.queue(self.new_contracts(2))
        stranger = new_test_user(
            self.env,
            login="batch_stranger",
            groups=TRANSMIT,
            company_id=self.new_company("CFA ÉTRANGER").id,
        )
        for user in (self.consultant, stranger):
            for action in ("action_stop", "action_resume", "action_retry_failures"):
                with self.subTest(user=user.login, action=action):
                    with self.assertRaises(AccessError):
                        getattr(batch.with_user(user), action)()
        self.assertEqual(batch.with_user(self.consultant).total_count, 2)
        with self.assertRaises(AccessError):
            batch.with_user(stranger).read(["name"])

    def test_nobody_writes_creates_or_deletes(self):
        batch = self.queue(self.new_contracts(2))
        for user in (self.transmitter, self.administrator):
            mine = batch.with_user(user)
            with self.assertRaises(AccessError):
                mine.write({"is_stopped": True})
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaises(AccessError):
                mine.create({"name": "x", "company_id": self.company.id})
        with self.assertRaises(AccessError):
            batch.sudo().unlink()

    # --------------------------------------------------------------------- live
    def test_screens_are_told_with_ids_only(self):
        batch = self.queue(self.new_contracts(2))
        self.deliver()
        told = self.env["bus.bus"].search([("message", "like", "opco_ep_connector/b")])
        messages = [json.loads(one.message)["payload"] for one in told]
        mine = [message for message in messages if batch.id in message["ids"]]
        self.assertEqual(mine[0], {"ids": batch.ids})

    def test_screens_are_told_once_a_second(self):
        batch = self.queue(self.new_contracts(2))
        told = []
        commit = self.env.cr.postcommit
        commit.clear()
        with patch.object(type(batch), "_notify", lambda one: told.append(one.id)):
            # Nothing was committed between the first two: told again.
            for now, is_committed in (
                (10, False),
                (10, True),
                (10.9, True),
                (11, True),
            ):
                with patch.object(opco_batch.time, "monotonic", lambda at=now: at):
                    batch._notify_progress()
                    (commit.run if is_committed else commit.clear)()
        self.assertEqual(told, batch.ids * 3)


@tagged("post_install", "-at_install")
class TestRejectionActivity(BatchCase):
    def activities(self, contract):
        return contract.activity_ids.filtered(
            lambda one: one.activity_type_id == self.env.ref(ACTIVITY)
        )

    def test_sender_is_asked_to_correct(self):
        contract = self.new_contract_of_closed_employer()
        row = self.send(contract)
        [activity] = self.activities(contract)
        self.assertEqual(activity.user_id, self.transmitter)
        self.assertTrue(row.message.startswith(activity.summary.rstrip("…")))
        self.assertFalse(
            self.env["mail.message"].search(
                [
                    ("model", "=", "apprenticeship.contract"),
                    ("res_id", "=", contract.id),
                    ("message_type", "=", "user_notification"),
                ]
            ),
            "no e-mail for each of a batch",
        )

    def test_consequences_done_again_ask_once(self):
        contract = self.new_contract_of_closed_employer()
        row = self.send(contract)
        row.applied = False
        row._apply()
        self.assertEqual(len(self.activities(contract)), 1)

    def test_person_in_charge_is_asked_when_the_sender_has_left(self):
        contract = self.new_contract_of_closed_employer()
        contract.user_id = self.administrator
        self.transmit(contract)
        self.transmitter.active = False
        self.deliver()
        self.assertEqual(self.activities(contract).user_id, self.administrator)

    def test_closed_when_transmitted_again(self):
        contract = self.new_contract_of_closed_employer()
        self.send(contract)
        contract.employer_id.company_registry = OPEN_SIRET
        self.transmit(contract)
        self.assertFalse(self.activities(contract))

    def test_closed_when_cancelled(self):
        contract = self.new_contract_of_closed_employer()
        self.send(contract)
        contract.with_user(self.transmitter).action_cancel()
        self.assertFalse(self.activities(contract))

    def test_accepted_asks_nothing(self):
        contract = self.new_contract()
        self.send(contract)
        self.assertFalse(self.activities(contract))

    def test_words_of_the_opco_are_escaped(self):
        contract = self.new_contract()
        self.sandbox.add_fault(
            "status", **DEPOSIT, status=400, body={"comment": "<script>x</script>"}
        )
        self.send(contract)
        [activity] = self.activities(contract)
        self.assertNotIn("<script>", activity.note)
