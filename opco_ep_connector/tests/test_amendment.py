# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..convergence.payload import encode
from .common import CONSULT, ConnectorCase
from .test_transmission import DEPOSIT


@tagged("post_install", "-at_install")
class TestAmendment(ConnectorCase):
    """An amendment has a delivery, a dossier and numbers of its own."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.send(self.contract)
        self.decide(self.contract, "ENGAGE")
        self.deca = self.contract.deca_number

    def decide(self, contract, state):
        self.sandbox.set_state(contract.opco_internal_number, state)
        self.refresh()

    def amend(self, contract=None, **changes):
        amendment = (contract or self.contract)._amend(
            self.code("contract_type", "36"), date(2027, 1, 4)
        )
        amendment.write(
            {
                "date_conclusion": date(2026, 8, 24),
                "training_centre_visa": True,
                "proving_signature": True,
                "employer_tutor_eligibility_attested": True,
                "employer_supporting_documents_attested": True,
                "weekly_hours": 32,
                **changes,
            }
        )
        return amendment

    def test_delivered_with_numbers_of_its_own(self):
        numbers = self.contract.opco_internal_number, self.deca
        amendment = self.amend()
        row = self.send(amendment)
        self.assertEqual(row.state, "sent", row.message)
        sent = json.loads(row.payload)["cerfa"]["contrat"]
        self.assertEqual(sent["typeContratApp"], 36)
        self.assertEqual(sent["numeroContratPrecedent"], self.deca)
        self.assertEqual(sent["dateEffetAvenant"][:10], "2027-01-04")
        self.assertNotEqual(amendment.opco_internal_number, numbers[0])

        self.decide(amendment, "ENGAGE")
        self.assertEqual(amendment.state, "active")
        self.assertTrue(amendment.deca_number)
        self.assertNotEqual(amendment.deca_number, self.deca)
        # The first version keeps its own.
        self.assertEqual(
            (self.contract.opco_internal_number, self.contract.deca_number), numbers
        )
        self.assertEqual(self.contract.opco_state, "committed")
        self.assertTrue(amendment.is_current)
        self.assertTrue(self.contract.is_frozen)

    def test_amendment_of_an_amendment(self):
        first = self.amend()
        self.send(first)
        self.decide(first, "ENGAGE")
        second = self.amend(first, weekly_hours=30)
        row = self.send(second)
        self.assertEqual(row.state, "sent", row.message)
        self.assertEqual(second.previous_number, first.deca_number)
        self.assertEqual(len(self.sent_numbers()), len(set(self.sent_numbers())))

    def test_nothing_changed_does_not_leave(self):
        amendment = self.amend(weekly_hours=35)
        with self.assertRaisesRegex(UserError, "ne change rien"):
            amendment.with_user(self.transmitter)._transmit()

    def test_closed_flow_says_what_to_enter_instead(self):
        self.connection.profile_id.amendments_open = False
        amendment = self.amend()
        with self.assertRaises(UserError) as caught:
            amendment.with_user(self.transmitter)._transmit()
        shown = amendment.with_user(self.transmitter).opco_closed_text
        for said in (str(caught.exception), shown):
            for text in (
                "not open at OPCO EP",
                self.deca,
                "04/01/2027",
                "Durée hebdomadaire",
                "32",
                "35",
            ):
                self.assertIn(text, said)
        # A contract still leaves, and the first version shows nothing.
        self.assertFalse(self.contract.opco_closed_text)
        self.assertEqual(self.send(self.new_contract()).state, "sent")

    def test_closed_flow_does_not_tell_of_a_disability(self):
        self.connection.profile_id.amendments_open = False
        amendment = self.amend(apprentice_disabled_worker=True)
        clerk = self.new_user("amendment_clerk", CONSULT)
        text = "handicap"
        entitled = amendment.with_user(self.transmitter).opco_closed_text
        [line] = [one for one in entitled.splitlines() if text in one]
        self.assertIn(": oui", line)
        [line] = [
            one
            for one in amendment.with_user(clerk).opco_closed_text.splitlines()
            if text in one
        ]
        self.assertNotIn(": oui", line)

    def test_entered_on_the_portal_is_linked_and_followed(self):
        self.connection.profile_id.amendments_open = False
        amendment = self.amend()
        content = amendment._opco_prepare()[0].content
        number = self.connection._client().deposit(encode(content)).internal_number
        self.refresh()
        self.assertIn(number, amendment.opco_proposal)
        amendment.with_user(self.transmitter).action_opco_link()
        self.assertEqual(amendment.opco_transport_state, "sent")
        self.assertFalse(amendment.opco_closed_text)

    def test_refusal_of_the_amendment_leaves_the_contract_alone(self):
        amendment = self.amend()
        self.send(amendment)
        self.decide(amendment, "REFUSE")
        self.assertEqual(amendment.opco_state, "refused")
        self.assertEqual(self.contract.opco_state, "committed")
        amendment.with_user(self.transmitter).action_cancel()
        self.assertTrue(self.contract.is_current)
        self.assertFalse(self.contract.is_frozen)

    def test_waits_for_what_it_amends(self):
        amendment = self.amend()
        self.contract.opco_transport_state = "unknown"
        with self.assertRaisesRegex(UserError, "not settled"):
            amendment.with_user(self.transmitter)._transmit()

    def test_what_was_deposited_is_what_is_frozen(self):
        self.contract.tutor_id.function = "Directrice"
        amendment = self.amend()
        self.assertEqual(self.contract._to_cerfa().tutor.job, "Cheffe boulangère")
        changed = {one["field"] for one in amendment.amendment_changes}
        self.assertEqual(changed, {"tutor_job", "weekly_hours"})

    def test_lost_answer_is_found_again(self):
        row = self.lose_the_answer(self.amend())
        self.refresh()
        self.assertEqual(row.state, "sent")
        [dossier] = row.contract_id._opco_dossiers()
        self.assertEqual(dossier.date_effect, date(2027, 1, 4))

    def test_amendment_of_another_effect_is_not_the_one(self):
        row = self.lose_the_answer(self.amend())
        body = json.loads(row.payload)
        body["cerfa"]["contrat"]["dateEffetAvenant"] = "2027-02-01T00:00:00+00:00"
        row.payload = json.dumps(body)
        self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 1))

    def lose_the_answer(self, amendment):
        self.sandbox.add_fault("reset_after_processing", **DEPOSIT)
        row = self.send(amendment)
        self.assertEqual(row.state, "unknown")
        return row
