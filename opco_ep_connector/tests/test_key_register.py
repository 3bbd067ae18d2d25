# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import KEY_ADMINISTRATOR, ConnectorCase


@tagged("post_install", "-at_install")
class TestKeyRegister(ConnectorCase):
    """One line for each event of a key's life."""

    def setUp(self):
        super().setUp()
        self.connection.user_id = self.administrator
        self.before = self.connection.key_event_ids

    def test_paste_says_who_when_where_and_how(self):
        with freeze_time("2026-11-20 10:00:00"):
            self.paste_key()
        pasted = self.new_events()["pasted"]
        self.assertEqual(f"{pasted.happened_at}", "2026-11-20 10:00:00")
        self.assertEqual(f"{pasted.generated_on}", "2026-11-20")
        self.assertEqual(pasted.person_in_charge, self.administrator.name)
        self.assertEqual(pasted.tool, "opco_ep_connector 1.0.0")
        self.assertEqual(pasted.key_name, "CFA-OPCO_EP_API_Key_2026-11-20")
        self.assertEqual(pasted.key_last_four, self.api_key[-4:])
        self.assertEqual(pasted.siret, self.connection.siret)
        self.assertTrue(pasted.transmission_method)

    def test_new_key_replaces_and_revokes_the_former(self):
        former = self.connection.api_key_fingerprint
        self.paste_key()
        events = self.new_events()
        self.assertEqual(events["revoked"].key_fingerprint, former)
        self.assertEqual(
            events["replaced"].key_fingerprint, self.connection.api_key_fingerprint
        )
        self.assertNotEqual(self.connection.api_key_fingerprint, former)

    def test_same_key_pasted_again_stays_as_old_as_it_was(self):
        self.connection.api_key_generated_on = "2026-01-10"
        self.before = self.connection.key_event_ids
        self.connection._store_secrets(api_key=self.api_key)
        self.assertEqual(f"{self.connection.api_key_generated_on}", "2026-01-10")
        self.assertEqual(list(self.new_events()), ["pasted"])

    def test_day_that_somebody_states(self):
        mine = self.connection.with_user(self.administrator)
        mine.api_key_generated_on = "2026-01-10"
        generated = self.new_events()["generated"]
        self.assertEqual(f"{generated.generated_on}", "2026-01-10")
        self.assertEqual(generated.done_by, self.administrator.name)

    def test_tests_are_told_with_their_result(self):
        self.connection.action_test_connection()
        self.assertIn("answered in", self.new_events()["tested"].result)
        self.revoke_key()
        self.before = self.connection.key_event_ids
        self.connection.action_test_connection()
        self.assertIn("403", self.new_events()["tested"].result)

    def test_lines_outlive_the_connection(self):
        connection = self.new_connection(partner_id=self.new_employer().id)
        connection._store_secrets(api_key="one-key-of-a-site-that-closes")
        event = connection.key_event_ids[0]
        connection.unlink()
        self.assertTrue(event.exists())
        self.assertFalse(event.connection_id)
        self.assertEqual(event.site, "BOULANGERIE DES LILAS")

    def test_nobody_changes_it(self):
        event = self.before[0]
        for call in (lambda: event.write({"result": "Nothing"}), event.unlink):
            with self.assertRaises(AccessError):
                call()

    def test_export_has_every_column_and_no_key(self):
        exporter = self.new_user(
            "exporter", f"{KEY_ADMINISTRATOR},base.group_allow_export"
        )
        names = [
            "happened_at",
            "kind",
            "site",
            "siret",
            "key_name",
            "generated_on",
            "person_in_charge",
            "tool",
            "transmission_method",
        ]
        rows = self.before.with_user(exporter).export_data(names)["datas"]
        self.assertEqual(len(rows), len(self.before))
        self.assertIn("CFA-OPCO_EP_API_Key_", str(rows))
        self.assertNotIn(self.api_key, str(self.before.sudo().read()))

    def new_events(self):
        events = self.connection.key_event_ids - self.before
        return {event.kind: event for event in events.sorted("id")}
