# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell » in a neutralized copy: it keeps no secret and calls nobody."""

from odoo.exceptions import UserError
from odoo.tools import SQL

kept = env.execute_query(
    SQL("""
    SELECT id FROM opco_connection
     WHERE state != 'inactive'
        OR sealed_api_key IS NOT NULL
        OR sealed_client_secret IS NOT NULL
        OR api_key_last_four IS NOT NULL
        OR api_key_fingerprint IS NOT NULL
    """)
)
if kept:
    raise SystemExit("a connection of the neutralized copy could still send")
connection = env.ref("opco_ep_connector.connection_nantes")
try:
    connection._client()
except UserError as refusal:
    print(refusal)
else:
    raise SystemExit("the neutralized copy may still call the OPCO")
