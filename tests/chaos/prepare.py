# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell »: a tested connection, and contracts queued by an officer."""

import json
import os
import random

from benchmarks.contracts import create_contracts

SANDBOX_URL = os.environ["SANDBOX_URL"]
BATCH = 50

chance = random.Random(int(os.environ["SEED"]))
company = env.ref("l10n_fr_apprenticeship.demo_company")
env["res.company"].search([]).filtered(
    lambda one: "iap_enrich_auto_done" in one._fields
).write({"iap_enrich_auto_done": True})
users = env["res.users"].search([("share", "=", False)])
users.write({"lang": "fr_FR", "tz": "Europe/Paris"})
officer = env.ref("l10n_fr_apprenticeship.user_officer")

connection = env.ref("opco_ep_connector.connection_nantes")
# What an OPCO takes minutes for takes seconds here; nothing else differs.
connection.profile_id.write(
    {
        "connect_timeout": 2,
        "read_timeout": 3,
        "deposit_timeout": 3,
        "deposit_total": 5,
        # What the sandbox has taken, it lists at once.
        "settle_minutes": 0,
        "retry_first_seconds": 1,
        "retry_longest_minutes": 1,
    }
)
connection.write(
    {
        "base_url": SANDBOX_URL,
        "token_url": os.environ["TOKEN_URL"],
        "client_id": os.environ["CLIENT_ID"],
    }
)
connection._store_secrets(
    api_key=os.environ["API_KEY"], client_secret=os.environ["CLIENT_SECRET"]
)
connection.action_test_connection()
if connection.test_result != "passed":
    raise SystemExit(connection.test_message)

contracts = create_contracts(
    env(context={**env.context, "allowed_company_ids": company.ids}),
    int(os.environ["CONTRACTS"]),
)
env.cr.commit()
ids = chance.sample(contracts.ids, len(contracts))
for start in range(0, len(ids), BATCH):
    contracts.with_user(officer).browse(ids[start : start + BATCH])._transmit()
    env.cr.commit()
print("PREPARED", json.dumps(ids))
