# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

KEY_ADMINISTRATOR = "opco_ep_connector.group_key_administrator"
STOPPED_ACTIVITY = "opco_ep_connector.activity_connection_stopped"


class OpcoConnectionResponsible(models.AbstractModel):
    """Who answers for the key, and is told when it is refused."""

    _name = "opco.connection.responsible"
    _description = "Responsible of an OPCO Connection"

    user_id = fields.Many2one(
        "res.users",
        string="Responsible for the token",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        copy=False,
        tracking=True,
        help="Told when the connection stops. Without anybody here: the first key "
        "administrator of the company.",
    )

    def _open_stopped_activity(self, message):
        """Ask one person, once, to make the connection work again."""
        responsible = self._responsible()
        if not responsible or self.activity_search([STOPPED_ACTIVITY]):
            return
        self.activity_schedule(STOPPED_ACTIVITY, user_id=responsible.id, note=message)

    def _close_stopped_activity(self):
        company_speaking = self.sudo()._in_company_language()
        if company_speaking.activity_search([STOPPED_ACTIVITY]):
            company_speaking.activity_feedback(
                [STOPPED_ACTIVITY],
                feedback=company_speaking.env._("The connection works again."),
            )

    def _responsible(self):
        """Return who answers for the key; else the first who may administer it."""
        administrators = self._key_administrators(self.company_id)
        return self.user_id & administrators or administrators[:1]

    @api.model
    def _key_administrators(self, company):
        """Return the people who may administer the keys of a company, by id."""
        people = self.env.ref(KEY_ADMINISTRATOR).sudo().all_user_ids
        return people.filtered(
            lambda user: user.active and company in user.company_ids
        ).sorted("id")
