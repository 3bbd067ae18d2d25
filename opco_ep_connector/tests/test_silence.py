# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..models.opco_connection_silence import ACTIVITY_TYPE
from .common import KEY_ADMINISTRATOR
from .test_clocks import ClockCase

# A Monday, at ten in Paris; the third working day after is a Thursday.
MONDAY = "2026-09-07 08:00:00"
LONG_AFTER = "2026-09-10 08:00:00"
BEFORE = "2026-09-10 07:59:00"


@tagged("post_install", "-at_install")
class TestSilence(ClockCase):
    """Contracts wait, nothing is accepted: one alert, until something is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator.email = "administrator@cfa.example"
        cls.connection.user_id = cls.administrator

    def test_after_three_working_days(self):
        self.wait_since(MONDAY)
        self.run_at(BEFORE)
        self.assert_alerts(0)
        self.run_at(LONG_AFTER)
        self.assert_alerts(1)
        self.assertEqual(self.activities().user_id, self.administrator)
        self.assertEqual(
            self.mails().mail_ids.recipient_ids, self.administrator.partner_id
        )
        self.assertEqual(
            self.connection.silent_since, fields.Datetime.to_datetime(MONDAY)
        )

    def test_sundays_and_holidays_do_not_count(self):
        for since, too_soon, long_after, zip_code in (
            # 1 May, then a Sunday.
            (
                "2026-04-29 08:00:00",
                "2026-05-04 07:00:00",
                "2026-05-04 08:00:00",
                "44000",
            ),
            # Good Friday, Easter Sunday and Monday.
            (
                "2026-04-02 08:00:00",
                "2026-04-07 08:00:00",
                "2026-04-08 08:00:00",
                "67 000",
            ),
        ):
            with self.subTest(since):
                self.connection.partner_id.zip = zip_code
                rows = self.wait_since(since)
                self.run_at(too_soon)
                self.assertFalse(self.connection.silent_since)
                self.run_at(long_after)
                self.assertTrue(self.connection.silent_since)
                rows.write({"state": "cancelled", "is_live": False})
                self.run_at(long_after)

    def test_once_an_episode(self):
        self.wait_since(MONDAY)
        for moment in (LONG_AFTER, LONG_AFTER, "2026-09-14 08:00:00"):
            self.run_at(moment)
            self.assert_alerts(1)

    def test_whatever_keeps_them(self):
        rows = self.wait_since(MONDAY)
        for state in ("queued", "sending", "retry", "unknown", "held"):
            rows.state = state
            self.run_at(LONG_AFTER)
            with self.subTest(state):
                self.assertTrue(self.connection.silent_since)
            self.connection._end_silence()

    def test_nothing_waits_nothing_is_told(self):
        self.send(self.new_contract())
        self.run_at("2036-09-10 08:00:00")
        self.assert_alerts(0)

    def test_something_was_accepted_meanwhile(self):
        accepted = self.send(self.new_contract())
        self.wait_since(MONDAY)
        accepted.answered_at = "2026-09-09 08:00:00"
        self.run_at(LONG_AFTER)
        self.assert_alerts(0)
        self.run_at("2026-09-12 08:00:00")
        self.assert_alerts(1)

    def test_ends_by_itself_with_the_next_receipt(self):
        self.wait_since(MONDAY)
        self.run_at(LONG_AFTER)
        self.deliver()
        self.assert_alerts(1, open_ones=0)
        self.assertFalse(self.connection.silent_since)
        # A new silence is told anew.
        self.wait_since("2036-09-08 08:00:00")
        self.run_at("2036-09-15 08:00:00")
        self.assert_alerts(2, open_ones=1)

    def test_ends_when_nothing_waits_any_more(self):
        rows = self.wait_since(MONDAY)
        self.run_at(LONG_AFTER)
        rows.with_user(self.transmitter).action_cancel()
        self.run_at(LONG_AFTER)
        self.assertFalse(self.connection.silent_since)
        self.assert_alerts(1, open_ones=0)

    def test_ends_with_the_connection(self):
        self.wait_since(MONDAY)
        self.run_at(LONG_AFTER)
        self.connection.action_deactivate()
        self.run_at(LONG_AFTER)
        self.assert_alerts(1, open_ones=0)

    def test_stopped_connection_is_watched(self):
        self.wait_since(MONDAY)
        self.connection._stop("The key is refused")
        self.run_at(LONG_AFTER)
        self.assert_alerts(1)

    def test_what_another_environment_received_is_no_receipt(self):
        accepted = self.send(self.new_contract())
        accepted.environment = "test"
        accepted.answered_at = "2026-09-10 07:00:00"
        self.wait_since(MONDAY)
        self.run_at(LONG_AFTER)
        self.assert_alerts(1)

    def test_late_contracts_of_an_automatic_connection_wait_too(self):
        contract = self.new_contract(state="ready")
        self.assertEqual(str(contract.deadline), "2026-09-07")
        self.run_at("2026-09-30 08:00:00")
        self.assert_alerts(0)
        self.connection.is_automatic = True
        # Late from 8 September on; the 13th is a Sunday.
        self.run_at("2026-09-10 21:00:00")
        self.assert_alerts(0)
        self.run_at("2026-09-10 23:00:00")
        self.assert_alerts(1)
        # A contract forgotten for long does not ring for ever.
        self.connection._end_silence()
        self.run_at("2026-10-30 08:00:00")
        self.assert_alerts(1, open_ones=0)

    def test_nobody_named_means_the_key_administrators(self):
        self.connection.user_id = False
        deputy = self.new_user("deputy", KEY_ADMINISTRATOR)
        deputy.email = "deputy@cfa.example"
        self.wait_since(MONDAY)
        self.run_at(LONG_AFTER)
        self.assertEqual(len(self.activities()), 1)
        self.assertLessEqual(
            (self.administrator | deputy).partner_id,
            self.mails().mail_ids.recipient_ids,
        )

    def test_mail_says_since_when_and_names_no_apprentice(self):
        rows = self.wait_since(MONDAY)
        self.run_at(LONG_AFTER)
        [mail] = self.mails()
        self.assertIn("10:00", mail.body)
        self.assertIn(self.connection.siret, mail.body)
        self.assertIn(f"/odoo/opco-connections/{self.connection.id}", mail.body)
        self.assertNotIn(rows.contract_id.apprentice_id.name, mail.body)

    def wait_since(self, moment):
        rows = self.transmit(self.new_contract())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE opco_transmission SET create_date = %s WHERE id IN %s",
            (moment, tuple(rows.ids)),
        )
        rows.invalidate_recordset(["create_date"])
        return rows

    def run_at(self, moment):
        day = fields.Datetime.to_datetime(moment) + timedelta(hours=2)
        with self.on(day.date()), freeze_time(moment):
            self._run("opco_ep_connector.ir_cron_watch_silence")

    def assert_alerts(self, mails, open_ones=None):
        self.assertEqual(len(self.mails()), mails)
        self.assertEqual(
            len(self.activities()), mails if open_ones is None else open_ones
        )

    def activities(self):
        return self.connection.activity_search([ACTIVITY_TYPE])

    def mails(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "opco.connection"),
                ("res_id", "=", self.connection.id),
                ("message_type", "=", "email_outgoing"),
            ]
        )
