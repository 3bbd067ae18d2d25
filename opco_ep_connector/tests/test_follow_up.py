# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR

from .common import SIRET, ConnectorCase

DOSSIER_LOGGER = "odoo.addons.opco_ep_connector.refresh"


@tagged("post_install", "-at_install")
class TestFollowUp(ConnectorCase):
    """What the OPCO decides comes back to the contract."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()
        self.row = self.send(self.contract)
        self.number = self.contract.opco_internal_number
        self.lines_of_the_deposit = len(self.said(self.contract))

    def test_committed(self):
        self.decide("ENGAGE")
        self.assertRecordValues(
            self.contract,
            [
                {
                    "opco_state": "committed",
                    "opco_raw_state": "ENGAGE",
                    "state": "active",
                }
            ],
        )
        self.assertTrue(self.contract.deca_number)
        self.assertEqual(self.dossier().deca_number, self.contract.deca_number)
        self.assertTrue(self.dossier().instalments)
        [line] = self.news()
        self.assertIn("OPCO EP: Committed", line)
        self.assertIn(self.contract.deca_number, line)

    def test_second_reading_is_silent(self):
        self.decide("ENGAGE")
        exchanges = self.exchanges()
        self.refresh()
        self.assertEqual(len(self.news()), 1)
        self.assertEqual(self.exchanges(), exchanges)

    def test_nothing_new_is_silent(self):
        exchanges = self.exchanges()
        self.refresh()
        self.assertFalse(self.news())
        self.assertEqual(self.exchanges(), exchanges)
        self.assertEqual(self.contract.opco_state, "transmitted")

    def test_unknown_state_is_shown_as_it_is(self):
        self.decide("EN_ATTENTE_PIECES")
        self.assertRecordValues(
            self.contract,
            [
                {
                    "opco_state": "other",
                    "opco_raw_state": "EN_ATTENTE_PIECES",
                    "state": "ready",
                }
            ],
        )
        self.assertEqual(self.news(), ["OPCO EP: EN_ATTENTE_PIECES"])
        self.decide("ENGAGE")
        self.assertEqual(self.contract.opco_state, "committed")

    def test_spelling_of_this_opco(self):
        self.decide("RUPTU")
        self.assertRecordValues(
            self.contract,
            [{"opco_state": "broken", "opco_raw_state": "RUPTU", "state": "broken"}],
        )

    def test_refused_with_a_comment_can_leave_again(self):
        self.decide("REFUSE", "Pièce <b>illisible</b>")
        self.assertEqual(self.contract.opco_state, "refused")
        self.assertEqual(self.contract.opco_comment, "Pièce <b>illisible</b>")
        self.assertIn("« Pièce <b>illisible</b> »", self.news()[0])
        self.assertTrue(self.contract.opco_is_to_transmit)
        self.assertFalse(self.row.is_live)

        again = self.send(self.contract)
        self.assertEqual(len(again), 1)
        self.assertEqual((self.row.state, again.state), ("sent", "sent"))
        self.assertEqual(self.contract.opco_internal_number, again.internal_number)
        self.assertNotEqual(again.internal_number, self.number)
        self.assertEqual(self.contract.opco_state, "transmitted")
        self.assertFalse(self.contract.opco_is_to_transmit)

    def test_former_dossier_does_not_speak_for_the_new_one(self):
        self.decide("REFUSE")
        again = self.send(self.contract)
        self.decide("ANNULE")
        self.assertEqual(self.contract.opco_internal_number, again.internal_number)
        self.assertEqual(self.contract.opco_state, "transmitted")
        self.assertEqual(self.contract.state, "ready")

    def test_cancelled_by_the_opco(self):
        self.decide("ANNULE")
        self.assertRecordValues(
            self.contract, [{"opco_state": "cancelled", "state": "cancelled"}]
        )

    def test_dossier_of_another_software_is_mirrored_alone(self):
        number = self.sandbox.deposit_example(SIRET)
        self.paste_key()
        self.refresh()
        dossier = self.env["opco.dossier"].search([("internal_number", "=", number)])
        self.assertRecordValues(
            dossier, [{"contract_id": False, "state": "transmitted"}]
        )
        self.sandbox.set_state(number, "ENGAGE")
        self.refresh()
        self.assertEqual(dossier.state, "committed")
        self.assertTrue(dossier.deca_number)

    def test_change_is_journaled(self):
        self.decide("ENGAGE")
        exchange = self.exchanges()[0]
        self.assertEqual((exchange.method, exchange.outcome), ("GET", "accepted"))
        self.assertIn("/v1/dossiers?numeroInterne=", exchange.url)

    def test_screens_are_told(self):
        told = self.bus_count()
        self.decide("ENGAGE")
        self.assertEqual(self.bus_count(), told + 1)

    def test_revoked_key_stops_the_connection(self):
        self.revoke_key()
        self.refresh()
        self.assertEqual(self.connection.state, "stopped")

    def test_opco_that_does_not_answer_changes_nothing(self):
        self.sandbox.set_state(self.number, "ENGAGE")
        self.sandbox.add_fault("status", path="/v1/dossiers/etats", status=500)
        with self.assertLogs(DOSSIER_LOGGER, "WARNING"):
            self.refresh()
        self.assertEqual(self.contract.opco_state, "transmitted")
        self.assertEqual(self.connection.state, "active")
        self.refresh()
        self.assertEqual(self.contract.opco_state, "committed")

    def test_detail_that_could_not_be_read_is_read_later(self):
        self.sandbox.set_state(self.number, "ENGAGE")
        self.sandbox.add_fault("status", method="GET", path="/v1/dossiers", status=503)
        with self.assertLogs(DOSSIER_LOGGER, "WARNING"):
            self.refresh()
        self.assertEqual(self.contract.opco_state, "transmitted")
        self.refresh()
        self.assertEqual(self.contract.opco_state, "committed")
        self.assertEqual(len(self.news()), 1)

    def test_button_asks_the_cron(self):
        cron = self.env.ref("opco_ep_connector.ir_cron_refresh")
        domain = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        self.contract.with_user(self.consultant).action_opco_refresh()
        self.assertEqual(self.env["ir.cron.trigger"].search_count(domain), before + 1)
        with self.assertRaises(AccessError):
            self.contract.with_user(self.colleague).action_opco_refresh()

    def test_committed_contract_does_not_leave_again(self):
        self.decide("ENGAGE")
        with self.assertRaisesRegex(UserError, "Already received by the OPCO"):
            self.contract.with_user(self.transmitter)._transmit()

    def test_opco_that_goes_back_on_its_decision(self):
        self.decide("ENGAGE")
        self.decide("EN_COURS_INSTRUCTION")
        self.assertRecordValues(
            self.contract, [{"opco_state": "in_progress", "state": "ready"}]
        )
        self.assertFalse(self.contract.opco_is_to_transmit)
        self.decide("REFUSE")
        self.assertTrue(self.contract.opco_is_to_transmit)

    def test_older_answer_written_late_says_nothing(self):
        client = self.connection._client()
        older = client.read_dossier(internal_number=self.number)
        self.decide("ENGAGE")
        dossier = self.dossier()
        dossier.detail_read_at += timedelta(minutes=1)
        self.assertFalse(dossier._record_detail(older))
        self.assertEqual(self.contract.opco_state, "committed")

    def test_late_deca_number(self):
        self.decide("ENGAGE")
        number = self.contract.deca_number
        self.dossier().deca_number = False
        self.contract.deca_number = False
        lines = len(self.news())
        self.refresh()
        self.assertEqual(self.contract.deca_number, number)
        self.assertEqual(len(self.news()), lines)

    def decide(self, state, comment=None):
        self.sandbox.set_state(self.number, state, comment)
        self.refresh()

    def dossier(self):
        return self.env["opco.dossier"].search([("internal_number", "=", self.number)])

    def exchanges(self):
        return self.env["opco.exchange"].search(
            [("connection_id", "=", self.connection.id)]
        )

    def news(self):
        return self.said(self.contract)[self.lines_of_the_deposit :]

    def bus_count(self):
        return self.env["bus.bus"].search_count(
            [("message", "like", "opco_ep_connector/contracts")]
        )

    def test_former_refusal_does_not_speak_for_the_new_deposit(self):
        already = len(self.sent_numbers())
        contract = self.new_contract()
        self.send(contract)
        former = contract.opco_internal_number
        self.sandbox.set_state(former, "REFUSE", "Pièce manquante")
        self.refresh()
        self.assertTrue(contract.opco_is_to_transmit)
        row = self.transmit(contract)
        self.assertFalse(contract.opco_is_to_transmit)
        self.assertFalse(contract.opco_state)
        self.sandbox.set_state(former, "ANNULE")
        self.refresh()
        self.assertTrue(row.is_live)
        self.assertEqual(contract.state, "ready")
        self.deliver()
        self.assertEqual(len(self.sent_numbers()), already + 2)
        self.assertNotEqual(contract.opco_internal_number, former)

    def test_remote_text_shows_no_nir(self):
        contract = self.new_contract()
        self.send(contract)
        self.sandbox.set_state(
            contract.opco_internal_number, "REFUSE", f"NIR {NIR} inconnu"
        )
        self.refresh()
        self.assertIn("inconnu", contract.opco_comment)
        self.assertNotIn(NIR, contract.opco_comment)
        self.assertFalse(any(NIR in text for text in self.said(contract)))

    def test_cancelled_contract_does_not_leave(self):
        already = self.sent_numbers()
        contract = self.new_contract()
        row = self.transmit(contract)
        contract.with_user(self.transmitter).action_cancel()
        self.deliver()
        self.assertEqual((row.state, contract.state), ("cancelled", "cancelled"))
        self.assertEqual(self.sent_numbers(), already)

    def test_contract_the_opco_has_is_not_cancelled_here(self):
        contract = self.new_contract()
        self.send(contract)
        with self.assertRaisesRegex(UserError, "has or may have"):
            contract.with_user(self.transmitter).action_cancel()
