# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell » once the connector is uninstalled: nothing of it is left."""

from odoo.tools import SQL

# Each view that is left, whoever extended it.
env["ir.ui.view"].search([])._check_xml()

contracts = env["apprenticeship.contract"]
views = contracts.get_views([(False, "form"), (False, "list"), (False, "search")])
for kind, view in views["views"].items():
    if "opco_" in view["arch"]:
        raise SystemExit(f"the {kind} view still speaks of the connector")
specification = {
    name: {} for name in views["models"]["apprenticeship.contract"]["fields"]
}
if not contracts.search([], limit=1).web_read(specification):
    raise SystemExit("no contract can be read")
chatter = env["mail.message"].search([("model", "=", "apprenticeship.contract")])
if not any("Received by OPCO EP" in (message.body or "") for message in chatter):
    raise SystemExit("the chatter has lost the OPCO's receipts")

left = env.execute_query(
    SQL("""
    SELECT table_name FROM information_schema.tables
     WHERE table_schema = 'public' AND starts_with(table_name::text, 'opco_')
     UNION ALL
    SELECT table_name || '.' || column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND starts_with(column_name::text, 'opco_')
     UNION ALL
    SELECT proname FROM pg_proc WHERE starts_with(proname::text, 'opco_')
     UNION ALL
    SELECT tgname FROM pg_trigger WHERE starts_with(tgname::text, 'opco_')
     UNION ALL
    SELECT report_name FROM ir_act_report_xml
     WHERE starts_with(report_name::text, 'opco_ep_connector')
     UNION ALL
    SELECT model || '.' || name FROM ir_model_fields
     WHERE starts_with(name::text, 'opco_')
     UNION ALL
    SELECT key FROM ir_config_parameter WHERE starts_with(key::text, 'opco_')
     UNION ALL
    SELECT module || '.' || name FROM ir_model_data WHERE module = 'opco_ep_connector'
     UNION ALL
    SELECT model FROM mail_message WHERE starts_with(model::text, 'opco.')
     UNION ALL
    SELECT res_model FROM ir_attachment WHERE starts_with(res_model::text, 'opco.')
     UNION ALL
    SELECT res_model FROM mail_activity WHERE starts_with(res_model::text, 'opco.')
    """)
)
# Which collective agreements OPCO EP covers is known to the first add-on.
OF_THE_FIRST_ADDON = {"apprenticeship_idcc.opco_ep", "apprenticeship.idcc.opco_ep"}
left = {name for (name,) in left} - OF_THE_FIRST_ADDON
if left:
    raise SystemExit(f"left behind: {', '.join(sorted(left))}")
