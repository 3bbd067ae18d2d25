# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Client of the inter-OPCO norm « API Convergence » (CFA ↔ OPCO). Knows no Odoo.

Import what is needed from its module: `client.ConvergenceClient`, `profile.Profile`,
`auth.Credentials`, the outcomes of `errors`, `payload.dossier`.
"""
