# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell » once the connector is uninstalled: nothing of it is left."""

from odoo.tools import SQL

contracts = env["apprenticeship.contract"]
views = contracts.get_views([(False, "form"), (False, "list"), (False, "search")])
for kind, view in views["views"].items():
    if "opco_" in view["arch"]:
        raise SystemExit(f"the {kind} view still speaks of the connector")
specification = {
    name: {} for name in views["models"]["apprenticeship.contract"]["fields"]
}
contract = contracts.search([], limit=1)
if not contract.web_read(specification):
    raise SystemExit("no contract can be read")

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
    """)
)
# Which collective agreements OPCO EP covers is known to the first add-on.
OF_THE_FIRST_ADDON = {"apprenticeship_idcc.opco_ep", "apprenticeship.idcc.opco_ep"}
left = {name for (name,) in left} - OF_THE_FIRST_ADDON
if left:
    raise SystemExit(f"left behind: {', '.join(sorted(left))}")
