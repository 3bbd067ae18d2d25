# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError


class OpcoKeyEvent(models.Model):
    """The register of keys: one line for each event of a key's life, never changed.

    What it says is copied at the time of the event: a line outlives its connection and
    the people it names. It never holds a key.
    """

    _name = "opco.key.event"
    _description = "OPCO Key Event"
    _order = "happened_at desc, id desc"
    _rec_name = "key_name"

    happened_at = fields.Datetime(
        string="Date", required=True, readonly=True, default=fields.Datetime.now
    )
    kind = fields.Selection(
        [
            ("generated", "Generated"),
            ("pasted", "Pasted"),
            ("tested", "Tested"),
            ("replaced", "Replaced"),
            ("revoked", "Revoked"),
            ("rotated", "Rotated"),
        ],
        string="Event",
        required=True,
        readonly=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    connection_id = fields.Many2one(
        "opco.connection", readonly=True, ondelete="set null", index="btree_not_null"
    )
    opco = fields.Char(string="OPCO", required=True, readonly=True)
    site = fields.Char(required=True, readonly=True)
    siret = fields.Char(string="SIRET", required=True, readonly=True)
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        required=True,
        readonly=True,
    )
    key_name = fields.Char(string="Name of the token", readonly=True)
    key_fingerprint = fields.Char(string="Token fingerprint", readonly=True)
    key_last_four = fields.Char(string="Token ends with", readonly=True)
    generated_on = fields.Date(readonly=True)
    person_in_charge = fields.Char(
        readonly=True, help="Who answered for the token at that time."
    )
    done_by = fields.Char(readonly=True, help="Who did it, in Odoo.")
    tool = fields.Char(
        readonly=True, help="The software into which the token is injected."
    )
    transmission_method = fields.Char(
        readonly=True, help="How the token came from the OPCO's portal to the tool."
    )
    result = fields.Char(readonly=True)

    def write(self, vals):  # pylint: disable=method-required-super
        # What the database itself empties, a deleted connection, does not pass here.
        raise AccessError(self.env._("The register of tokens cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("The register of tokens cannot be deleted."))
