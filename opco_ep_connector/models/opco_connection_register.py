# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class OpcoConnection(models.Model):
    """What is known of the key, and its line in the register at each event."""

    _inherit = "opco.connection"

    deputy_id = fields.Many2one(
        "res.users",
        tracking=True,
        help="Reminded as well, and alone once the other has left.",
    )
    api_key_generated_on = fields.Date(
        string="Token generated on",
        copy=False,
        help="The day it was made on the OPCO's portal, when it is not the day it was "
        "pasted.",
    )
    api_key_proposed_name = fields.Char(
        string="Proposed name",
        compute="_compute_api_key_proposed_name",
        help="What to name the next token on the OPCO's portal, and its file.",
    )
    key_event_ids = fields.One2many("opco.key.event", "connection_id")

    @api.depends("profile_id.code")
    def _compute_api_key_proposed_name(self):
        today = fields.Date.context_today(self)
        for connection in self:
            connection.api_key_proposed_name = connection._key_name(today)

    def _key_name(self, day):
        """Return the name of a key made on that day, such as its file's."""
        code = (self.profile_id.code or "opco").upper()
        return f"CFA-{code}_API_Key_{day}"

    def _register_key_event(self, kind, **details):
        """Add a line to the register of keys.

        :param kind: a value of `opco.key.event`'s field « kind »
        :param details: other fields of `opco.key.event`, never a key
        """
        self.ensure_one()
        connection = self.sudo()
        generated_on = connection.api_key_generated_on
        return (
            self.env["opco.key.event"]
            .sudo()
            .create(
                {
                    "kind": kind,
                    "connection_id": connection.id,
                    "company_id": connection.company_id.id,
                    "opco": connection.profile_id.name,
                    "site": connection.partner_id.name,
                    "siret": connection.siret,
                    "environment": connection.environment,
                    "key_name": generated_on and connection._key_name(generated_on),
                    "key_fingerprint": connection.api_key_fingerprint,
                    "key_last_four": connection.api_key_last_four,
                    "generated_on": generated_on,
                    "person_in_charge": connection.user_id.name,
                    "done_by": self.env.user.name,
                    "tool": f"{connection.software} {connection.software_version}",
                }
                | details
            )
        )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("api_key_generated_on"):
            for connection in self.filtered("api_key_saved_at"):
                connection._register_key_event("generated")
        return result

    def _store_secrets(self, api_key=None, client_secret=None):
        connection = self.sudo()
        former = {
            "key_fingerprint": connection.api_key_fingerprint,
            "key_last_four": connection.api_key_last_four,
            "generated_on": connection.api_key_generated_on,
        }
        result = super()._store_secrets(api_key=api_key, client_secret=client_secret)
        if api_key is None:
            return result
        # The same key pasted again is not younger for it.
        if connection.api_key_fingerprint != former["key_fingerprint"]:
            self._key_changed(former)
        self._register_key_event(
            "pasted", transmission_method=self.env._("Form of Odoo, then encrypted")
        )
        return result

    def _key_changed(self, former):
        """Note the day of the new key; the OPCO revoked the former by making it.

        :param former: fields of the register that name the former key
        """
        connection = self.sudo()
        connection.api_key_generated_on = fields.Date.context_today(self)
        if former["key_fingerprint"]:
            day = former["generated_on"]
            former = former | {"key_name": day and connection._key_name(day)}
            self._register_key_event("revoked", **former)
            self._register_key_event("replaced")

    def _write_test(self, result, message):
        written = super()._write_test(result, message)
        self._register_key_event("tested", result=message)
        return written
