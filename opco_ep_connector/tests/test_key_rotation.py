# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from ..controllers.connection_secrets import IDENTITY_SECONDS
from ..delivery import Delivery
from ..refresh import Refresh
from .common import SIRET, ConnectorCase

OTHER_SIRET = "90000002700020"


@tagged("post_install", "-at_install")
class TestKeyRotation(ConnectorCase, HttpCase):
    """Replace the key of a connection in use without losing a contract."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.administrator.login, self.administrator.login)

    def test_queue_is_held_then_leaves_with_the_new_key(self):
        self.begin()
        row = self.transmit(self.new_contract())
        self.deliver()
        self.assertEqual((row.state, row.attempt_count), ("queued", 0))

        former = self.connection.sealed_api_key
        new_key = self.sandbox.issue_key(SIRET)
        self.assertEqual(
            self.post({"api_key": new_key}).json(), {"saved": True, "works": True}
        )
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.state, "active")
        self.assertEqual(self.connection.test_result, "passed")
        self.assertFalse(self.connection.rotation_began_at)
        self.assertEqual(self.connection._open_secret("api_key"), new_key)
        self.assertNotIn("opco_connection", self.tables_with(former))
        self.deliver()
        self.assertEqual(row.state, "sent")

    def test_register_knows_it(self):
        self.begin()
        with patch.object(
            type(self.connection), "_register_key_event", autospec=True
        ) as register:
            self.post({"api_key": "not-a-key-of-this-opco"})
            self.assertFalse(register.called)
            self.post({"api_key": self.sandbox.issue_key(SIRET)})
        kinds = [call.args[1] for call in register.call_args_list]
        self.assertEqual(kinds[-1], "rotated")

    def test_key_that_does_not_work_changes_nothing(self):
        self.begin()
        answer = self.post({"api_key": "not-a-key-of-this-opco"})
        self.assertEqual(answer.status_code, 422)
        self.assertIn("The OPCO refuses the token (403)", answer.json()["error"])
        self.assertIn("Nothing was replaced", answer.json()["error"])
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection._open_secret("api_key"), self.api_key)
        self.assertEqual(self.connection.state, "rotating")
        self.assertEqual(self.connection.test_result, "passed")

    def test_key_of_another_site_is_not_even_sent(self):
        self.begin()
        answer = self.post({"api_key": self.sandbox.issue_key(OTHER_SIRET)})
        self.assertIn(f"made for the SIRET {OTHER_SIRET}", answer.json()["error"])
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection._open_secret("api_key"), self.api_key)

    def test_client_secret_is_tried_out_with_the_key_kept(self):
        self.begin()
        answer = self.post({"client_secret": "wrong-client-secret"})
        self.assertIn("The OPCO refuses the software", answer.json()["error"])
        self.assertEqual(
            self.connection._open_secret("client_secret"), self.sandbox.client_secret
        )

    def test_password_is_asked_first(self):
        new_key = self.sandbox.issue_key(SIRET)
        for ago in (None, IDENTITY_SECONDS + 1):
            if ago:
                self.confirm_password(ago)
            answer = self.post({"api_key": new_key})
            self.assertEqual(answer.status_code, 422)
            self.assertIn("Confirm your password first", answer.json()["error"])
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection._open_secret("api_key"), self.api_key)

    def test_first_key_asks_no_password(self):
        self.connection._forget_secrets()
        self.connection.action_deactivate()
        answer = self.post({"api_key": self.sandbox.issue_key(SIRET)})
        self.assertEqual(answer.json(), {"saved": True, "works": False})
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.user_id, self.administrator)

    def test_no_table_holds_the_key_nor_the_password(self):
        action = self.call_button("action_rotate")
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        self.call_method(
            "res.users.identitycheck",
            "run_check",
            [[action["res_id"]]],
            {"context": {"password": self.administrator.login}},
        )
        new_key = self.sandbox.issue_key(SIRET)
        self.assertTrue(self.post({"api_key": new_key}).json()["works"])
        self.assertFalse(self.tables_with(new_key))
        self.assertFalse(self.tables_with(new_key[-40:]))
        # The search finds: what the check keeps is only the record's id.
        self.assertIn("res_users_identitycheck", self.tables_with("_open_rotation"))

    def test_wizard_opens_after_the_password_only(self):
        action = self.call_button("action_rotate")
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.state, "active")
        self.confirm_password()
        action = self.call_button("action_rotate")
        self.assertEqual(action["res_model"], "opco.key.rotation")
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.state, "rotating")

    def test_given_up(self):
        self.begin()
        row = self.transmit(self.new_contract())
        self.connection.with_user(self.administrator).action_end_rotation()
        self.assertEqual(self.connection.state, "active")
        self.deliver()
        self.assertEqual(row.state, "sent")

    def test_abandoned_one_ends_by_itself(self):
        self.begin()
        self._run("opco_ep_connector.ir_cron_end_rotations")
        self.assertEqual(self.connection.state, "rotating")
        self.connection.rotation_began_at -= timedelta(hours=1, minutes=1)
        self._run("opco_ep_connector.ir_cron_end_rotations")
        self.assertEqual(self.connection.state, "active")

    def test_stopped_connection_gets_its_new_key(self):
        row = self.transmit(self.new_contract())
        new_key = self.sandbox.issue_key(SIRET)
        self.deliver()
        self.assertEqual((self.connection.state, row.state), ("stopped", "held"))
        self.begin()
        self.assertEqual(self.connection.state, "stopped")
        self.assertTrue(self.post({"api_key": new_key}).json()["works"])
        self.connection.invalidate_recordset()
        self.deliver()
        self.assertEqual((self.connection.state, row.state), ("active", "sent"))

    def test_what_a_run_claims_after_it_leaves_with_the_new_key(self):
        delivery = Delivery(self.env)
        channel = delivery._channel(self.connection)
        former = channel.client
        self.assertIs(delivery._channel(self.connection).client, former)
        self.replace_the_key()
        self.assertIs(delivery._channel(self.connection), channel)
        self.assertIsNot(channel.client, former)
        channel.client.check_access()

    def test_refusal_of_the_former_key_stops_nothing(self):
        row = self.transmit(self.new_contract())
        self.sandbox.add_fault("status", path="/v1/dossiers*", times=2, status=403)
        with self.the_key_replaced_before(Delivery, "_write"):
            self.deliver()
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, row.state), ("active", "retry"))
        self.assertIn("replaced during the call", row.message)
        self.deliver()
        self.assertEqual((self.connection.state, row.state), ("active", "sent"))
        self.assertEqual(row.attempt_count, 2)

    def test_reading_refused_to_the_former_key_stops_nothing(self):
        self.sandbox.add_fault("status", path="/v1/dossiers/etats", status=403)
        with self.the_key_replaced_before(Refresh, "_plan"):
            self.refresh()
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.state, "active")
        self.sandbox.add_fault("status", path="/v1/dossiers/etats", status=403)
        self.connection.api_key_saved_at -= timedelta(minutes=1)
        self.env.flush_all()
        self.refresh()
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.state, "stopped")

    @contextmanager
    def the_key_replaced_before(self, runs, step):
        """Replace the key when the calls of a run have ended, before it says so."""
        work = getattr(runs, step)

        def replace_then_work(run, *arguments):
            self.sandbox.clear_faults()
            self.replace_the_key()
            run.env.invalidate_all()
            work(run, *arguments)

        with patch.object(runs, step, replace_then_work):
            yield

    def replace_the_key(self):
        self.connection._replace_secrets(api_key=self.sandbox.issue_key(SIRET))
        # The call that is under way has begun within this very second.
        self.connection.api_key_saved_at += timedelta(seconds=1)
        self.env.flush_all()

    def test_only_key_administrators(self):
        connection = self.connection.with_user(self.transmitter)
        for call in (connection.action_rotate, connection.action_end_rotation):
            with self.assertRaisesRegex(UserError, "Only key administrators"):
                call()

    def begin(self):
        """Open the wizard as if the password had just been asked."""
        self.confirm_password()
        self.call_button("action_rotate")
        self.connection.invalidate_recordset()

    def confirm_password(self, ago=0):
        self.session["identity-check-last"] = time.time() - ago
        http.root.session_store.save(self.session)

    def call_button(self, name):
        return self.call_method("opco.connection", name, [self.connection.ids], {})

    def call_method(self, model, method, arguments, keywords):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": arguments,
                    "kwargs": keywords,
                }
            },
        )
        return answer.json()["result"]

    def post(self, data):
        self.env.flush_all()
        return self.url_open(
            f"/opco/connection/{self.connection.id}/secrets",
            data={"csrf_token": http.Request.csrf_token(self)} | data,
        )

    def tables_with(self, text):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        return [
            table
            for (table,) in self.env.cr.fetchall()
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS held WHERE strpos(held::text, %s) > 0 LIMIT 1",
                    SQL.identifier(table),
                    text,
                )
            )
        ]


@tagged("post_install", "-at_install")
class TestKeyAge(ConnectorCase):
    def test_days_since_it_was_saved(self):
        self.connection.api_key_saved_at = fields.Datetime.now() - timedelta(days=142)
        self.assertEqual(self.connection.api_key_age, 142)
