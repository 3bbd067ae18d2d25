# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell »: people in French, and a contract for each scenario."""

import json
import os
from itertools import cycle

from odoo.fields import Command

SANDBOX_URL = os.environ["SANDBOX_URL"]
TOKEN_URL = os.environ["TOKEN_URL"]
COPIES = json.loads(os.environ.get("COPIES", "[]"))
# Others are named after their scenario.
FAMILY_NAMES = {"committed": "GARNIER"}
FIRST_NAMES = ("Zoé", "Lina", "Jade", "Camille", "Inès", "Sarah", "Manon")

company = env.ref("l10n_fr_apprenticeship.demo_company")
# Odoo would ask its own service on the Internet about the company.
if "iap_enrich_auto_done" in company._fields:
    env["res.company"].search([]).iap_enrich_auto_done = True
users = env["res.users"].search([("share", "=", False)])
users.write({"lang": "fr_FR", "tz": "Europe/Paris"})
env.ref("base.user_admin").company_id = company
env.ref("opco_ep_connector.connection_nantes").write(
    {"base_url": SANDBOX_URL, "token_url": TOKEN_URL, "client_id": "opco-ep-sandbox"}
)

contracts = {
    name: env.ref(f"l10n_fr_apprenticeship.contract_{name}")
    for name in ("complete", "with_mistake", "refused_by_opco")
}
complete = contracts["complete"]
# What a copy leaves out on purpose is put back: dates, boxes, NIR, pay.
stated = {
    name: complete._fields[name].convert_to_write(complete[name], complete)
    for name, field in complete._fields.items()
    if field.store
    and not field.copy
    and field.type in ("boolean", "char", "date", "many2one")
    and not name.startswith(("opco_", "origin_", "create_", "write_", "message_"))
    and name not in ("name", "deca_number")
}
for name, first_name in zip(COPIES, cycle(FIRST_NAMES)):
    family_name = FAMILY_NAMES.get(name, name.replace("_", "-").upper())
    apprentice = complete.apprentice_id.copy(
        {
            "name": f"{family_name} {first_name}",
            "apprenticeship_birth_name": family_name,
            "apprenticeship_first_name": first_name,
        }
    )
    # Nobody may be the tutor of more than two.
    tutor = complete.tutor_id.copy(
        {"name": f"TUTEUR {family_name}", "apprenticeship_birth_name": family_name}
    )
    periods = [Command.create(vals) for vals in complete.pay_period_ids.copy_data()]
    contracts[name] = complete.copy(
        {
            **stated,
            "apprentice_id": apprentice.id,
            "tutor_id": tutor.id,
            "pay_period_ids": periods,
        }
    )
    if contracts[name].findings:
        raise SystemExit(f"{name}: {contracts[name].findings}")
env.cr.commit()
ids = {name: contract.id for name, contract in contracts.items()}
print("PREPARED", json.dumps(ids))
