# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

# In their order. The first four happen on the OPCO's portal: a person ticks them.
STEPS = (
    "has_account",
    "has_two_factors",
    "has_mandate",
    "has_made_key",
    "has_key",
    "has_passed_test",
    "has_sent_to_sandbox",
    "has_production",
)


class OpcoConnectionOnboarding(models.AbstractModel):
    """The eight steps from nothing to contracts that leave for the OPCO."""

    _name = "opco.connection.onboarding"
    _description = "Setting up of an OPCO Connection"

    has_account = fields.Boolean(
        string="1. Account « administrateur CFA » on the OPCO's portal", copy=False
    )
    has_two_factors = fields.Boolean(
        string="2. Two-factor authentication of this account", copy=False
    )
    has_mandate = fields.Boolean(
        string="3. Valid mandate and SIRET known by the OPCO", copy=False
    )
    has_made_key = fields.Boolean(
        string="4. Token made on the OPCO's portal",
        compute="_compute_has_made_key",
        store=True,
        readonly=False,
        copy=False,
    )
    has_key = fields.Boolean(
        string="5. Token pasted here", compute="_compute_onboarding"
    )
    has_passed_test = fields.Boolean(
        string="6. Connection tested", compute="_compute_onboarding"
    )
    has_sent_to_sandbox = fields.Boolean(
        string="7. First contract received by the sandbox",
        compute="_compute_onboarding",
    )
    has_production = fields.Boolean(
        string="8. In production", compute="_compute_onboarding"
    )
    onboarding_done = fields.Integer(
        string="Steps done", compute="_compute_onboarding_done"
    )

    @api.depends("api_key_saved_at")
    def _compute_has_made_key(self):
        for connection in self:
            # A pasted token was made.
            connection.has_made_key = connection.has_made_key or bool(
                connection.api_key_saved_at
            )

    @api.depends("api_key_saved_at", "test_result", "environment", "state")
    def _compute_onboarding(self):
        received = (
            self.env["opco.transmission"]
            .sudo()
            ._read_group(
                [
                    ("connection_id", "in", self.ids),
                    ("environment", "=", "sandbox"),
                    ("state", "=", "sent"),
                ],
                ["connection_id"],
            )
        )
        received_by_sandbox = self.browse().union(*(found for (found,) in received))
        for connection in self:
            is_production = connection.environment == "production"
            connection.has_key = bool(connection.api_key_saved_at)
            connection.has_passed_test = connection.test_result == "passed"
            connection.has_sent_to_sandbox = connection in received_by_sandbox
            connection.has_production = is_production and connection.state == "active"

    @api.depends(*STEPS)
    def _compute_onboarding_done(self):
        for connection in self:
            connection.onboarding_done = sum(connection[step] for step in STEPS)
