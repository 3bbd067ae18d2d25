# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.l10n_fr_apprenticeship.tests.common import MANAGER

from ..models.apprenticeship_contract_alert import ANSWER_ACTIVITY, DEPOSIT_ACTIVITY
from .common import ConnectorCase

# Of a contract that starts on 1 September 2026.
ALERT, DEADLINE = date(2026, 9, 4), date(2026, 9, 7)
AFTERWARDS = date(2026, 9, 8)


class ClockCase(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What this database holds besides is told to nobody.
        cls.Contract.search([]).write({"state": "cancelled"})

    @contextmanager
    def on(self, day):
        """Make it that day, at noon in Paris, as far as the clocks know."""
        self.env.flush_all()
        self.env.invalidate_all()
        with (
            freeze_time(f"{day} 11:00:00"),
            patch.object(type(self.Contract), "_day_of_check", lambda self: day),
        ):
            yield
            self.env.flush_all()
            self.env.invalidate_all()

    def today(self):
        """Return the real day: the sandbox's receipts are of now."""
        contract = self.Contract
        return contract._legal_day(self.env.cr.now())


@tagged("post_install", "-at_install")
class TestClocks(ClockCase):
    """When the clocks run, and what stops them."""

    def test_deposited_late_is_late_no_more(self):
        contract = self.new_contract()
        with self.on(AFTERWARDS):
            self.assertTrue(contract.is_late)
        self.send(contract)
        with self.on(AFTERWARDS):
            self.assertFalse(contract.is_late)
        self.assertEqual(contract.deposit_deadline, DEADLINE)

    def test_queued_held_rejected_and_unknown_are_not_deposited(self):
        contract = self.new_contract()
        for state in (False, "queued", "retry", "held", "unknown", "rejected"):
            contract.opco_transport_state = state
            with self.subTest(state), self.on(AFTERWARDS):
                self.assertTrue(contract.is_late)

    def test_answer_is_expected_20_days_after_the_receipt(self):
        contract = self.new_contract()
        self.send(contract)
        received_on = self.today()
        deadline = received_on + timedelta(days=20)
        self.assertEqual(contract.opco_answer_deadline, deadline)
        self.assertEqual(contract.deadline, deadline)
        for days, late, at_risk in (
            (14, False, False),
            (15, False, True),
            (20, False, True),
            (21, True, False),
        ):
            with self.subTest(days), self.on(received_on + timedelta(days=days)):
                self.assertEqual(contract.is_late, late)
                self.assertEqual(contract.is_at_risk, at_risk)

    def test_receipt_is_of_the_day_in_paris(self):
        contract = self.new_contract(
            opco_transport_state="sent", opco_answered_at="2026-11-15 23:30:00"
        )
        self.assertEqual(contract.opco_answer_deadline, date(2026, 12, 6))

    def test_answer_stops_the_clock_and_an_unknown_state_does_not(self):
        contract = self.new_contract()
        self.send(contract)
        for state, runs in (
            ("other", True),
            ("in_progress", True),
            ("committed", False),
            ("refused", False),
            ("cancelled", False),
            ("broken", False),
            ("settled", False),
            ("transmitted", True),
        ):
            with self.subTest(state):
                contract.opco_state = state
                self.assertEqual(bool(contract.opco_answer_deadline), runs)
                self.assertEqual(bool(contract.deadline), runs)

    def test_deposited_elsewhere_has_no_known_receipt(self):
        contract = self.new_contract(opco_transport_state="sent")
        self.assertFalse(contract.opco_answer_deadline)
        with self.on(AFTERWARDS):
            self.assertFalse(contract.is_late)

    def test_refused_is_to_send_again_and_was_not_deposited_late(self):
        contract = self.new_contract()
        self.send(contract)
        contract.opco_state = "refused"
        with self.on(AFTERWARDS):
            self.assertTrue(contract.opco_is_to_transmit)
            self.assertFalse(contract.is_late)

    def test_the_sandbox_deposits_nothing_in_production(self):
        contract = self.new_contract()
        self.send(contract)
        self.assertTrue(contract.opco_answer_deadline)
        contract._opco_mirror_environment("production")
        self.assertFalse(contract.opco_answer_deadline)
        with self.on(AFTERWARDS):
            self.assertTrue(contract.is_late)

    def test_rules_know_the_deposit(self):
        contract = self.new_contract()
        with self.on(AFTERWARDS):
            self.assertIn("DAT-13", self.rules_of(contract))
        self.send(contract)
        with self.on(AFTERWARDS):
            self.assertNotIn("DAT-13", self.rules_of(contract))
        with self.on(self.today() + timedelta(days=15)):
            self.assertIn("DAT-14", self.rules_of(contract))
            contract.opco_state = "committed"
            self.assertNotIn("DAT-14", self.rules_of(contract))

    def test_rules_know_the_deposit_of_a_contract_being_edited(self):
        contract = self.new_contract()
        self.send(contract)
        with Form(contract) as form:
            form.signing_place = "Angers"
        self.assertEqual(contract.signing_place, "Angers")

    def test_sentence_of_the_answer(self):
        contract = self.new_contract()
        self.send(contract)
        for days, said in (
            (0, "(20 days left)"),
            (19, "(1 day left)"),
            (20, "today, the last day"),
            (21, "refused by silence"),
        ):
            with self.subTest(days), self.on(self.today() + timedelta(days=days)):
                self.assertIn(said, contract.deadline_text)


@tagged("post_install", "-at_install")
class TestDeadlineAlert(ClockCase):
    """One activity for the right person, closed by itself."""

    def test_third_working_day(self):
        contract = self.new_contract()
        self.run_on(ALERT - timedelta(days=1))
        self.assertFalse(self.alerts(contract))
        self.run_on(ALERT)
        alert = self.alerts(contract)
        self.assertEqual(alert.user_id, self.transmitter)
        self.assertEqual(alert.date_deadline, DEADLINE)
        self.assertIn("Deposit the contract", alert.summary)

    def test_once_even_when_it_was_marked_as_done(self):
        contract = self.new_contract()
        self.run_on(ALERT)
        self.run_on(ALERT)
        self.run_on(AFTERWARDS)
        self.assertEqual(len(self.alerts(contract)), 1)
        self.alerts(contract).action_done()
        self.run_on(AFTERWARDS)
        self.assertFalse(self.alerts(contract))

    def test_told_again_when_the_day_comes_back(self):
        contract = self.new_contract()
        self.run_on(ALERT)
        start = contract.date_start
        contract.date_start = start + timedelta(days=60)
        self.run_on(ALERT)
        self.assertFalse(self.alerts(contract))
        contract.date_start = start
        self.run_on(ALERT)
        self.assertEqual(len(self.alerts(contract)), 1)

    def test_days_without_the_cron_are_caught_up(self):
        contract = self.new_contract()
        old = self.new_contract(date_start=date(2026, 6, 1))
        self.run_on(date(2026, 9, 20))
        self.assertEqual(len(self.alerts(contract)), 1)
        # Missed for more than a month: history, that the list shows.
        self.assertFalse(self.alerts(old))

    def test_closed_by_the_receipt(self):
        contract = self.new_contract()
        self.run_on(ALERT)
        self.send(contract)
        self.assertFalse(self.alerts(contract))

    def test_closed_by_a_cancellation(self):
        contract = self.new_contract(state="ready")
        self.run_on(ALERT)
        contract.action_cancel()
        self.assertFalse(self.alerts(contract))

    def test_not_closed_by_what_deposits_nothing(self):
        contract = self.new_contract_of_closed_employer()
        self.run_on(ALERT)
        self.transmit(contract)
        self.assertTrue(self.alerts(contract))
        self.deliver()
        self.assertEqual(contract.opco_transport_state, "rejected")
        self.assertTrue(self.alerts(contract))

    def test_start_put_off(self):
        contract = self.new_contract()
        self.run_on(ALERT)
        contract.date_start = date(2026, 10, 1)
        self.assertFalse(self.alerts(contract))
        self.run_on(ALERT)
        self.assertFalse(self.alerts(contract))
        self.run_on(date(2026, 10, 5))
        self.assertEqual(len(self.alerts(contract)), 1)

    def test_employer_moved_to_where_holidays_differ(self):
        contract = self.new_contract(date_start=date(2026, 4, 1))
        self.run_on(date(2026, 4, 7))
        self.assertEqual(self.alerts(contract).date_deadline, date(2026, 4, 8))
        contract.employer_id.zip = "67000"
        self.run_on(date(2026, 4, 7))
        self.assertEqual(self.alerts(contract).date_deadline, date(2026, 4, 9))

    def test_answer_on_the_fifteenth_day(self):
        contract = self.new_contract()
        self.send(contract)
        received_on = self.today()
        self.run_on(received_on + timedelta(days=14))
        self.assertFalse(self.alerts(contract))
        self.run_on(received_on + timedelta(days=15))
        self.run_on(received_on + timedelta(days=16))
        alert = self.alerts(contract)
        self.assertEqual(alert.activity_type_id, self.env.ref(ANSWER_ACTIVITY))
        self.assertEqual(alert.date_deadline, received_on + timedelta(days=20))
        contract.opco_state = "committed"
        self.assertFalse(self.alerts(contract))

    def test_whoever_is_in_charge_else_the_sender_else_a_manager(self):
        self.env.ref(MANAGER).user_ids -= self.env.ref(MANAGER).user_ids.filtered(
            lambda user: self.company in user.company_ids
        )
        manager = self.new_user("manager", MANAGER)
        nobodys = self.new_contract(user_id=False)
        gone = self.new_contract(user_id=self.colleague.id)
        sent = self.new_contract_of_closed_employer()
        self.send(sent)
        sent.user_id = False
        self.run_on(ALERT)
        self.assertEqual(self.alerts(nobodys).user_id, manager)
        self.assertEqual(self.alerts(gone).user_id, manager)
        self.assertEqual(
            self.alerts(sent)
            .filtered(
                lambda one: one.activity_type_id == self.env.ref(DEPOSIT_ACTIVITY)
            )
            .user_id,
            self.transmitter,
        )

    def test_nobody_to_tell_stops_nothing(self):
        self.env.ref(MANAGER).user_ids = [Command.clear()]
        nobodys = self.new_contract(user_id=False)
        contract = self.new_contract()
        self.run_on(ALERT)
        self.assertFalse(self.alerts(nobodys))
        self.assertTrue(self.alerts(contract))

    def test_no_email(self):
        self.transmitter.notification_type = "email"
        before = self.env["mail.mail"].search_count([])
        self.new_contract()
        self.run_on(ALERT)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_said_in_the_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.transmitter.lang = "fr_FR"
        contract = self.new_contract()
        self.run_on(ALERT)
        self.assertIn("07/09/2026", self.alerts(contract).summary)

    def test_ten_times_more_contracts_are_not_ten_times_more_queries(self):
        employer, apprentice = self.new_employer(), self.new_apprentice()
        counts = []
        for count, start in ((10, date(2026, 9, 1)), (100, date(2026, 12, 1))):
            self.Contract.create(
                [
                    self.contract_values(
                        user_id=self.transmitter.id,
                        employer_id=employer.id,
                        apprentice_id=apprentice.id,
                        date_start=start,
                    )
                    for _number in range(count)
                ]
            )
            with self.on(start + timedelta(days=3)):
                before = self.env.cr.sql_log_count
                self._run("opco_ep_connector.ir_cron_alert_deadlines")
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], 1.2 * counts[0], counts)
        created = self.env["mail.activity"].search_count(
            [("activity_type_id", "=", self.env.ref(DEPOSIT_ACTIVITY).id)]
        )
        self.assertEqual(created, 110)

    def run_on(self, day):
        with self.on(day):
            self._run("opco_ep_connector.ir_cron_alert_deadlines")

    def alerts(self, contract):
        types = (DEPOSIT_ACTIVITY, ANSWER_ACTIVITY)
        return contract.sudo().activity_search(types)
