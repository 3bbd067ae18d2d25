# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.base.models.res_users import check_identity

# A replacement of the token that nobody ends is given up after that.
LONGEST_ROTATION = timedelta(hours=1)


class OpcoConnectionRotation(models.AbstractModel):
    """Hold the queue while the key is replaced, never for ever."""

    _name = "opco.connection.rotation"
    _description = "Replacement of the Token of an OPCO Connection"

    rotation_began_at = fields.Datetime(readonly=True, copy=False)

    def action_rotate(self):
        """Ask who it is, hold the queue, open the wizard that takes the new token."""
        self.ensure_one()
        self._check_key_administrator()
        return self._open_rotation()

    @check_identity
    def _open_rotation(self):
        # Its arguments are stored by the identity check: nothing but ids.
        if self.state == "active":
            self.sudo().write(
                {"state": "rotating", "rotation_began_at": fields.Datetime.now()}
            )
        return self.env["opco.key.rotation"]._open(self)

    def action_end_rotation(self):
        """Give up the replacement: contracts leave again with the present token."""
        self._check_key_administrator()
        self.sudo()._end_rotation()

    def _end_rotation(self):
        rotating = self.filtered(lambda one: one.state == "rotating")
        rotating.write({"state": "active", "rotation_began_at": False})
        if rotating:
            self.env["opco.transmission"]._wake()

    @api.model
    def _cron_end_rotations(self):
        """Give up the replacements that nobody ended: nothing stays held for ever."""
        self.search(
            [
                ("state", "=", "rotating"),
                ("rotation_began_at", "<", fields.Datetime.now() - LONGEST_ROTATION),
            ]
        )._end_rotation()
