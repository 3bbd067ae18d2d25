# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, freeze_time, tagged

from ..models.apprenticeship_establishment_search import ADDRESS_PARAMETER
from .common import SandboxAllowed

SIRET = "90000001900019"
SITE = {
    "siret": SIRET,
    "adresse": "12 RUE DES LILAS 44000 NANTES",
    "code_postal": "44000",
    "libelle_commune": "NANTES",
    "activite_principale": "10.71C",
    "liste_idcc": ["0843"],
    "etat_administratif": "A",
}


class Register(BaseHTTPRequestHandler):
    """Answers as the State's register does."""

    site = SITE
    status = 200
    asked = []

    def do_GET(self):  # noqa: N802
        self.asked.append(parse_qs(urlsplit(self.path).query))
        body = json.dumps(
            {
                "results": [
                    {
                        "nom_raison_sociale": "BOULANGERIE DES LILAS",
                        "tranche_effectif_salarie": "03",
                        "siege": None,
                        "matching_etablissements": [self.site],
                    }
                ]
            }
        ).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@tagged("post_install", "-at_install")
class TestRegister(SandboxAllowed, TransactionCase):
    def setUp(self):
        super().setUp()
        self.server = HTTPServer(("127.0.0.1", 0), Register)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.set_address(f"http://127.0.0.1:{self.server.server_port}/search")
        Register.site, Register.status, Register.asked = SITE, 200, []
        self.search = self.env["apprenticeship.establishment.search"]

    def set_address(self, address):
        self.env["ir.config_parameter"].sudo().set_param(ADDRESS_PARAMETER, address)
        self.env.registry.clear_cache()

    def test_found(self):
        found = self.search._find(SIRET)
        self.assertEqual(
            found["values"],
            {
                "name": "BOULANGERIE DES LILAS",
                "street": "12 RUE DES LILAS",
                "zip": "44000",
                "city": "NANTES",
                "apprenticeship_naf": "1071C",
                "apprenticeship_idcc": "0843",
            },
        )
        self.assertFalse(found["is_closed"])
        self.assertEqual(found["headcount_range"], "6 – 9")

    def test_only_the_siret_leaves_and_once(self):
        self.search._find(SIRET)
        self.search._find(SIRET)
        self.assertEqual(Register.asked, [{"q": [SIRET]}])

    def test_asked_again_the_next_day(self):
        self.assertFalse(self.search._find(SIRET)["is_closed"])
        Register.site = SITE | {"etat_administratif": "F"}
        with freeze_time(fields.Date.today() + timedelta(days=1)):
            self.assertTrue(self.search._find(SIRET)["is_closed"])

    def test_a_neutralized_copy_calls_this_machine_only(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("database.is_neutralized", "True")
        self.assertTrue(self.search._is_available())
        for address in (
            "https://register.example/search",
            "https://127.0.0.1.register.example/search",
            "http://127.register.example/search",
        ):
            self.set_address(address)
            self.assertFalse(self.search._is_available(), address)

    def test_closed_establishment(self):
        Register.site = SITE | {"etat_administratif": "F"}
        self.assertTrue(self.search._find(SIRET)["is_closed"])

    def test_several_agreements_are_for_a_person_to_choose(self):
        Register.site = SITE | {"liste_idcc": ["0843", "1505"]}
        self.assertIsNone(self.search._find(SIRET)["values"]["apprenticeship_idcc"])

    def test_another_establishment_is_not_the_one(self):
        Register.site = SITE | {"siret": "90000002700012"}
        self.assertIsNone(self.search._find(SIRET))

    def test_failures_are_one_sentence(self):
        for site, status in (
            (SITE, 503),
            ({"name": "?"}, 200),
            (SITE, 302),
            (SITE | {"activite_principale": 1}, 200),
        ):
            with self.subTest(site=site, status=status):
                Register.site, Register.status = site, status
                with self.assertRaisesRegex(UserError, "does not answer"):
                    self.search._find(SIRET)
        self.set_address("http://127.0.0.1:9/search")
        with self.assertRaisesRegex(UserError, "does not answer"):
            self.search._find(SIRET)

    def test_switched_off(self):
        self.assertTrue(self.search._is_available())
        for address in ("", "off", "http://register.example/search"):
            self.set_address(address)
            self.assertFalse(self.search._is_available())
