# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models

AGREEMENT = "apprenticeship.agreement"
CONTENT = frozenset(("raw", "datas", "db_datas", "store_fname", "res_model", "res_id"))


class IrAttachment(models.Model):
    """The signed file of a training agreement, which stays as it left."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT & vals.keys():
            self._check_agreements_not_left()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_what_has_not_left(self):
        self._check_agreements_not_left()

    def _check_agreements_not_left(self):
        """:raises UserError: when a person touches the file of what has left"""
        if self.env.su:
            return
        files = self.sudo().filtered(lambda file: file.res_model == AGREEMENT)
        self.env[AGREEMENT].browse(files.mapped("res_id")).exists()._check_not_left()
