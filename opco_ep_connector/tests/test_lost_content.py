# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A transmission that has nothing left to send holds up no other."""

from odoo.tests import tagged

from .common import ConnectorCase
from .test_termination import AGREED


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

    def test_a_closed_deposit_is_said_beforehand(self):
        contract = self.new_contract()
        self.connection.profile_id.contracts_open = False
        action = contract.with_user(self.transmitter).action_transmit()
        self.assertEqual(action["res_model"], "opco.transmit")
        line = self.env["opco.transmit"].browse(action["res_id"]).line_ids
        self.assertEqual(line.status, "blocked")
        self.assertIn("not open at OPCO EP", line.reasons)
        self.assertIn(
            "not open at OPCO EP",
            contract.with_user(self.transmitter).opco_closed_text,
        )

    def test_what_to_do_again_is_said_of_each_operation(self):
        contract = self.new_contract()
        self.send(contract)
        self.connection.profile_id.termination_open = True
        contract.with_user(self.transmitter)._terminate(AGREED)
        row = contract.opco_transmission_ids._of_operation("termination")
        row.payload = False
        self.deliver()
        self.assertEqual(row.state, "cancelled")
        self.assertIn("State it again", row.message)
        self.assertIn("State it again", contract.message_ids[0].body)
        # And stated again, it leaves.
        contract.with_user(self.transmitter)._terminate(AGREED)
        self.deliver()
        self.assertEqual(contract.opco_termination_state, "sent")
