# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ConnectorCase
from .test_transmission import DEPOSIT


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
        self.refresh()
        [number] = self.sent_numbers()
        self.assertEqual(row.state, "sent")
        self.assertEqual(row.internal_number, number)
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

    def test_opco_silent_settles_nothing(self):
        row = self.lose_the_answer()
        self.sandbox.add_fault("status", method="GET", path="*", times=9, status=503)
        logger = "odoo.addons.opco_ep_connector.refresh"
        with self.assertLogs(logger, "WARNING"):
            self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 0))

    def test_a_look_is_planned(self):
        row = self.lose_the_answer()
        cron = self.env.ref("opco_ep_connector.ir_cron_refresh")
        planned = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertGreater(max(planned.mapped("call_at")), row.claimed_at)
