# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.dialogs import dialog

from ..verify_journal import Anchor

# Seconds of one request: a longer check goes on at the next click.
SLICE_SECONDS = 20


class OpcoIntegrityCheck(models.TransientModel):
    """Recomputes the sealed journal of the companies at work; says what it found."""

    _name = "opco.integrity.check"
    _description = "Check of the Journal's Integrity"

    anchors = fields.Text(
        help="Optional: one or several anchors printed on receipts or audit packs, one "
        "a line.",
    )
    line_ids = fields.One2many("opco.integrity.check.line", "check_id", readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("running", "Under way"),
            ("intact", "Intact"),
            ("broken", "Altered"),
        ],
        compute="_compute_state",
    )

    @api.depends("line_ids.state")
    def _compute_state(self):
        for check in self:
            states = set(check.line_ids.mapped("state"))
            check.state = next(
                (state for state in ("running", "broken", "intact") if state in states),
                "new",
            )

    def action_start(self):
        """Verify from the first row."""
        self.ensure_one()
        self._read_anchors()
        self.line_ids.sudo().unlink()
        chains = self._chains()
        if not chains:
            raise UserError(self.env._("No row of the journal is sealed yet."))
        self.env["opco.integrity.check.line"].sudo().create(
            [{"check_id": self.id, "chain_id": chain.id} for chain in chains]
        )
        return self.action_go_on()

    def action_go_on(self):
        """Verify from where it stopped."""
        self.ensure_one()
        anchors = self._read_anchors()
        running = self.line_ids.filtered(lambda line: line.state == "running")
        # One connection at a time: the others wait for their turn.
        for line in running:
            if not line.sudo()._go_on(anchors, SLICE_SECONDS):
                break
        return dialog(self, self.env._("Check the integrity"))

    @api.model
    def _chains(self):
        return self.env["opco.chain"].search([("seal", "!=", False)])

    def _read_anchors(self):
        try:
            anchors = Anchor.parse_all(self.anchors or "")
        except ValueError:
            raise UserError(
                self.env._(
                    "An anchor is written key-number-seal, as on a receipt: copy all "
                    "of it."
                )
            ) from None
        keys = self._chains().mapped("key")
        for anchor in anchors:
            if not any(anchor.is_of(key) for key in keys):
                raise UserError(
                    self.env._(
                        "The anchor %(anchor)s is of no journal that you may read.",
                        anchor=f"{anchor.key}-{anchor.number}",
                    )
                )
        return anchors
