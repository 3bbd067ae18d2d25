# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from ..convergence import payload
from ..convergence.errors import RemoteError
from .explaining import explained_if_possible
from .opco_transmission_error import as_complaints

REFUSED_STATES = ("refused", "cancelled")


class ApprenticeshipContract(models.Model):
    """Why the OPCO rejected or refused a contract, and what to do."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_error_id = fields.Many2one(
        "opco.error",
        string="Cause of the rejection",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups="opco_ep_connector.group_consult",
    )
    opco_errors = fields.Json(
        compute="_compute_opco_errors", groups="opco_ep_connector.group_consult"
    )

    @api.depends("opco_transport_state", "opco_state", "opco_message", "opco_comment")
    @api.depends_context("lang")
    def _compute_opco_errors(self):
        """Explain with the catalogue of today what the OPCO said then."""
        errors = self.env["opco.error"]
        complaints = self._opco_complaints()
        catalogue = errors._catalogue() if complaints else None
        for contract in self:
            said = complaints.get(contract._origin.id)
            contract.opco_errors = errors._explain(catalogue, said) if said else []

    def _opco_complaints(self):
        """Return what the OPCO complains of, by id of contract rejected or refused."""
        complaints = {}
        rejected = self.filtered(lambda one: one.opco_transport_state == "rejected")
        rows = (
            self.env["opco.transmission"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", rejected.ids),
                    ("operation", "=", "contract"),
                    ("state", "=", "rejected"),
                ],
                order="id",
            )
        )
        for row in rows:
            complaints[row.contract_id.id] = row._complaints()
        for contract in self - rejected:
            if contract.opco_state in REFUSED_STATES:
                complaints[contract._origin.id] = contract._opco_refusal_complaints()
        return complaints

    def _opco_refusal_complaints(self):
        comment = self.sudo().opco_comment
        if not comment:
            return []
        form = self._opco_form_spoken_of()
        return as_complaints([RemoteError(text=comment)], 0, form)

    def _opco_form_spoken_of(self):
        """Return the form whose values the OPCO may repeat, None when it is purged."""
        rows = self.sudo().opco_transmission_ids._of_operation("contract")
        return (
            rows.filtered("is_live")[:1]._form_sent()
            or rows[:1]._form_sent()
            or self._opco_form_of_now()
        )

    def _opco_form_of_now(self):
        """Return what would be sent now: it may have left from elsewhere."""
        contract = self.sudo()
        if not contract or contract.file_purged_on:
            return None
        return payload.dossier(contract._form(), contract._opco_profile_for_reading())

    @api.model
    def _opco_delivery_values(self, transmission):
        values = super()._opco_delivery_values(transmission)
        return values | {"opco_error_id": transmission.error_id.id}

    def _opco_mirror_cause(self):
        """Show the cause of the last rejection, which may be known only now."""
        for contract in self.sudo():
            row = contract.opco_transmission_ids._of_operation("contract").sorted("id")[
                -1:
            ]
            if contract.opco_transport_state == "rejected" and row._is_rejected():
                contract.opco_error_id = row.error_id

    def _opco_mirror(self, dossier):
        result = super()._opco_mirror(dossier)
        if dossier.state in REFUSED_STATES:
            with explained_if_possible(self.env, self):
                self._opco_learn_refusal()
        elif self.opco_transport_state != "rejected":
            self._opco_write({"opco_error_id": False})
        return result

    def _opco_learn_refusal(self):
        complaints = self._opco_refusal_complaints()
        answer = (complaints, self._opco_form_spoken_of())
        [error] = self.env["opco.error"].sudo()._learn([answer])
        self._opco_write({"opco_error_id": error.id})

    @api.model
    def _opco_remedies(self, transmission, person):
        """Return what a person has to do, one sentence for each known error."""
        errors = self.env["opco.error"].with_context(lang=person.lang)
        items = []
        with explained_if_possible(self.env, transmission):
            items = errors._explain(errors._catalogue(), transmission._complaints())
        remedies = dict.fromkeys(
            explanation["remedy"]
            for item in items
            for explanation in item["explanations"]
            if explanation["cause"] and explanation["remedy"]
        )
        return [
            errors.env._("What to do: %(remedy)s", remedy=remedy) for remedy in remedies
        ]
