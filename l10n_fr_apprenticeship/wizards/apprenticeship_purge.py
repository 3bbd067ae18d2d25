# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..dialogs import dialog

MANAGER = "l10n_fr_apprenticeship.group_contract_manager"


class ApprenticeshipPurge(models.TransientModel):
    """What the retention rules would empty now; then, confirmed, does it."""

    _name = "apprenticeship.purge"
    _description = "Purge of Personal Data"

    line_ids = fields.One2many("apprenticeship.purge.line", "purge_id", readonly=True)
    is_understood = fields.Boolean(
        string="I understand that nothing of this can be restored"
    )
    is_done = fields.Boolean(readonly=True)

    @api.model
    def action_preview(self):
        """Show what is due. Nothing is emptied."""
        self._check_manager()
        # Made here only: its lines say what will be emptied.
        purge = self.sudo().create({"line_ids": self._lines()})
        return purge._show()

    def action_purge(self):
        """Empty what was shown and is still due."""
        self.ensure_one()
        self._check_manager()
        self.check_access("write")
        if not self.is_understood:
            raise UserError(
                self.env._("Tick the box first: what is erased cannot be restored.")
            )
        self.sudo().lock_for_update()
        for line in self.line_ids:
            due = line.rule_id._due_contracts() & line.contract_ids
            line.rule_id._purge(due)
        self.sudo().is_done = True
        return self._show()

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only contract managers may purge personal data.")
            )

    @api.model
    def _lines(self):
        commands = []
        for rule in self.env["apprenticeship.retention.rule"].search(
            [("active", "=", True)]
        ):
            contracts = rule._due_contracts()
            if contracts:
                commands.append(
                    Command.create(
                        {
                            "rule_id": rule.id,
                            "contract_ids": [Command.set(contracts.ids)],
                            "contract_count": len(contracts),
                            "what": "\n".join(rule._describe(contracts)),
                        }
                    )
                )
        return commands

    def _show(self):
        return dialog(self, self.env._("Purge of personal data"), "extra-large")
