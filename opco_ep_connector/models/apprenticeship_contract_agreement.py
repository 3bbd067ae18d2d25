# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models

from odoo.addons.l10n_fr_apprenticeship.cerfa.plain import from_plain


class ApprenticeshipContract(models.Model):
    """What happens to a contract, as its training agreement feels it."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_agreement_state = fields.Selection(
        related="agreement_ids.opco_transport_state",
        string="Agreement's transmission",
    )

    def _form_for_agreement(self):
        """The OPCO compares the agreement with what it was sent, not with what changed
        since.
        """
        self.check_access("read")
        contract = self.sudo()
        rows = contract.opco_transmission_ids._of_operation("contract")
        if contract.snapshot and any(rows.mapped("is_live")):
            return from_plain(contract.snapshot)
        return super()._form_for_agreement()

    def _opco_take(self, dossier):
        result = super()._opco_take(dossier)
        self.sudo().agreement_ids._opco_wake_for_waiting()
        return result

    def _opco_mirror_environment(self, environment):
        """What was sent to an environment is not at another."""
        result = super()._opco_mirror_environment(environment)
        for agreement in self.agreement_ids:
            agreement._opco_forget()
            row = agreement._opco_transmission()
            if row:
                agreement._opco_mirror(row)
        return result

    def _opco_purge_exchanges(self):
        result = super()._opco_purge_exchanges()
        self.agreement_ids.sudo().write({"opco_message": False})
        return result
