# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging
import os
import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from ..controllers.connection_secrets import MAX_LENGTH
from ..vault import ENVIRONMENT_VARIABLE
from .common import (
    KEY_ADMINISTRATOR,
    TRANSMIT,
    ConnectorCase,
    new_master_key,
)

CONNECTION_MODULE = "odoo.addons.opco_ep_connector.models.opco_connection_secrets"
KEY = "eyJhbGciOiJSUzI1NiJ9.eyJzaXJldCI6IjkwMDAwMDAyNzAwMDEyIn0.c2lnbmF0dXJl"
SECRETS = ("sealed_api_key", "sealed_client_secret", "vault_id")


@tagged("post_install", "-at_install")
class TestSecretsRoute(ConnectorCase, HttpCase):
    """The one way by which a key enters, here into a connection that is not in use."""

    def setUp(self):
        super().setUp()
        self.connection.action_deactivate()
        self.authenticate(self.administrator.login, self.administrator.login)
        self.confirm_password()

    def test_pasted_with_spaces_around(self):
        self.assert_saved(self.post({"api_key": f" \u00a0{KEY}\r\n\n"}))
        self.assertEqual(self.kept_key(), KEY)
        self.assertEqual(self.connection.api_key_last_four, KEY[-4:])
        self.assertTrue(self.connection.api_key_fingerprint)
        self.assertTrue(self.connection.api_key_saved_at)

    def test_text_file(self):
        content = b"\xef\xbb\xbf" + KEY.encode() + b"\r\n"
        self.assert_saved(self.post({}, file=content))
        self.assertEqual(self.kept_key(), KEY)

    def test_client_secret_alone_keeps_the_key(self):
        self.assert_saved(self.post({"client_secret": " new-client-secret "}))
        self.assertEqual(
            self.connection._open_secret("client_secret"), "new-client-secret"
        )
        self.assertEqual(self.kept_key(), self.api_key)

    def test_new_key_is_to_be_tested(self):
        self.assertEqual(self.connection.test_result, "passed")
        self.post({"api_key": KEY})
        self.connection.invalidate_recordset()
        self.assertFalse(self.connection.test_result)

    def test_what_is_not_a_key_is_refused_with_a_sentence(self):
        for text, sentence in (
            ("   \n", "The token is empty"),
            ("https://portal.opco.example/token", "This is a web address"),
            ("someone@cfa.example", "This is an e-mail address"),
            (KEY.rpartition(".")[0], "The token is cut"),
            (f"{KEY[:20]} {KEY[20:]}", "The token has spaces or line breaks inside"),
            (f"{KEY}é", "The token holds characters that no token has"),
        ):
            with self.subTest(sentence=sentence):
                self.assert_refused(self.post({"api_key": text}), sentence)

    def test_binary_file_is_refused(self):
        answer = self.post({}, file=b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
        self.assert_refused(answer, "This file is not a text")

    def test_too_large_file_is_refused(self):
        answer = self.post({}, file=b"a" * (MAX_LENGTH + 1))
        self.assert_refused(answer, "This file is too large for a token")

    def test_empty_client_secret_is_refused(self):
        answer = self.post({"client_secret": "  "})
        self.assert_refused(answer, "The client secret is empty")

    def test_refused_key_saves_nothing_of_the_same_request(self):
        answer = self.post({"api_key": "me@cfa.example", "client_secret": "new-secret"})
        self.assert_refused(answer, "This is an e-mail address")
        self.assertEqual(
            self.connection._open_secret("client_secret"), self.sandbox.client_secret
        )

    def test_refusals_do_not_repeat_the_text(self):
        answer = self.post({"api_key": KEY.rpartition(".")[0]})
        self.assertNotIn(KEY[:20], answer.text)

    def test_only_key_administrators(self):
        for user in (self.transmitter, self.consultant, self.colleague):
            self.authenticate(user.login, user.login)
            self.confirm_password()
            answer = self.post({"api_key": KEY})
            self.assert_refused(answer, "Only key administrators")

    def test_administrator_of_another_company_is_refused(self):
        stranger = self.new_user(
            "stranger", KEY_ADMINISTRATOR, self.new_company("Elsewhere")
        )
        self.authenticate(stranger.login, stranger.login)
        self.confirm_password()
        with mute_logger("odoo.addons.base.models.ir_rule"):
            answer = self.post({"api_key": KEY})
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.kept_key(), self.api_key)

    def test_connection_that_is_gone(self):
        connection = self.new_connection()
        path = f"/opco/connection/{connection.id}/secrets"
        connection.unlink()
        answer = self.post({"api_key": KEY}, path=path)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("no longer exists", answer.json()["error"])

    @mute_logger("odoo.http")
    def test_request_of_another_site_is_refused(self):
        answer = self.url_open(self.path(), data={"api_key": KEY})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.kept_key(), self.api_key)

    def test_visitors_are_sent_away(self):
        self.authenticate(None, None)
        answer = self.post({"api_key": KEY}, allow_redirects=False)
        self.assertIn(answer.status_code, (303, 403))
        self.assertEqual(self.kept_key(), self.api_key)

    @mute_logger("odoo.http")
    def test_a_key_never_stands_in_an_address(self):
        answer = self.url_open(f"{self.path()}?api_key={KEY}", method="GET")
        self.assertEqual(answer.status_code, 405)

    def test_no_master_key_prints_how_to_make_one(self):
        with (
            patch.dict(os.environ, {ENVIRONMENT_VARIABLE: ""}),
            patch(f"{CONNECTION_MODULE}.config", {}),
        ):
            answer = self.post({"api_key": KEY})
        self.assert_refused(answer, "Fernet.generate_key()")

    def test_bad_master_key(self):
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: "too-short"}):
            answer = self.post({"api_key": KEY})
        self.assert_refused(answer, "aster key number 1")

    def test_logs_hold_no_secret_at_debug_level(self):
        self.api_key = self.sandbox.issue_key(self.connection.siret)
        contract = self.new_contract()
        with self.all_logs() as lines:
            self.assert_saved(
                self.post(
                    {
                        "api_key": self.api_key,
                        "client_secret": self.sandbox.client_secret,
                    }
                )
            )
            self.connection.action_test_connection()
            bearer = self.connection._client()._tokens.token()
            row = self.send(contract)
            self.revoke_key()
            self.send(self.new_contract())
        self.assertEqual(row.state, "sent")
        self.assertTrue(any("/v1/dossiers" in line for line in lines))
        self.assertTrue(any("opco_transmission" in line for line in lines))
        for secret in (self.api_key, self.sandbox.client_secret, bearer):
            found = [line for line in lines if secret in line or secret[-20:] in line]
            self.assertFalse(found)

    def test_logs_hold_no_refused_key(self):
        cut = KEY.rpartition(".")[0]
        with self.all_logs() as lines:
            self.post({"api_key": cut})
        self.assertTrue(lines)
        self.assertFalse([line for line in lines if cut in line])

    def path(self):
        return f"/opco/connection/{self.connection.id}/secrets"

    def post(self, data, file=None, path=None, **options):
        data = {"csrf_token": http.Request.csrf_token(self)} | data
        files = {"api_key_file": ("token.txt", file, "text/plain")} if file else None
        return self.url_open(path or self.path(), data=data, files=files, **options)

    def kept_key(self):
        self.connection.invalidate_recordset()
        return self.connection._open_secret("api_key")

    def confirm_password(self, ago=0):
        """Do as if Odoo had asked the password so many seconds ago."""
        self.session["identity-check-last"] = time.time() - ago
        http.root.session_store.save(self.session)

    def assert_saved(self, answer):
        self.assertEqual(answer.json(), {"saved": True, "works": False})
        self.assertEqual(answer.status_code, 200)

    def assert_refused(self, answer, sentence):
        self.assertEqual(answer.status_code, 422)
        self.assertIn(sentence, answer.json()["error"])
        self.assertEqual(self.kept_key(), self.api_key)

    @contextmanager
    def all_logs(self):
        """Collect what every logger would print at debug level."""
        lines = []
        handler = logging.Handler(logging.DEBUG)
        handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
        handler.emit = lambda record: lines.append(handler.format(record))
        root = logging.getLogger()
        loggers = [root, *map(logging.getLogger, list(root.manager.loggerDict))]
        former = [(logger, logger.level, logger.handlers) for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
            # In the place of the log of the tests, which would be flooded.
            is_last = logger is root or not logger.propagate
            logger.handlers = [handler] if is_last else []
        try:
            yield lines
        finally:
            for logger, level, handlers in former:
                logger.setLevel(level)
                logger.handlers = handlers


@tagged("post_install", "-at_install")
class TestSecretsAtRest(ConnectorCase):
    """What is stored opens here only, and shows nowhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.omnipotent = cls.new_user(
            "omnipotent", f"base.group_system,{TRANSMIT},{KEY_ADMINISTRATOR}"
        )

    def setUp(self):
        super().setUp()
        self.mine = self.connection.with_user(self.omnipotent)

    def test_no_row_of_the_database_holds_a_secret(self):
        connection = self.connection.with_context(tracking_disable=False)
        self.api_key = self.sandbox.issue_key(connection.siret)
        connection._store_secrets(
            api_key=self.api_key, client_secret=self.sandbox.client_secret
        )
        connection.action_test_connection()
        bearer = connection._client()._tokens.token()
        self.assertEqual(self.send(self.new_contract()).state, "sent")
        self.revoke_key()
        self.send(self.new_contract())
        self.env.flush_all()
        for secret in (self.api_key, self.sandbox.client_secret, bearer):
            self.assertFalse(self.tables_with(secret))

    def test_the_search_of_the_database_finds(self):
        # Or the test above could not fail.
        self.connection.software = "a-word-to-find"
        self.env.flush_all()
        self.assertIn("opco_connection", self.tables_with("a-word-to-find"))

    def test_administrators_do_not_read_them(self):
        for name in SECRETS:
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    self.mine.read([name])
                with self.assertRaises(AccessError):
                    self.mine.web_read({name: {}})
                with self.assertRaises(AccessError):
                    self.mine.search([(name, "!=", False)])
                with self.assertRaises(AccessError):
                    self.mine.search([], order=name)
                with self.assertRaises(AccessError):
                    self.mine.formatted_read_group([], [name], ["__count"])
                with self.assertRaises(AccessError):
                    self.mine.export_data([name])

    def test_administrators_do_not_write_them(self):
        for name in SECRETS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.mine.write({name: "mine"})

    def test_nothing_read_by_default_holds_them(self):
        [values] = self.mine.read()
        self.assertFalse(values.keys() & set(SECRETS))
        self.assertNotIn(self.api_key, str(values))
        self.assertNotIn(self.connection.sealed_api_key, str(values))
        self.assertFalse(self.mine.fields_get().keys() & set(SECRETS))

    def test_chatter_and_tracking_do_not_hold_them(self):
        connection = self.connection.with_context(tracking_disable=False)
        connection._store_secrets(api_key=KEY, client_secret="new-client-secret")
        sealed = connection.sealed_api_key
        connection.environment = "test"
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = connection.message_ids
        tracked = messages.sudo().tracking_value_ids
        self.assertIn("environment", tracked.field_id.mapped("name"))
        self.assertFalse(set(tracked.field_id.mapped("name")) & set(SECRETS))
        text = str(messages.read() + tracked.read())
        for secret in (KEY, "new-client-secret", sealed):
            self.assertNotIn(secret, text)

    def test_moved_ciphertext_does_not_open(self):
        other = self.new_connection()
        other.sudo().sealed_api_key = self.connection.sealed_api_key
        with self.assertRaisesRegex(UserError, "are unreadable on this server"):
            other._open_secret("api_key")
        self.assertEqual(self.connection._open_secret("api_key"), self.api_key)

    def test_secrets_do_not_stand_for_one_another(self):
        self.connection.sealed_client_secret = self.connection.sealed_api_key
        with self.assertRaisesRegex(UserError, "are unreadable on this server"):
            self.connection._open_secret("client_secret")

    def test_another_master_key_does_not_open(self):
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: new_master_key()}):
            with self.assertRaisesRegex(UserError, "Restore the master key"):
                self.connection._open_secret("api_key")

    def test_former_master_key_still_opens(self):
        keys = f"{new_master_key()},{os.environ[ENVIRONMENT_VARIABLE]}"
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: keys}):
            self.assertEqual(self.connection._open_secret("api_key"), self.api_key)

    def test_no_master_key_at_the_time_of_sending(self):
        row = self.transmit(self.new_contract())
        self.connection.software_version = "1.0.1"
        with (
            patch.dict(os.environ, {ENVIRONMENT_VARIABLE: ""}),
            patch(f"{CONNECTION_MODULE}.config", {}),
            self.assertLogs("odoo.addons.opco_ep_connector.delivery", "WARNING"),
        ):
            self.deliver()
        # Another server may have the key: the connection is not stopped.
        self.assertEqual(row.state, "queued")
        self.connection.action_test_connection()
        self.deliver()
        self.assertEqual(row.state, "sent")

    def tables_with(self, text):
        """Return the tables of which a row holds this text, in any column."""
        self.env.cr.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        found = []
        for (table,) in self.env.cr.fetchall():
            query = SQL(
                "SELECT 1 FROM %s AS held WHERE strpos(held::text, %s) > 0 LIMIT 1",
                SQL.identifier(table),
                text,
            )
            if self.env.execute_query(query):
                found.append(table)
        return found
