# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ApprenticeshipOverride(models.Model):
    """A blocking finding that a named person chose to pass over, and why."""

    _name = "apprenticeship.override"
    _description = "Finding Passed Over"
    _order = "id"

    contract_id = fields.Many2one(
        "apprenticeship.contract", required=True, ondelete="cascade", index=True
    )
    rule_id = fields.Char(required=True)
    reason = fields.Text(
        required=True, help="What the OPCO may ask: it goes into the journal."
    )
    is_personal = fields.Boolean(
        readonly=True,
        default=True,
        help="About personal data: its reason may tell what they are.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Decided by",
        required=True,
        readonly=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
    )

    _rule_uniq = models.Constraint(
        "UNIQUE(contract_id, rule_id)", "This finding is already passed over."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals |= {"user_id": self.env.uid, "is_personal": True}
            # First: a refusal for another reason would tell about the contract.
            self.contract_id.browse(vals.get("contract_id")).check_access("read")
        overrides = super().create(vals_list)
        for override in overrides:
            override.sudo().is_personal = override._finding_passed_over().is_personal
            override.contract_id._message_log(body=override._said_in_chatter())
        return overrides

    @api.constrains("reason")
    def _check_reason(self):
        for override in self:
            if not override.reason.strip():
                raise ValidationError(
                    self.env._(
                        "Say why rule %(rule)s is passed over.", rule=override.rule_id
                    )
                )

    def _finding_passed_over(self):
        """:raises ValidationError: unless the rule blocks and may be passed over"""
        found = [
            finding
            for finding in self.contract_id._preflight()
            if finding.rule_id == self.rule_id and finding.override_reason
        ]
        if not found:
            raise ValidationError(
                self.env._(
                    "Rule %(rule)s does not block this contract, or may not be passed "
                    "over.",
                    rule=self.rule_id,
                )
            )
        # One rule may have found several things.
        return next((one for one in found if one.is_personal), found[0])

    def _said_in_chatter(self):
        """Everybody who reads the contract reads its chatter."""
        if self.is_personal:
            return self.env._(
                "Rule %(rule)s passed over; its reason is about personal data.",
                rule=self.rule_id,
            )
        return self.env._(
            "Rule %(rule)s passed over: %(reason)s",
            rule=self.rule_id,
            reason=self.reason,
        )
