# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell »: people in French, and a connection ready to send."""

import json
import os
import urllib.request

SANDBOX_URL = os.environ["SANDBOX_URL"]
TOKEN_PATH = "/auth/realms/interopco-partenaires/protocol/openid-connect/token"
CLIENT_ID = "opco-ep-sandbox"
CLIENT_SECRET = "sandbox-client-secret"


def make_key(siret):
    """Make a key as the CFA does on the OPCO's portal."""
    request = urllib.request.Request(
        f"{SANDBOX_URL}/sandbox/keys",
        json.dumps({"siret": siret}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["key"]


company = env.ref("l10n_fr_apprenticeship.demo_company")
# Odoo's autocompletion of companies calls outside the machine.
env["res.company"].search([]).filtered(
    lambda one: "iap_enrich_auto_done" in one._fields
).write({"iap_enrich_auto_done": True})
users = env["res.users"].search([("share", "=", False)])
users.write({"lang": "fr_FR", "tz": "Europe/Paris"})
env.ref("base.user_admin").company_id = company

connection = env.ref("opco_ep_connector.connection_nantes")
connection.write(
    {
        "base_url": SANDBOX_URL,
        "token_url": SANDBOX_URL + TOKEN_PATH,
        "client_id": CLIENT_ID,
    }
)
connection._store_secrets(
    api_key=make_key(connection.siret), client_secret=CLIENT_SECRET
)
result = connection.action_test_connection()
if connection.test_result != "passed":
    raise SystemExit(connection.test_message)
env.cr.commit()
