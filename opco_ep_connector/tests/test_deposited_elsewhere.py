# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..convergence import payload
from ..convergence.client import ConvergenceClient
from .common import ConnectorCase
from .test_transmission import DEPOSIT

OTHER_NIR = "106057505612379"


@tagged("post_install", "-at_install")
class TestDepositedElsewhere(ConnectorCase):
    """What the employer deposited is recognised, and never sent twice unawares."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.as_transmitter = self.contract.with_user(self.transmitter)

    def deposit_elsewhere(self, contract):
        """Deposit as another software would; return the OPCO's number."""
        content = contract._opco_prepare()[0].content
        client = self.connection._client()
        return client.deposit(payload.encode(content)).internal_number

    def dossier(self, number):
        return self.env["opco.dossier"].search([("internal_number", "=", number)])

    def recognised(self):
        dossier = self.dossier(self.deposit_elsewhere(self.contract))
        self.refresh()
        return dossier or self.contract.opco_proposed_dossier_ids

    def test_recognised_and_blocked(self):
        number = self.deposit_elsewhere(self.contract)
        self.refresh()
        self.assertEqual(self.dossier(number).proposed_contract_id, self.contract)
        self.assertIn(number, self.as_transmitter.opco_proposal)
        self.assertIn("Transmitted", self.as_transmitter.opco_proposal)
        found = self.Contract.search([("opco_proposed_dossier_ids", "!=", False)])
        self.assertEqual(found, self.contract)
        with self.assertRaisesRegex(UserError, "already has a dossier"):
            self.as_transmitter._transmit()
        self.assertFalse(self.contract.opco_transmission_ids)

    def test_nothing_of_the_person_is_kept(self):
        dossier = self.recognised()
        names = dossier._fields.keys() - {"proposed_contract_id"}
        kept = str(dossier.sudo().read(list(names)))
        self.assertIn(self.contract.employer_siret, kept)
        for personal in (self.contract.apprentice_nir[:13], "MARTIN", "Alix"):
            self.assertNotIn(personal, kept)

    def test_linked(self):
        dossier = self.recognised()
        said = len(self.said(self.contract))
        self.as_transmitter.action_opco_link()
        self.assertRecordValues(
            self.contract,
            [
                {
                    "opco_transport_state": "sent",
                    "opco_internal_number": dossier.internal_number,
                    "opco_state": "transmitted",
                    "opco_environment": "sandbox",
                    "opco_is_to_transmit": False,
                    "opco_is_linked": True,
                    "opco_proposal": False,
                }
            ],
        )
        self.assertRecordValues(
            dossier,
            [{"contract_id": self.contract.id, "linked_by_id": self.transmitter.id}],
        )
        [line] = self.said(self.contract)[said:]
        self.assertIn(dossier.internal_number, line)
        message = self.contract.message_ids.sorted("id")[-1]
        self.assertEqual(message.author_id, self.transmitter.partner_id)
        self.deliver()
        self.assertEqual(len(self.sent_numbers()), 1)
        with self.assertRaisesRegex(UserError, "has or may have"):
            self.as_transmitter.action_cancel()

    def test_linked_is_followed(self):
        dossier = self.recognised()
        self.as_transmitter.action_opco_link()
        self.sandbox.set_state(dossier.internal_number, "ENGAGE")
        self.refresh()
        self.assertEqual(self.contract.opco_state, "committed")
        self.assertTrue(self.contract.deca_number)
        self.assertTrue(dossier.instalments)

    def test_linked_then_refused_can_be_sent(self):
        dossier = self.recognised()
        self.as_transmitter.action_opco_link()
        self.sandbox.set_state(dossier.internal_number, "REFUSE")
        self.refresh()
        self.assertTrue(self.contract.opco_is_to_transmit)
        row = self.send(self.contract)
        self.assertEqual(row.state, "sent")
        self.assertFalse(self.contract.opco_is_linked)

    def test_linked_survives_a_change_of_environment(self):
        self.recognised()
        self.as_transmitter.action_opco_link()
        self.contract._opco_mirror_environment("production")
        self.assertFalse(self.contract.opco_transport_state)
        self.contract._opco_mirror_environment("sandbox")
        self.assertEqual(self.contract.opco_transport_state, "sent")
        self.assertFalse(self.contract.opco_is_to_transmit)

    def test_dossier_of_another_environment_is_not_linked(self):
        dossier = self.recognised()
        self.connection.environment = "test"
        wizard = (
            self.env["opco.link"]
            .with_user(self.transmitter)
            .create({"dossier_id": dossier.id, "contract_id": self.contract.id})
        )
        for link in (wizard.action_link, self.as_transmitter.action_opco_link):
            with self.assertRaisesRegex(UserError, "another environment"):
                link()
        self.assertTrue(self.contract.opco_is_to_transmit)

    def detach(self, reason="Ce n'est pas le même contrat"):
        wizards = self.env["opco.detach"].with_user(self.transmitter)
        wizards.create(
            {"contract_id": self.contract.id, "reason": reason}
        ).action_detach()

    def test_linked_by_mistake_is_detached(self):
        dossier = self.recognised()
        self.as_transmitter.action_opco_link()
        self.sandbox.set_state(dossier.internal_number, "ENGAGE")
        self.refresh()
        self.assertEqual(self.contract.state, "active")
        action = self.as_transmitter.action_opco_detach()
        self.assertEqual(action["res_model"], "opco.detach")
        self.detach()
        self.assertRecordValues(
            self.contract,
            [
                {
                    "state": "ready",
                    "opco_transport_state": False,
                    "opco_internal_number": False,
                    "deca_number": False,
                    "opco_is_linked": False,
                    "opco_is_to_transmit": True,
                }
            ],
        )
        self.assertFalse(dossier.contract_id)
        line = self.said(self.contract)[-1]
        self.assertIn(dossier.internal_number, line)
        self.assertIn("pas le même contrat", line)
        # It is neither proposed nor followed any more.
        self.refresh()
        self.contract._opco_prepare()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)
        self.sandbox.set_state(dossier.internal_number, "RUPTURE")
        self.refresh()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)
        self.assertEqual(self.contract.state, "ready")
        self.assertEqual(self.send(self.contract).state, "sent")

    def test_only_a_link_is_detached(self):
        self.send(self.contract)
        with self.assertRaisesRegex(UserError, "not linked"):
            self.as_transmitter.action_opco_detach()
        with self.assertRaisesRegex(UserError, "not linked"):
            self.detach()

    def test_what_was_sent_for_the_dossier_keeps_the_link(self):
        self.recognised()
        self.as_transmitter.action_opco_link()
        self.contract.termination_kind = "broken"
        with self.assertRaisesRegex(UserError, "cannot be detached"):
            self.detach()

    def test_detaching_says_why(self):
        self.recognised()
        self.as_transmitter.action_opco_link()
        with self.assertRaisesRegex(UserError, "Say why"):
            self.detach("  ")

    def test_another_contract_is_remembered(self):
        dossier = self.recognised()
        self.as_transmitter.action_opco_dismiss()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)
        self.assertIn(dossier.internal_number, self.said(self.contract)[-1])
        self.refresh()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)
        self.assertEqual(len(self.as_transmitter._transmit()), 1)

    def test_found_while_queued_is_held(self):
        self.deposit_elsewhere(self.contract)
        row = self.transmit(self.contract)
        self.refresh()
        self.assertEqual(row.state, "held")
        self.assertIn("already has a dossier", row.message)
        self.assertEqual(self.contract.opco_transport_state, "held")
        self.deliver()
        self.assertEqual((row.state, len(self.sent_numbers())), ("held", 1))
        self.assertEqual(self.connection.state, "active")
        self.as_transmitter.action_opco_dismiss()
        self.assertEqual(row.state, "queued")
        self.deliver()
        self.assertNotEqual(row.state, "queued")

    def test_linked_while_queued_does_not_leave(self):
        self.deposit_elsewhere(self.contract)
        row = self.transmit(self.contract)
        self.refresh()
        self.as_transmitter.action_opco_link()
        self.assertEqual((row.state, row.is_live), ("cancelled", False))
        self.deliver()
        self.assertEqual(len(self.sent_numbers()), 1)
        self.assertEqual(self.contract.opco_transport_state, "sent")

    def test_held_for_a_stopped_connection_is_not_released(self):
        self.deposit_elsewhere(self.contract)
        row = self.transmit(self.contract)
        self.refresh()
        self.connection.action_test_connection()
        self.deliver()
        self.assertEqual(row.state, "held")

    def test_prepared_after_the_dossier_was_read(self):
        """Recognised at the pre-flight, without asking the OPCO anything."""
        other = self.new_contract(apprentice_nir=OTHER_NIR)
        other.apprentice_id.apprenticeship_sex = "M"
        self.deposit_elsewhere(other)
        start = other.date_start
        other.date_start = date(2026, 10, 1)
        self.refresh()
        self.assertFalse(other.opco_proposed_dossier_ids)
        other.date_start = start
        with patch.object(ConvergenceClient, "_call", side_effect=AssertionError):
            [preparation] = other._opco_prepare()
        self.assertFalse(preparation.is_sendable)
        self.assertTrue(other._opco_has_proposed_dossier())

    def test_changed_since_is_no_longer_proposed(self):
        self.recognised()
        self.contract.date_start = date(2026, 9, 2)
        self.contract._opco_prepare()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)

    def test_another_apprentice_of_the_same_employer(self):
        other = self.new_contract(
            apprentice_nir=OTHER_NIR, employer_id=self.contract.employer_id.id
        )
        other.apprentice_id.apprenticeship_sex = "M"
        self.deposit_elsewhere(other)
        self.refresh()
        self.assertTrue(other.opco_proposed_dossier_ids)
        self.assertFalse(self.contract.opco_proposed_dossier_ids)

    def test_without_nir_known_by_the_names(self):
        self.deposit_elsewhere(self.contract)
        self.contract.apprentice_nir = False
        self.refresh()
        self.assertTrue(self.contract.opco_proposed_dossier_ids)

    def test_contract_of_another_environment(self):
        self.deposit_elsewhere(self.contract)
        self.env["opco.dossier"].search([]).environment = "test"
        self.env["opco.dossier"]._propose_for(self.connection)
        self.assertFalse(self.contract.opco_proposed_dossier_ids)

    def test_refused_dossier_is_not_proposed(self):
        number = self.deposit_elsewhere(self.contract)
        self.sandbox.set_state(number, "REFUSE")
        self.refresh()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)

    def test_refused_after_it_was_proposed(self):
        dossier = self.recognised()
        self.sandbox.set_state(dossier.internal_number, "ANNULE")
        self.refresh()
        self.assertFalse(self.contract.opco_proposed_dossier_ids)
        self.assertEqual(len(self.as_transmitter._transmit()), 1)

    def test_our_own_deposit_is_not_proposed(self):
        self.sandbox.add_fault("reset_after_processing", **DEPOSIT)
        row = self.send(self.contract)
        self.assertEqual(row.state, "unknown")
        self.refresh()
        self.assertEqual(row.state, "sent")
        self.assertFalse(self.contract.opco_proposed_dossier_ids)

    def test_each_is_read_once(self):
        self.new_contract(apprentice_nir=OTHER_NIR)
        self.deposit_elsewhere(self.contract)
        with self.count_calls() as calls:
            self.refresh()
            self.refresh()
        self.assertEqual(calls["list_states"], 2)
        self.assertEqual(calls["read_dossier"], 1)

    def test_nothing_to_compare_nothing_read(self):
        self.deposit_elsewhere(self.contract)
        self.contract.with_user(self.transmitter).action_cancel()
        awaiting = self.Contract.search(
            [("company_id", "=", self.company.id), ("opco_is_to_transmit", "=", True)]
        )
        self.assertFalse(awaiting)
        with self.count_calls() as calls:
            self.refresh()
        self.assertEqual(calls["read_dossier"], 0)

    def test_linked_by_hand(self):
        dossier = self.recognised()
        self.as_transmitter.action_opco_dismiss()
        action = dossier.with_user(self.transmitter).action_link()
        form = Form(
            self.env["opco.link"]
            .with_user(self.transmitter)
            .with_context(**action["context"])
        )
        form.contract_id = self.as_transmitter
        form.save().action_link()
        self.assertEqual(dossier.contract_id, self.contract)

    def test_decided_by_a_colleague_meanwhile(self):
        self.recognised()
        self.as_transmitter.action_opco_dismiss()
        with self.assertRaisesRegex(UserError, "already decided"):
            self.as_transmitter.action_opco_link()

    def test_linked_twice(self):
        dossier = self.recognised()
        self.as_transmitter.action_opco_link()
        other = self.new_contract(apprentice_nir=OTHER_NIR)
        with self.assertRaisesRegex(UserError, "already linked"):
            dossier._link(other)

    def test_sent_contract_takes_no_other_dossier(self):
        dossier = self.recognised()
        other = self.new_contract(apprentice_nir=OTHER_NIR)
        other.apprentice_id.apprenticeship_sex = "M"
        self.send(other)
        with self.assertRaisesRegex(UserError, "Already received"):
            dossier._link(other)

    def test_only_transmitters_decide(self):
        self.recognised()
        for user in (self.consultant, self.colleague):
            with self.assertRaises(AccessError):
                self.contract.with_user(user).action_opco_link()
            with self.assertRaises(AccessError):
                self.contract.with_user(user).action_opco_dismiss()
        self.assertFalse(self.contract.opco_transport_state)

    def test_adopted_by_another_contract(self):
        """A wrong link gives way to the OPCO's own receipt."""
        dossier = self.recognised()
        self.as_transmitter.action_opco_link()
        other = self.new_contract(apprentice_nir=OTHER_NIR)
        other.apprentice_id.apprenticeship_sex = "M"
        receipt = self.send(other)
        receipt.internal_number = dossier.internal_number
        self.env["opco.dossier"]._adopt(receipt)
        self.assertEqual(dossier.contract_id, other)
        self.assertRecordValues(
            self.contract,
            [{"opco_transport_state": False, "opco_internal_number": False}],
        )
        self.assertIn("another contract", self.said(self.contract)[-1])

    def test_blocked_is_told_in_the_wizard(self):
        self.recognised()
        action = self.as_transmitter.action_transmit()
        wizard = self.env["opco.transmit"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.status, "blocked")
        self.assertIn("link the dossier", wizard.line_ids.reasons)
