# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

from .apprenticeship_contract import DOSSIER_FIELDS, TRANSMISSION_FIELDS
from .opco_dossier import CONTRACT_STATE


class ApprenticeshipContract(models.Model):
    """Undoing a link to a dossier deposited elsewhere."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    def action_opco_detach(self):
        """Ask why, then detach."""
        self.ensure_one()
        self._opco_check_transmitter()
        self._opco_dossier_to_detach()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Detach from the dossier"),
            "res_model": "opco.detach",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def _opco_detach(self, reason):
        """Follow the dossier no more; it is remembered as not this contract's."""
        dossier = self._opco_dossier_to_detach()
        dossier._detach()
        contract = self.sudo()
        contract.write(dict.fromkeys((*DOSSIER_FIELDS, *TRANSMISSION_FIELDS), False))
        if contract.state in CONTRACT_STATE.values():
            # It said so of another contract.
            contract.state = "ready"
        contract.agreement_ids._opco_forget()
        self._message_log(
            body=Markup("%s")
            % self.env._(
                "Detached from the OPCO's dossier %(number)s: %(reason)s",
                number=dossier.internal_number,
                reason=reason,
            )
        )
        self._opco_notify()

    def _opco_dossier_to_detach(self):
        """:raises UserError: unless it was linked, and nothing was sent for it since"""
        contract = self.sudo()
        dossier = self._opco_dossiers()
        if not (contract.opco_is_linked and dossier):
            raise UserError(
                self.env._(
                    "%(contract)s is not linked to a dossier deposited elsewhere.",
                    contract=self.display_name,
                )
            )
        # To be decided once: the second of two people waits, then is told.
        dossier.lock_for_update()
        later = contract.opco_transmission_ids.filtered(
            lambda row: (
                row.is_live and row.internal_number == contract.opco_internal_number
            )
        )
        if later or contract.termination_kind or not contract.is_current:
            raise UserError(
                self.env._(
                    "%(contract)s cannot be detached: an agreement, a document, an "
                    "amendment or an early termination was sent or stated for its "
                    "dossier %(number)s since.",
                    contract=self.display_name,
                    number=dossier.internal_number,
                )
            )
        return dossier
