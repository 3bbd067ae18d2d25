# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TRANSMIT, ConnectorCase

# A pay line under the minimum is above all a matter of dates: this one only warns.
FEW_HOURS = {"training_hours": 300}


@tagged("post_install", "-at_install")
class TestTransmitWizard(ConnectorCase):
    def click(self, contracts, user=None):
        return contracts.with_user(user or self.transmitter).action_transmit()

    def wizard(self, action):
        self.assertEqual(action["res_model"], "opco.transmit")
        wizard = self.env["opco.transmit"].browse(action["res_id"])
        return wizard.with_user(self.transmitter)

    def statuses(self, wizard):
        return [(line.contract_id, line.status) for line in wizard.line_ids]

    def test_simply_ready_contract_needs_no_wizard(self):
        contract = self.new_contract()
        action = self.click(contract)
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(contract.opco_transport_state, "queued")

    def test_mistake_is_said_and_nothing_leaves(self):
        contract = self.new_contract(date_conclusion="2026-09-02")
        wizard = self.wizard(self.click(contract))
        self.assertEqual(self.statuses(wizard), [(contract, "blocked")])
        self.assertIn("antidaté", wizard.line_ids.reasons)
        self.assertFalse(wizard.sendable_count)
        self.assertFalse(contract.opco_transmission_ids)
        self.assertEqual(contract.state, "draft")

    def test_warning_is_read_before_it_leaves(self):
        contract = self.new_contract(**FEW_HOURS)
        wizard = self.wizard(self.click(contract))
        self.assertEqual(
            self.statuses(wizard), [(contract, "warning")], wizard.line_ids.reasons
        )
        self.assertIn("300 heures", wizard.line_ids.reasons)
        self.assertFalse(contract.opco_transmission_ids)
        wizard.action_send()
        self.deliver()
        self.assertEqual(contract.opco_transport_state, "sent")

    def test_ready_ones_leave_and_the_rest_stays_listed(self):
        ready = self.new_contract()
        warned = self.new_contract(**FEW_HOURS)
        blocked = self.new_contract(weekly_hours=0)
        wizard = self.wizard(self.click(ready | warned | blocked))
        self.assertEqual(
            self.statuses(wizard),
            [(blocked, "blocked"), (warned, "warning"), (ready, "ready")],
        )
        self.assertEqual(
            (wizard.blocked_count, wizard.warning_count, wizard.sendable_count),
            (1, 1, 2),
        )
        action = wizard.action_send()
        batch = self.env["opco.batch"].browse(action["res_id"])
        self.assertEqual(batch.transmission_ids.contract_id, ready | warned)
        self.assertEqual(batch.left_out_ids, blocked)
        self.deliver()
        self.assertEqual((ready | warned).mapped("opco_transport_state"), ["sent"] * 2)
        self.assertFalse(blocked.opco_transmission_ids)

    def test_one_of_several_leaves_without_a_batch_and_the_rest_stays_listed(self):
        warned = self.new_contract(**FEW_HOURS)
        blocked = self.new_contract(weekly_hours=0)
        wizard = self.wizard(self.click(warned | blocked))
        action = wizard.action_send()
        self.assertEqual(action["params"]["next"]["res_id"], wizard.id)
        self.assertEqual(self.statuses(wizard), [(blocked, "blocked")])
        self.assertFalse(warned.opco_transmission_ids.batch_id)

    def test_button_says_how_many_leave(self):
        ready, other = self.new_contract(), self.new_contract()
        blocked = self.new_contract(weekly_hours=0)
        wizard = self.wizard(self.click(ready | other | blocked))
        self.assertEqual(wizard.send_text, "Transmit the 2 ready ones")
        wizard = self.wizard(self.click(ready | self.new_contract(**FEW_HOURS)))
        self.assertEqual(wizard.send_text, "Transmit the 2 selected ones")

    def test_unselected_line_stays(self):
        kept, sent = self.new_contract(**FEW_HOURS), self.new_contract(**FEW_HOURS)
        wizard = self.wizard(self.click(kept | sent))
        wizard.line_ids.filtered(
            lambda line: line.contract_id == kept
        ).is_selected = False
        wizard.action_send()
        self.assertFalse(kept.opco_transmission_ids)
        self.assertTrue(sent.opco_transmission_ids)

    def test_blocked_line_cannot_be_forced(self):
        contract = self.new_contract(weekly_hours=0)
        wizard = self.wizard(self.click(contract))
        wizard.line_ids.is_selected = True
        self.assertFalse(wizard.line_ids._selected())

    def test_contract_broken_meanwhile_does_not_leave(self):
        contract = self.new_contract(**FEW_HOURS)
        wizard = self.wizard(self.click(contract))
        contract.weekly_hours = 0
        with self.assertRaisesRegex(Exception, "heures"):
            wizard.action_send()
        self.assertFalse(contract.opco_transmission_ids)

    def test_contract_broken_meanwhile_stops_no_other(self):
        contracts = self.new_contract(**FEW_HOURS)
        contracts |= self.new_contract(**FEW_HOURS)
        broken = self.new_contract(**FEW_HOURS)
        wizard = self.wizard(self.click(contracts | broken))
        broken.weekly_hours = 0
        batch = self.env["opco.batch"].browse(wizard.action_send()["res_id"])
        self.assertEqual(batch.transmission_ids.contract_id, contracts)
        self.assertEqual(batch.left_out_ids, broken)

    def test_overridden_block_leaves_with_its_reason_in_the_journal(self):
        contract = self.new_contract(apprentice_nir=False)
        wizard = self.wizard(self.click(contract))
        self.assertEqual(wizard.line_ids.status, "blocked")
        self.env["apprenticeship.override"].with_user(self.transmitter).create(
            {
                "contract_id": contract.id,
                "rule_id": "OBL-02",
                "reason": "Immatriculation en cours",
            }
        )
        wizard = self.wizard(self.click(contract))
        self.assertEqual(wizard.line_ids.status, "warning")
        wizard.action_send()
        row = contract.opco_transmission_ids
        self.assertEqual(row.overrides[0]["rule"], "OBL-02")
        self.assertEqual(row.overrides[0]["by"], self.transmitter.name)
        self.assertIn("Immatriculation en cours", row.overrides_text)

    def test_masked_for_those_outside_the_group(self):
        user = self.new_user("masked", TRANSMIT)
        contract = self.new_contract(apprentice_nir="206057505612399")
        action = self.click(contract, user)
        line = self.env["opco.transmit"].browse(action["res_id"]).line_ids
        self.assertIn("NIR", line.reasons)
        self.assertNotIn("206057505612399", line.reasons)

    def test_only_transmitters(self):
        contract = self.new_contract()
        with self.assertRaises(AccessError):
            self.click(contract, self.consultant)
        with self.assertRaises(AccessError):
            self.env["opco.transmit"].with_user(self.consultant).create({})
