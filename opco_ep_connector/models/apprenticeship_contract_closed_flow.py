# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ..convergence.profile import AMENDMENTS, DOSSIERS_DEPOSIT


class ApprenticeshipContract(models.Model):
    """What this OPCO does not take from here, and what to do instead."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_closed_text = fields.Text(
        string="Not open at this OPCO",
        compute="_compute_opco_closed_text",
        groups="opco_ep_connector.group_consult",
    )

    @api.depends("opco_transport_state", "state")
    @api.depends_context("uid", "lang")
    def _compute_opco_closed_text(self):
        self.opco_closed_text = False
        waiting = self.filtered(lambda one: one.opco_is_to_transmit and one._origin)
        connections, _reasons = waiting._origin._opco_route()
        for contract in waiting:
            connection = connections.get(contract._origin)
            contract.opco_closed_text = contract._opco_closed_reason(connection)

    def _opco_prepare_one(self, *reading):
        preparation = super()._opco_prepare_one(*reading)
        reason = self._opco_closed_reason(preparation.connection)
        if reason:
            preparation.blocking.append(reason)
        return preparation

    def _opco_closed_reason(self, connection):
        """Return what to do where the OPCO does not take it by this way, or nothing."""
        flow = AMENDMENTS if self.origin_id else DOSSIERS_DEPOSIT
        profile = connection.profile_id.sudo() if connection else None
        if not profile or profile._is_open(flow):
            return None
        if not self.origin_id:
            return self.env._(
                "Contracts are not open at %(opco)s: enter this one on its portal. It "
                "is proposed here for linking once the OPCO lists it.",
                opco=profile.name,
            )
        lines = [
            self.env._(
                "Amendments are not open at %(opco)s: enter this one on its portal. It "
                "is proposed here for linking once the OPCO lists it. To enter:",
                opco=profile.name,
            ),
            *self._opco_amendment_lines(),
        ]
        return "\n".join(lines)

    def _opco_amendment_lines(self):
        """Return what makes the amendment, as this user may read it, a line a box."""
        amendment = self.sudo()
        boxes = [
            (self.env._("Amended contract (DECA)"), amendment.previous_number),
            (self.env._("Type of amendment"), amendment.contract_type_id.display_name),
            (
                self.env._("Effect of the amendment"),
                self._opco_day(amendment.date_amendment_effect),
            ),
        ]
        lines = [
            self.env._("%(label)s: %(value)s", label=label, value=value)
            for label, value in boxes
            if value
        ]
        lines += [
            self.env._(
                "%(section)s, %(label)s: %(after)s (before: %(before)s)",
                section=change.section,
                label=change.label,
                after=change.after,
                before=change.before,
            )
            for change in self._changes_since_amended()
        ]
        return lines
