# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell » once both add-ons are uninstalled: the contacts are left."""

from odoo.tools import SQL

# Each view that is left, whoever extended it.
env["ir.ui.view"].search([])._check_xml()

partners = env["res.partner"]
views = partners.get_views([(False, "form"), (False, "list"), (False, "search")])
for kind, view in views["views"].items():
    if "apprenticeship" in view["arch"]:
        raise SystemExit(f"the {kind} view still speaks of apprenticeship")
employer = partners.search([("name", "=", "BOULANGERIE DES LILAS")], limit=1)
if not employer.web_read(
    {name: {} for name in views["models"]["res.partner"]["fields"]}
):
    raise SystemExit("the employer of a contract cannot be read")

left = env.execute_query(
    SQL("""
    SELECT table_name FROM information_schema.tables
     WHERE table_schema = 'public' AND starts_with(table_name::text, 'apprenticeship_')
     UNION ALL
    SELECT table_name || '.' || column_name FROM information_schema.columns
     WHERE table_schema = 'public'
       AND starts_with(column_name::text, 'apprenticeship_')
     UNION ALL
    SELECT report_name FROM ir_act_report_xml
     WHERE starts_with(report_name::text, 'l10n_fr_apprenticeship')
     UNION ALL
    SELECT model || '.' || name FROM ir_model_fields
     WHERE starts_with(name::text, 'apprenticeship_')
     UNION ALL
    SELECT key FROM ir_config_parameter
     WHERE starts_with(key::text, 'l10n_fr_apprenticeship')
     UNION ALL
    SELECT module || '.' || name FROM ir_model_data
     WHERE module IN ('l10n_fr_apprenticeship', 'opco_ep_connector')
    """)
)
if left:
    raise SystemExit(f"left behind: {', '.join(sorted(name for (name,) in left))}")
