# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import gzip
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR

from ..convergence.remote_text import SHOWN_LIMIT, STORED_LIMIT
from .common import ConnectorCase

SCRIPT = "<script>alert('opco')</script><img src=x onerror=alert(1)>"
TOKEN = ("POST", "/token")
DEPOSIT = ("POST", "/v1/dossiers")
READING = ("GET", "/v1/dossiers")
STATES = ("GET", "/v1/dossiers/etats")
MEGABYTE = 1024 * 1024
PAGE = b"<!doctype html><html><body>Sign in</body></html>"
JSON = "application/json"
QUIET = mute_logger(
    "odoo.addons.opco_ep_connector.models.opco_dossier",
    "odoo.addons.opco_ep_connector.delivery",
)


class HostileOpco:
    """A server that answers what it is told to, and counts who comes."""

    def __init__(self):
        self.answers = {}
        self.seen = []
        opco = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.reply("GET")

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.reply("POST")

            def reply(self, method):
                route = method, self.path.partition("?")[0]
                opco.seen.append((route, dict(self.headers)))
                status, headers, body = opco.answers.get(route, (200, {}, b"[]"))
                self.send_response(status)
                for name, value in ({"Content-Type": JSON} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:
                    # The client reads no further, which is the point.
                    self.close_connection = True

            def log_message(self, *arguments):
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def say(self, route, body=b"", status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[route] = (status, names, body)

    def behave(self):
        self.answers.clear()
        self.seen.clear()
        self.say(TOKEN, {"access_token": "a-bearer", "expires_in": 300})
        self.say(STATES, [])

    def routes(self):
        return [route for route, _headers in self.seen]

    def end(self):
        self.server.shutdown()
        self.server.server_close()


@tagged("post_install", "-at_install")
class TestHostileOpco(ConnectorCase):
    """What answers may not be the OPCO, or may have been taken over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opco = HostileOpco()
        cls.addClassCleanup(cls.opco.end)
        cls.elsewhere = HostileOpco()
        cls.addClassCleanup(cls.elsewhere.end)

    def setUp(self):
        super().setUp()
        self.opco.behave()
        self.elsewhere.behave()
        self.connection.write(
            {"base_url": self.opco.url, "token_url": f"{self.opco.url}/token"}
        )
        # Another host: the secrets were erased.
        self.paste_key()
        self.connection.action_test_connection()
        self.assertEqual(self.connection.state, "active")
        self.opco.seen.clear()

    # ---------------------------------------------------------------- scripts
    def test_script_in_a_refusal_is_escaped(self):
        self.opco.say(
            DEPOSIT,
            {"errors": [{"code": SCRIPT, "description": f"{SCRIPT} NIR {NIR}"}]},
            status=400,
        )
        contract = self.new_contract()
        row = self.send(contract)
        self.assertEqual(row.state, "rejected")
        body = contract.message_ids.sorted("id")[-1].body
        self.assertIn("&lt;script&gt;", body)
        self.assert_no_markup(body)
        for text in (row.message, contract.opco_message, body):
            self.assertIn("alert", text)
            self.assertNotIn(NIR, text)
        self.assertNotIn(NIR, row.exchange_ids.response_shown)

    def test_script_in_a_state_and_its_comment_is_escaped(self):
        contract = self.contract_received()
        number = contract.opco_internal_number
        self.opco.say(STATES, [{"numeroInterne": number, "etat": SCRIPT}])
        self.opco.say(
            READING,
            {"numeroInterne": number, "etat": SCRIPT, "comment": SCRIPT},
        )
        self.refresh()
        self.assertEqual(contract.opco_state, "other")
        self.assertIn("script", contract.opco_raw_state)
        self.assertIn("alert", contract.opco_comment)
        for message in contract.message_ids:
            self.assert_no_markup(message.body or "")

    # ------------------------------------------------------------------ sizes
    def test_refusal_of_ten_megabytes_is_cut(self):
        text = "A" * (10 * MEGABYTE)
        self.opco.say(DEPOSIT, {"errors": None, "comment": text}, status=400)
        contract = self.new_contract()
        row = self.send(contract)
        self.assertIn(row.state, ("rejected", "unknown"))
        self.assertLessEqual(len(row.message), SHOWN_LIMIT)
        self.assertLessEqual(len(row.exchange_ids.response_body), STORED_LIMIT)
        for message in contract.message_ids:
            self.assertLessEqual(len(message.body or ""), 2 * SHOWN_LIMIT)

    @QUIET
    def test_comment_of_ten_megabytes_is_cut(self):
        contract = self.contract_received()
        number = contract.opco_internal_number
        self.opco.say(STATES, [{"numeroInterne": number, "etat": "ENGAGE"}])
        self.opco.say(
            READING,
            {
                "numeroInterne": number,
                "etat": "ENGAGE",
                "comment": "A" * (10 * MEGABYTE),
            },
        )
        self.refresh()
        self.assertEqual(contract.opco_state, "committed")
        self.assertLessEqual(len(contract.opco_comment), SHOWN_LIMIT)
        for message in contract.message_ids:
            self.assertLessEqual(len(message.body or ""), 2 * SHOWN_LIMIT)

    def test_decompression_bomb_is_cut(self):
        bomb = gzip.compress(b"[" + b" " * (200 * MEGABYTE))
        self.assertLess(len(bomb), MEGABYTE)
        self.opco.say(DEPOSIT, bomb, Content_Encoding="gzip")
        row = self.send(self.new_contract())
        self.assertEqual(row.state, "unknown")
        self.assertLessEqual(len(row.exchange_ids.response_body), STORED_LIMIT)
        self.opco.say(STATES, bomb, Content_Encoding="gzip")
        with QUIET:
            self.refresh()
        self.assertEqual(row.state, "unknown")

    # ------------------------------------------------- what cannot be stored
    def test_odd_schedule_does_not_hide_the_state(self):
        contract = self.contract_received()
        number = contract.opco_internal_number
        for count, odd in enumerate(
            (rb'"\u0000"', rb'"\ud800"', b"NaN", b"1e999", b"[" * 500 + b"]" * 500)
        ):
            with self.subTest(odd=odd[:10]):
                comment = f"Avis {count}"
                self.opco.say(STATES, [{"numeroInterne": number, "etat": "ENGAGE"}])
                self.opco.say(
                    READING,
                    b'{"numeroInterne": "%s", "etat": "ENGAGE", "comment": "%s", '
                    b'"echeances": [{"numero": 1, "odd": %s}]}'
                    % (number.encode(), comment.encode(), odd),
                )
                contract.action_opco_refresh()
                self.refresh()
                self.assertEqual(contract.opco_state, "committed")
                self.assertEqual(contract.opco_comment, comment)

    def test_odd_dossier_of_another_software_is_read(self):
        self.new_contract()
        # PostgreSQL compresses what repeats.
        endless = str(random.Random(1).getrandbits(14_000))
        for number, siret, start in (
            ("NUL", "90000001900019", "2026-\0009-01"),
            ("LONG", endless, "2026-09-01"),
            ("LIST", None, None),
        ):
            cerfa = {
                "employeur": {"siret": siret},
                "contrat": {"dateDebutContrat": start},
            }
            with self.subTest(number=number):
                self.opco.say(STATES, [{"numeroInterne": number, "etat": "TRANSMIS"}])
                self.opco.say(
                    READING,
                    {"numeroInterne": number, "cerfa": cerfa if siret else [cerfa]},
                )
                self.refresh()
                dossier = self.env["opco.dossier"].search(
                    [("internal_number", "=", number)]
                )
                self.assertTrue(dossier.detail_read_at)

    # ------------------------------------------------------------ other hosts
    def test_redirection_is_not_followed(self):
        for status in (301, 302, 303, 307, 308):
            self.opco.say(
                DEPOSIT, status=status, Location=f"{self.elsewhere.url}/v1/dossiers"
            )
            row = self.send(self.new_contract())
            self.assertNotEqual(row.state, "sent")
        self.assertEqual(self.elsewhere.seen, [])
        self.assertIn(DEPOSIT, self.opco.routes())

    def test_redirection_of_the_token_is_not_followed(self):
        self.opco.say(TOKEN, status=307, Location=f"{self.elsewhere.url}/token")
        self.forget_token()
        self.assert_test_fails()
        self.assertEqual(self.elsewhere.seen, [])

    def test_token_address_that_answers_with_a_page(self):
        self.opco.say(TOKEN, PAGE, Content_Type="text/html; charset=utf-8")
        self.forget_token()
        message = self.assert_test_fails()
        self.assertNotIn("<", message)
        self.assertEqual(set(self.opco.routes()) & {DEPOSIT, STATES}, set())

    def test_page_for_a_deposit_is_not_a_receipt(self):
        self.opco.say(DEPOSIT, PAGE, Content_Type="text/html")
        row = self.send(self.new_contract())
        self.assertNotEqual(row.state, "sent")

    def test_token_with_a_line_break_adds_no_header(self):
        self.opco.say(TOKEN, {"access_token": "a\r\nX-Evil: 1", "expires_in": 300})
        self.forget_token()
        self.assert_test_fails()
        self.assertFalse(
            [headers for _r, headers in self.opco.seen if "X-Evil" in headers]
        )

    # -------------------------------------------------------------- addresses
    def test_addresses_that_no_secret_may_be_sent_to(self):
        for address in (
            "http://opco.example",
            "http://127.0.0.1.opco.example",
            "http://localhost.opco.example",
            "http://10.0.0.1",
            "ftp://opco.example",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://user:password@opco.example",
            "https://opco.example/?key=1",
            "https://opco.example/#fragment",
            "https://opco.example:99999",
            "//opco.example",
            "opco.example",
        ):
            for name in ("base_url", "token_url"):
                with self.subTest(address=address, field=name):
                    with self.assertRaises(ValidationError), self.cr.savepoint():
                        self.connection[name] = address
        self.connection.base_url = "https://opco.example"
        self.connection.base_url = "http://[::1]:8080"

    # ---------------------------------------------------------------- helpers
    def contract_received(self):
        self.opco.say(DEPOSIT, {"numeroInterne": "N1", "numeroExterne": "E1"})
        contract = self.new_contract()
        self.assertEqual(self.send(contract).state, "sent")
        return contract

    def forget_token(self):
        """Let another client be made: the present one holds a token."""
        self.connection.software_version = "1.0.1"
        self.connection.flush_recordset()

    def assert_test_fails(self):
        self.opco.seen.clear()
        params = self.connection.action_test_connection()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertEqual(self.connection.test_result, "failed")
        return params["message"]

    def assert_no_markup(self, body):
        for forbidden in ("<script", "<img", "onerror=alert(1)>"):
            self.assertNotIn(forbidden, body)
