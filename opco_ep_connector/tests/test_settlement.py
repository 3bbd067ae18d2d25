# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..convergence import payload
from ..settlement import Settlement
from .common import ConnectorCase
from .test_transmission import DEPOSIT

LOGGER = "odoo.addons.opco_ep_connector.refresh"
OTHER_NIR = "106057505612379"


@tagged("post_install", "-at_install")
class TestSettlement(ConnectorCase):
    """What got no answer is settled by reading, never by sending blindly."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()

    def lose_the_answer(self, kind="reset_after_processing"):
        self.sandbox.add_fault(kind, **DEPOSIT)
        row = self.send(self.contract)
        self.assertEqual(row.state, "unknown")
        return row

    def let_settle_time_pass(self, row):
        minutes = self.connection.profile_id.settle_minutes + 1
        row.answered_at = fields.Datetime.now() - timedelta(minutes=minutes)

    def test_processed_and_never_answered_is_found(self):
        row = self.lose_the_answer()
        row.claimed_at -= timedelta(seconds=30)
        self.refresh()
        [number] = self.sent_numbers()
        self.assertEqual(row.state, "sent")
        self.assertEqual(row.internal_number, number)
        # Received when it left, however late this is known: the delay runs from then.
        self.assertEqual(row.answered_at, row.claimed_at)
        self.assertEqual(self.contract.opco_answered_at, row.claimed_at)
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertEqual(self.contract.opco_internal_number, number)
        self.assertEqual(self.contract.opco_state, "transmitted")
        said = [text for text in self.said(self.contract) if number in text]
        self.assertEqual(len(said), 1)
        self.refresh()
        self.deliver()
        self.assertEqual(self.sent_numbers(), [number])

    def test_never_processed_leaves_again_after_two_looks_and_the_settle_time(self):
        row = self.lose_the_answer("reset_after_read")
        self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 1))
        self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 2))
        self.let_settle_time_pass(row)
        sent = row.payload_sha256
        self.refresh()
        self.assertEqual(row.state, "retry")
        self.deliver()
        self.assertEqual(row.state, "sent")
        self.assertEqual(row.payload_sha256, sent)
        self.assertEqual(len(self.sent_numbers()), 1)

    def test_each_is_read_alone(self):
        """What was sent is long: it is not read again for all after each commit."""
        rows = self.lose_the_answer("reset_after_read")
        self.contract = self.new_contract()
        rows |= self.lose_the_answer("reset_after_read")
        settle, read_with = Settlement._settle, []

        def settle_one(settlement, row):
            read_with.append(tuple(row._prefetch_ids))
            settle(settlement, row)

        with patch.object(Settlement, "_settle", settle_one):
            self.refresh()
        self.assertCountEqual(read_with, [(row.id,) for row in rows])
        self.assertEqual(set(rows.mapped("look_count")), {1})

    def test_one_look_is_not_enough_however_late(self):
        row = self.lose_the_answer("reset_after_read")
        self.let_settle_time_pass(row)
        self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 1))

    def test_dossier_known_before_the_claim_is_not_the_one(self):
        """The same contract, deposited from elsewhere the day before."""
        self.send(self.contract)
        [number] = self.sent_numbers()
        dossier = self.env["opco.dossier"].search([("internal_number", "=", number)])
        dossier.contract_id = False
        dossier.first_seen_at = fields.Datetime.now() - timedelta(days=1)
        self.contract.opco_transmission_ids.is_live = False
        self.contract.opco_transport_state = False
        self.env.flush_all()
        row = self.lose_the_answer("reset_after_read")
        self.refresh()
        self.assertEqual(row.state, "unknown")
        self.assertFalse(dossier.contract_id)

    def test_dossier_of_another_apprentice_is_not_the_one(self):
        row = self.lose_the_answer("reset_after_read")
        other = self.new_contract(apprentice_nir="106057505612379")
        other.apprentice_id.apprenticeship_sex = "M"
        self.send(other)
        dossier = self.env["opco.dossier"].search(
            [("internal_number", "=", other.opco_internal_number)]
        )
        dossier.contract_id = False
        self.refresh()
        self.assertEqual(row.state, "unknown")

    def test_lost_claim_is_found(self):
        """A worker killed between the answer and its writing."""
        row = self.send(self.contract)
        [number] = self.sent_numbers()
        dossier = self.env["opco.dossier"].search([("internal_number", "=", number)])
        dossier.contract_id = False
        past = fields.Datetime.now() - timedelta(minutes=1)
        row.write(
            {
                "state": "sending",
                "claimed_until": past,
                "internal_number": False,
                "applied": True,
            }
        )
        self.deliver()
        self.assertEqual(row.state, "unknown")
        self.refresh()
        self.assertEqual((row.state, row.internal_number), ("sent", number))
        self.assertEqual(self.sent_numbers(), [number])

    def test_each_candidate_is_read_once(self):
        """Contracts that others deposit do not make each look longer."""
        row = self.lose_the_answer("reset_after_read")
        for order in range(3):
            self.deposit_elsewhere(f"2060575056{order:03}")
        with self.count_calls() as calls:
            self.refresh()
        self.assertEqual(calls["read_dossier"], 3)
        with self.count_calls() as calls:
            self.refresh()
        self.assertEqual(calls["read_dossier"], 0)
        self.assertEqual((row.state, row.look_count), ("unknown", 2))

    def test_candidate_read_before_is_found_again(self):
        """Read for one transmission, it may be another's."""
        other = self.new_contract(apprentice_nir=OTHER_NIR)
        other.apprentice_id.apprenticeship_sex = "M"
        lost = self.lose_the_answer("reset_after_read")
        self.sandbox.add_fault("reset_after_processing", **DEPOSIT)
        row = self.send(other)
        row.state = "sending"
        self.refresh()
        self.assertEqual((lost.state, row.state), ("unknown", "sending"))
        row.state = "unknown"
        with self.count_calls() as calls:
            self.refresh()
        self.assertEqual(row.state, "sent")
        self.assertEqual(row.internal_number, other.opco_internal_number)
        self.assertEqual(calls["read_dossier"], 1)

    def test_unread_candidate_forbids_to_send_again(self):
        row = self.lose_the_answer()
        self.let_settle_time_pass(row)
        self.sandbox.add_fault(
            "status", method="GET", path="/v1/dossiers", status=500, times=None
        )
        with self.assertLogs(LOGGER, "WARNING"):
            self.refresh()
            self.refresh()
            self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 0))
        self.sandbox.clear_faults()
        self.refresh()
        self.assertEqual(row.state, "sent")
        self.assertEqual(len(self.sent_numbers()), 1)

    def test_what_is_being_done_is_said(self):
        row = self.lose_the_answer("reset_after_read")
        self.refresh()
        contract = self.contract.with_user(self.consultant)
        self.assertIn("without finding it: 1", contract.opco_verification)
        self.assertGreater(contract.opco_next_look_at, row.claimed_at)
        contract.action_opco_refresh()
        self._run("opco_ep_connector.ir_cron_refresh")
        self.assertEqual(row.look_count, 2)

    def deposit_elsewhere(self, nir):
        """Deposit the contract of another apprentice, as another software would."""
        content = self.contract._opco_prepare()[0].content
        content["cerfa"]["apprenti"]["nir"] = f"{nir}{97 - int(nir) % 97:02}"
        self.connection._client().deposit(payload.encode(content))

    def test_opco_silent_settles_nothing(self):
        row = self.lose_the_answer()
        self.sandbox.add_fault("status", method="GET", path="*", times=9, status=503)
        with self.assertLogs(LOGGER, "WARNING"):
            self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 0))

    def test_a_look_is_planned(self):
        row = self.lose_the_answer()
        cron = self.env.ref("opco_ep_connector.ir_cron_refresh")
        planned = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertGreater(max(planned.mapped("call_at")), row.claimed_at)
