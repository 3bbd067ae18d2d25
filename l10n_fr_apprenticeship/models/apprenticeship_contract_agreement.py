# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import replace

from odoo import api, fields, models

from ..cerfa.agreement import shared_values
from ..cerfa.documents import CONVENTION
from .apprenticeship_agreement import COSTS, DISABILITY_AMOUNTS, proposed_costs


class ApprenticeshipContract(models.Model):
    """The training agreement that goes with a contract or an amendment."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    agreement_ids = fields.One2many("apprenticeship.agreement", "contract_id")
    agreement_id = fields.Many2one(
        "apprenticeship.agreement",
        string="Training agreement",
        compute="_compute_agreement_id",
    )

    @api.depends("agreement_ids")
    def _compute_agreement_id(self):
        for contract in self:
            contract.agreement_id = contract.agreement_ids[:1]

    def unlink(self):
        # Not left to the database, which knows nothing of the signed file.
        self.agreement_ids.sudo().unlink()
        return super().unlink()

    # ------------------------------------------------------------------ actions
    def action_open_agreement(self):
        """Open the training agreement, prepared from the contract if there is none."""
        self.ensure_one()
        self.check_access("write")
        agreement = self.agreement_id or self._prepare_agreement()
        return agreement._get_records_action(name=self.env._("Training agreement"))

    # ----------------------------------------------------------------- business
    def _prepare_agreement(self):
        """Create the agreement from the contract, its training, its former version."""
        costs = self._agreement_costs()
        # Amounts that this user may not read are restated all the same.
        agreement = self.agreement_ids.sudo().create(
            {"contract_id": self.id} | self._agreement_shared_values() | costs
        )
        agreement = agreement.sudo(False)
        signed = self.env["apprenticeship.document"]._current_of(self, CONVENTION)
        if signed.attachment_id and signed.state != "rejected":
            agreement._take_from_checklist(signed)
        return agreement

    def _agreement_shared_values(self):
        stated = shared_values(self._form_for_agreement())
        return {name: value or False for name, value in stated.items()}

    def _agreement_costs(self):
        former = self.sudo()._amended_version().agreement_id
        if former:
            return {name: former[name] for name in (*COSTS, *DISABILITY_AMOUNTS)}
        return proposed_costs(self.training_id, self.date_start, self.date_end)

    @api.model
    def _findings_depends(self):
        return (*super()._findings_depends(), "agreement_ids.is_mobile_abroad")

    def _circumstances(self):
        """The documents depend on what the agreement foresees."""
        agreements = self._origin.sudo().agreement_ids
        mobile = agreements.filtered("is_mobile_abroad").contract_id
        return {
            contract: replace(
                circumstances, is_mobile_abroad=contract._origin in mobile
            )
            for contract, circumstances in super()._circumstances().items()
        }

    def _form_for_agreement(self):
        """Return the form that the agreement must agree with.

        Hook for the add-ons that deposit: what was deposited, once it is.
        """
        return self._to_cerfa()

    def _purge_file(self):
        result = super()._purge_file()
        self.agreement_ids._purge()
        return result
