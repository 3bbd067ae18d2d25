# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell »: people in French, a connection, what goes with a contract."""

import json
import os
import urllib.request
from datetime import date, timedelta

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

officer = env.ref("l10n_fr_apprenticeship.user_officer")
contracts = {
    name: env.ref(f"l10n_fr_apprenticeship.contract_{name}").with_user(officer)
    for name in ("complete", "in_force", "to_end")
}
today = date.today()

# An amendment to look at, then to transmit: the weekly hours change.
if not contracts["in_force"].amendment_ids:
    reason = env.ref("l10n_fr_apprenticeship.code_contract_type_36")
    amendment = contracts["in_force"]._amend(reason, today + timedelta(days=7))
    amendment.write(
        {
            "weekly_hours": 32,
            "date_conclusion": today,
            "training_centre_visa": True,
            "proving_signature": True,
            "employer_tutor_eligibility_attested": True,
            "employer_supporting_documents_attested": True,
        }
    )

# An early termination that the OPCO does not take from here: a to-do on its portal.
if not contracts["to_end"].termination_kind:
    contracts["to_end"]._terminate(
        {
            "case": "agreement",
            "initiative": "both",
            "mediator_date": False,
            "notice_date": today,
            "effect_date": today + timedelta(days=14),
            "practical_days": 46,
            "is_signed": True,
            "told_centre_on": today,
        }
    )

# A training agreement that only wants its signed file and its attestations.
if not contracts["complete"].agreement_id:
    contracts["complete"]._prepare_agreement()
env.cr.commit()
