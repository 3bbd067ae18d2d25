# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cerfa.identifiers import compact, is_siret


class ApprenticeshipContract(models.Model):
    """The employer's establishment, found in the State's public register."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    may_find_employer = fields.Boolean(compute="_compute_may_find_employer")

    @api.depends("employer_id")
    def _compute_may_find_employer(self):
        is_available = self.env["apprenticeship.establishment.search"]._is_available()
        for contract in self:
            contract.may_find_employer = is_available and bool(contract.employer_id)

    def action_find_employer(self):
        """Fill in the employer's empty boxes from the State's public register."""
        self.ensure_one()
        self.employer_id.check_access("write")
        found = self._find_establishment(self.employer_siret)
        employer = self.employer_id
        employer.write(
            {
                name: value
                for name, value in found["values"].items()
                if value and not employer[name]
            }
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if found["is_closed"] else "info",
                "message": self._found_establishment_message(found),
                "sticky": found["is_closed"],
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _find_establishment(self, siret):
        """:raises UserError: when the SIRET is wrong, or nothing is found"""
        siret = compact(siret or "")
        if not is_siret(siret):
            raise UserError(
                self.env._("%(siret)s is not a valid SIRET.", siret=siret or "—")
            )
        found = self.env["apprenticeship.establishment.search"]._find(siret)
        if not found:
            raise UserError(
                self.env._(
                    "No establishment has the SIRET %(siret)s in the public register.",
                    siret=siret,
                )
            )
        return found

    def _found_establishment_message(self, found):
        if found["is_closed"]:
            return self.env._(
                "The public register says that this establishment is CLOSED: the OPCO "
                "will refuse the contract."
            )
        return self.env._(
            "%(name)s: the empty boxes are filled in. Headcount range of the "
            "enterprise in the register: %(range)s.",
            name=found["values"]["name"],
            range=found["headcount_range"] or "—",
        )
