# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell »: a connection that would call the OPCO's production."""

connection = env.ref("opco_ep_connector.connection_nantes")
connection.write(
    {
        "environment": "production",
        "base_url": "https://opco.example",
        "token_url": "https://opco.example/token",
    }
)
connection._store_secrets(
    api_key="a-key-that-a-copy-must-not-keep",
    client_secret="a-secret-that-a-copy-must-not-keep",
)
connection.state = "active"
env.cr.commit()
