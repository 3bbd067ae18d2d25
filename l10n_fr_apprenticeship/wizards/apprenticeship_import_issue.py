# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ApprenticeshipImportIssue(models.TransientModel):
    """An error or a warning of an import, shown on its screen."""

    _name = "apprenticeship.import.issue"
    _description = "Error or Warning of an Import"
    _order = "blocking desc, row, id"

    import_id = fields.Many2one(
        "apprenticeship.import", required=True, ondelete="cascade", index=True
    )
    row = fields.Integer()
    column = fields.Char()
    seen = fields.Char(string="Value")
    sentence = fields.Text(string="Remark")
    blocking = fields.Boolean()
