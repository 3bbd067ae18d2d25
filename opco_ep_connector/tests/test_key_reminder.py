# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time, tagged

from ..models.opco_connection_reminder import reminder_level
from .common import KEY_ADMINISTRATOR, ConnectorCase

KEY = "opco_ep_connector.mail_activity_type_key"
MANDATE = "opco_ep_connector.mail_activity_type_mandate"
MADE_ON = date(2026, 3, 10)
ANNIVERSARY = date(2027, 3, 10)


@tagged("post_install", "-at_install")
class TestKeyReminder(ConnectorCase):
    """Somebody is told in time, once, until it is done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deputy = cls.new_user("deputy", KEY_ADMINISTRATOR)
        cls.administrator.email = "administrator@cfa.example"

    def setUp(self):
        super().setUp()
        self.connection.write(
            {"api_key_generated_on": MADE_ON, "user_id": self.administrator.id}
        )

    def test_levels(self):
        expected = {31: None, 30: 30, 16: 30, 15: 15, 8: 15, 7: 7, 2: 7, 1: 1}
        expected |= {0: 0, -1: 0, -6: 0, -7: -1, -13: -1, -14: -2}
        found = {days: reminder_level(days) for days in expected}
        self.assertEqual(found, expected)

    def test_anniversary(self):
        self.assertEqual(self.connection.api_key_renewal_on, ANNIVERSARY)
        self.connection.api_key_ends_on = date(2027, 1, 31)
        self.assertEqual(self.connection.api_key_renewal_on, date(2027, 1, 31))
        self.connection.api_key_generated_on = False
        self.connection.api_key_ends_on = False
        saved = self.connection.api_key_saved_at.date()
        self.assertEqual(
            self.connection.api_key_renewal_on, saved.replace(year=saved.year + 1)
        )

    def test_nothing_before_thirty_days(self):
        self.run_on(31)
        self.assertFalse(self.activities())
        self.assertFalse(self.mails())

    def test_one_activity_and_one_mail_a_level(self):
        for days, mails in ((30, 1), (29, 1), (15, 2), (7, 3), (3, 3), (1, 4), (0, 5)):
            with self.subTest(days=days):
                self.run_on(days)
                self.run_on(days)
                activity = self.activities()
                self.assertEqual(len(activity), 1)
                self.assertEqual(activity.user_id, self.administrator)
                self.assertEqual(activity.date_deadline, ANNIVERSARY)
                self.assertEqual(len(self.mails()), mails)
        self.assertEqual(
            self.mails().mail_ids.recipient_ids, self.administrator.partner_id
        )

    def test_until_it_is_done(self):
        self.run_on(1)
        self.assertIn("1 days left", self.activities().summary)
        for days_late in (1, 6, 7, 30):
            self.run_on(-days_late)
            self.assertIn("has passed", self.activities().summary)
        self.assertEqual(len(self.activities()), 1)
        # At 1 day, at the anniversary, after one week, after four.
        self.assertEqual(len(self.mails()), 4)

    def test_new_key_closes_it(self):
        self.run_on(7)
        self.assertTrue(self.activities())
        with freeze_time(ANNIVERSARY - timedelta(days=6)):
            self.paste_key()
            self.assertFalse(self.activities())
        self.run_on(5)
        self.assertFalse(self.activities())

    def test_new_key_whose_day_is_corrected(self):
        self.run_on(7)
        with freeze_time(ANNIVERSARY - timedelta(days=7)):
            self.connection.api_key_generated_on = date(2027, 3, 1)
        self.assertFalse(self.activities())

    def test_deputy_has_one_too_and_stays_when_the_other_leaves(self):
        self.connection.deputy_id = self.deputy
        self.run_on(30)
        people = self.administrator | self.deputy
        self.assertEqual(self.activities().user_id, people)
        self.assertEqual(self.mails().mail_ids.recipient_ids, people.partner_id)
        self.administrator.active = False
        self.run_on(29)
        self.assertEqual(self.activities().user_id, self.deputy)

    def test_nobody_named_means_the_key_administrators(self):
        self.connection.user_id = self.consultant
        self.run_on(30)
        self.assertLessEqual(
            self.administrator | self.deputy, self.activities().user_id
        )
        self.assertNotIn(self.consultant, self.activities().user_id)

    def test_unused_connection_reminds_nobody(self):
        self.run_on(30)
        self.connection.action_deactivate()
        self.run_on(29)
        self.assertFalse(self.activities())

    def test_mandate_likewise(self):
        self.connection.write(
            {"mandate_valid_until": ANNIVERSARY, "api_key_generated_on": ANNIVERSARY}
        )
        self.run_on(31)
        self.assertFalse(self.activities(MANDATE))
        self.run_on(15)
        self.run_on(14)
        self.assertEqual(len(self.activities(MANDATE)), 1)
        self.assertEqual(len(self.mails()), 1)
        self.assertFalse(self.activities())
        with freeze_time(ANNIVERSARY):
            self.connection.mandate_valid_until = date(2029, 3, 10)
        self.assertFalse(self.activities(MANDATE))

    def test_end_that_the_opco_says(self):
        said = patch.object(
            type(self.connection),
            "_key_end_said_by_opco",
            lambda connection: date(2026, 12, 15),
        )
        with said:
            self.run_on((ANNIVERSARY - date(2026, 12, 1)).days)
        self.assertEqual(self.connection.api_key_ends_on, date(2026, 12, 15))
        self.assertEqual(self.activities().date_deadline, date(2026, 12, 15))
        self.paste_key()
        self.assertFalse(self.connection.api_key_ends_on)

    def test_proposed_name(self):
        with freeze_time("2027-03-01"):
            self.connection.invalidate_recordset()
            self.assertEqual(
                self.connection.api_key_proposed_name, "CFA-OPCO_EP_API_Key_2027-03-01"
            )

    def test_mail_says_what_to_do_and_holds_no_key(self):
        self.run_on(30)
        [mail] = self.mails()
        self.assertIn("Securing the imports", mail.body)
        self.assertIn(self.connection.siret, mail.body)
        self.assertNotIn(self.api_key[-4:], mail.body)

    def run_on(self, days_left):
        with freeze_time(ANNIVERSARY - timedelta(days=days_left)):
            self._run("opco_ep_connector.ir_cron_remind")

    def activities(self, kind=KEY):
        return self.connection.activity_search([kind])

    def mails(self):
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "opco.connection"),
                ("res_id", "=", self.connection.id),
                ("message_type", "=", "email_outgoing"),
            ]
        )
        return messages

    def test_the_opco_says_until_when(self):
        self.connection.profile_id.key_info_open = True
        with self.assertNoLogs("odoo.addons.opco_ep_connector", "WARNING"):
            self._run("opco_ep_connector.ir_cron_remind")
        self.assertGreater(self.connection.api_key_ends_on, date(2027, 1, 1))

    def test_an_opco_that_does_not_say_is_no_failure(self):
        self.connection.profile_id.key_info_open = True
        self.sandbox.add_fault("status", "GET", "/v2/cfakeyinfo", status=501)
        with self.assertLogs("odoo.addons.opco_ep_connector", "WARNING") as said:
            self._run("opco_ep_connector.ir_cron_remind")
        self.assertFalse(self.connection.api_key_ends_on)
        self.assertNotIn(self.api_key, "".join(said.output))
