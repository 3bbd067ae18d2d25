# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell » after an update: what was made before still serves."""

from odoo.modules import Manifest

for addon in ("l10n_fr_apprenticeship", "opco_ep_connector"):
    module = env["ir.module.module"].search([("name", "=", addon)])
    if module.latest_version != Manifest.for_addon(addon)["version"]:
        raise SystemExit(f"{addon} is still at {module.latest_version}")

check = env["opco.integrity.check"].create({})
check.action_start()
if check.state != "intact":
    raise SystemExit(f"the sealed journal is {check.state}")

connections = env["opco.connection"].search([("state", "=", "active")])
if not connections or not all(
    connection._is_readable_here() for connection in connections
):
    raise SystemExit("no connection is active, or its secrets cannot be opened")

contracts = env["apprenticeship.contract"].search([])
if len(contracts.opco_transmission_ids) < 4:
    raise SystemExit("the contracts have lost their transmissions")
views = contracts.get_views([(False, "form"), (False, "list"), (False, "search")])
contracts.web_read(
    {name: {} for name in views["models"]["apprenticeship.contract"]["fields"]}
)
