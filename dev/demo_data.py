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


def ask_sandbox(path, **body):
    """Do what is done on the OPCO's side; return its answer."""
    request = urllib.request.Request(
        f"{SANDBOX_URL}/sandbox/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def run_scheduled(name):
    """Run a scheduled action of the connector now."""
    env.cr.commit()
    env.ref(f"opco_ep_connector.{name}").method_direct_trigger()
    # It has its own transaction, which a new one sees.
    env.cr.commit()
    env.invalidate_all()


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
    api_key=ask_sandbox("keys", siret=connection.siret)["key"],
    client_secret=CLIENT_SECRET,
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

# The OPCO knows only what it was sent: an amendment needs a contract that it committed.
in_force = contracts["in_force"]
if not in_force.amendment_ids:
    in_force.sudo().write({"state": "ready", "deca_number": False})
    in_force._transmit()
    run_scheduled("ir_cron_deliver")
    ask_sandbox(f"dossiers/{in_force.opco_internal_number}/state", etat="ENGAGE")
    in_force.action_opco_refresh()
    run_scheduled("ir_cron_refresh")
    # The amendment to transmit: the weekly hours change.
    reason = env.ref("l10n_fr_apprenticeship.code_contract_type_36")
    amendment = in_force._amend(reason, today + timedelta(days=7))
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
