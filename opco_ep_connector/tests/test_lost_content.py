# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A transmission that has nothing left to send holds up no other."""

from odoo.tests import tagged

from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestLostContent(ConnectorCase):
    def test_the_others_leave_and_this_one_can_be_sent_again(self):
        broken, whole = self.new_contract(), self.new_contract()
        rows = self.transmit(broken + whole)
        rows[0].payload = False
        self.deliver()
        self.assertEqual(rows.mapped("state"), ["cancelled", "sent"])
        self.assertIn(rows[0].message, broken.message_ids[0].body)
        self.assertTrue(broken.opco_is_to_transmit)

        again = self.transmit(broken)
        self.deliver()
        self.assertEqual(again.state, "sent")
        self.assertEqual(len(self.sandbox.deposits()), 2)

    def test_a_deposit_closed_meanwhile_is_given_up_and_said(self):
        contract = self.new_contract()
        row = self.transmit(contract)
        self.connection.profile_id.contracts_open = False
        self.deliver()
        self.assertEqual(row.state, "cancelled")
        self.assertIn("Not open at this OPCO", row.message)
        self.assertIn("Not open at this OPCO", contract.message_ids[0].body)
        self.assertTrue(contract.opco_is_to_transmit)
        self.assertEqual(self.connection.state, "active")
        self.assertFalse(self.sandbox.deposits())
