# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models
from odoo.tools import SQL

ERASED = (
    "apprenticeship_birth_name",
    "apprenticeship_usage_name",
    "apprenticeship_first_name",
    "apprenticeship_sex",
    "apprenticeship_birth_date",
    "apprenticeship_birth_department",
    "apprenticeship_birth_city",
    "apprenticeship_diploma_title",
    "apprenticeship_diploma_level_id",
    "phone",
    "email",
    "street",
    "street2",
    "zip",
    "city",
    "function",
    "comment",
    "website",
    "vat",
    "ref",
    "image_1920",
)
# What knows a person without needing them: contracts, messages, their own record.
NOT_A_NEED = frozenset(
    (
        "apprenticeship_contract",
        "res_partner",
        "res_partner_bank",
        "res_partner_res_partner_category_rel",
        "mail_message",
        "mail_followers",
        "mail_notification",
        "mail_message_res_partner_rel",
        "mail_message_res_partner_starred_rel",
        "mail_mail_res_partner_rel",
        "mail_push_device",
        "bus_presence",
    )
)


class ResPartner(models.Model):
    """A person of whom only the contracts that named them are kept."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def _apprenticeship_only(self):
        """Return the people that no other record of the database refers to."""
        if not self:
            return self
        self.env.flush_all()
        references = self.env["base.partner.merge.automatic.wizard"]._get_fk_on(
            self._table
        )
        needed = set()
        for table, column in references:
            if table in NOT_A_NEED:
                continue
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT %(column)s FROM %(table)s"
                    " WHERE %(column)s IN %(ids)s",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    ids=tuple(self.ids),
                )
            )
            needed |= {partner_id for (partner_id,) in rows}
        return self.filtered(
            lambda person: not person.is_company and person.id not in needed
        )

    def _apprenticeship_erase(self):
        """Empty who they are; there is no way back."""
        self.message_ids.unlink()
        self.activity_ids.unlink()
        self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        self.bank_ids.unlink()
        self.write(
            dict.fromkeys(ERASED, False)
            | {"name": self.env._("Erased person"), "active": False}
        )
