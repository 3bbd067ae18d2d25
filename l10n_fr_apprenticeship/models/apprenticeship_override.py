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
            vals["user_id"] = self.env.uid
        overrides = super().create(vals_list)
        for override in overrides:
            override._check_may_be_passed_over()
            override.contract_id._message_log(
                body=self.env._(
                    "Rule %(rule)s passed over: %(reason)s",
                    rule=override.rule_id,
                    reason=override.reason,
                )
            )
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

    def _check_may_be_passed_over(self):
        """:raises ValidationError: unless the rule blocks and may be passed over"""
        found = self.contract_id._preflight()
        if not any(
            finding.rule_id == self.rule_id and finding.override_reason
            for finding in found
        ):
            raise ValidationError(
                self.env._(
                    "Rule %(rule)s does not block this contract, or may not be passed "
                    "over.",
                    rule=self.rule_id,
                )
            )
