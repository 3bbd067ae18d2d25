# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.cerfa.identifiers import compact
from odoo.addons.l10n_fr_apprenticeship.cerfa.termination import CASES, INITIATIVES

from ..convergence.profile import TERMINATION
from ..convergence.termination import termination_body
from ..preparation import Preparation
from .apprenticeship_contract import TERMINATION_FIELDS

TODO = "opco_ep_connector.activity_type_termination"
# What is in these states is neither at the OPCO nor certainly elsewhere.
ON_ITS_WAY = ("queued", "retry", "unknown", "held")
# In these states the OPCO has closed the dossier: its state has nothing to say more.
LET_GO = ("refused", "cancelled")
# And in these the OPCO has recorded the end of the contract.
ENDED_EARLY = ("broken", "cancelled")


class ApprenticeshipContract(models.Model):
    """An early termination, told to the OPCO or entered on its portal by a person."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_termination_state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Received by the OPCO"),
            ("rejected", "Rejected"),
            ("retry", "To be tried again"),
            ("unknown", "To be verified"),
            ("held", "Held"),
            ("portal", "To be entered on the OPCO's portal"),
            ("done", "Recorded by the OPCO"),
        ],
        string="Notice to the OPCO",
        readonly=True,
        copy=False,
    )
    opco_termination_message = fields.Text(
        string="Last message of the notice", readonly=True, copy=False
    )

    def _terminate(self, stated):
        result = super()._terminate(stated)
        if self._opco_has_number():
            self._opco_tell_termination()
        return result

    def _is_decided_elsewhere(self):
        return self._opco_is_deposited() or super()._is_decided_elsewhere()

    def _check_may_be_terminated(self):
        result = super()._check_may_be_terminated()
        contract = self.sudo()
        if contract.opco_transport_state in ON_ITS_WAY:
            raise UserError(
                self.env._(
                    "%(contract)s is on its way to the OPCO: wait for its receipt, or "
                    "cancel its transmission.",
                    contract=self.display_name,
                )
            )
        if contract.opco_termination_state in ("sent", "unknown", "done"):
            raise UserError(
                self.env._(
                    "The OPCO has or may have the early termination of %(contract)s.",
                    contract=self.display_name,
                )
            )
        return result

    # ----------------------------------------------------------------- business
    def _opco_is_deposited(self):
        contract = self.sudo()
        return bool(contract.opco_internal_number and contract.opco_state not in LET_GO)

    def _opco_has_number(self):
        """Tell whether an OPCO holds the contract, whoever deposited it."""
        return self._opco_is_deposited() or bool(self.sudo()._deposit_number())

    def _opco_tell_termination(self):
        """Queue the notice where the OPCO takes it; else leave it to a person."""
        connection = self._opco_connection_for_termination()
        if connection:
            self._opco_queue_termination(connection)
        else:
            self._opco_leave_termination_to_portal()

    def _opco_connection_for_termination(self):
        """Return the connection by which the OPCO takes the notice, if it does."""
        connections, _reasons = self._opco_route()
        connection = connections.get(self)
        if not (connection and self._opco_is_deposited()):
            return None
        # The norm's notice is of a contract that began.
        if self.termination_kind == "cancelled":
            return None
        if connection.environment != self.sudo().opco_environment:
            return None
        return connection if connection._norm_profile().is_open(TERMINATION) else None

    def _opco_queue_termination(self, connection):
        self.env["opco.transmission"]._check_transmitter()
        contract = self.sudo()
        former = contract.opco_transmission_ids._of_operation("termination").filtered(
            "is_live"
        )
        former.with_user(self.env.user).action_cancel()
        # Before the new row, which a live one forbids.
        former.flush_recordset()
        content = termination_body(
            self._opco_termination_values(), connection._norm_profile()
        )
        preparation = Preparation(
            self, connection, operation="termination", content=content
        )
        rows = self.env["opco.transmission"]._queue([preparation])
        rows.sudo().internal_number = contract.opco_internal_number
        self._opco_mirror_termination(rows.sudo())

    def _opco_termination_values(self):
        """Return what the profile's template may name; None for what is not known."""
        contract = self.sudo()
        values = {
            "numeroInterne": contract.opco_internal_number,
            "numeroExterne": contract.opco_external_number,
            "numeroDeca": contract.deca_number,
            "siretEmployeur": compact(contract.employer_siret or ""),
            "dateNotification": contract.termination_notice_date,
            "dateRupture": contract.termination_effect_date,
            "motifRupture": self._opco_termination_reason(),
            "initiativeRupture": INITIATIVES.get(contract.termination_initiative),
        }
        return {name: value or None for name, value in values.items()}

    def _opco_termination_reason(self):
        case = CASES.get(self.termination_case)
        return f"{case.label} ({case.article})" if case else None

    def _opco_leave_termination_to_portal(self):
        self.sudo().opco_termination_state = "portal"
        contract = self._opco_in_language_of_person()
        contract._opco_ask_a_person(contract._opco_why_on_portal())

    def _opco_why_on_portal(self):
        if self.termination_kind == "cancelled":
            return self.env._(
                "The contract never began: the OPCO's API takes contracts that are "
                "broken, and none that is cancelled."
            )
        profile = self._opco_profile_closed_to_terminations()
        if profile:
            return self.env._(
                "Early terminations are not open at %(opco)s.", opco=profile.name
            )
        return self.env._("The OPCO does not take this early termination from here.")

    def _opco_profile_closed_to_terminations(self):
        """Return the profile of the OPCO of this contract, if it has no such flow."""
        connections, _reasons = self._opco_route()
        connection = connections.get(self._origin)
        profile = self.env["opco.profile"].sudo()
        if connection:
            profile = connection.profile_id.sudo()
        return profile.filtered(lambda one: not one._is_open(TERMINATION))

    def _opco_in_language_of_person(self):
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _opco_ask_a_person(self, reason):
        """Leave a to-do with exactly what to enter; it closes by itself."""
        self._opco_drop_termination_todo()
        self.activity_schedule(
            TODO,
            user_id=(self.user_id or self.env.user).id,
            summary=self.env._("Enter the early termination on the OPCO's portal"),
            note=self._opco_termination_note(reason),
        )

    def _opco_termination_note(self, reason):
        """Return why a person must, and what to enter: a line for each box."""
        contract = self.sudo()
        kinds = dict(self._fields["termination_kind"]._description_selection(self.env))
        initiatives = dict(
            self._fields["termination_initiative"]._description_selection(self.env)
        )
        lines = [
            (self.env._("OPCO number"), contract.opco_internal_number),
            (self.env._("Dossier number"), contract.opco_external_number),
            (self.env._("DECA number"), contract.deca_number),
            (self.env._("Apprentice"), contract.apprentice_id.name),
            (self.env._("Employer's SIRET"), contract.employer_siret),
            (self.env._("Early termination"), kinds[contract.termination_kind]),
            (
                self.env._("Last day of the contract"),
                self._opco_day(contract.termination_effect_date),
            ),
            (
                self.env._("Notice or agreement of"),
                self._opco_day(contract.termination_notice_date),
            ),
            (self.env._("Legal case"), self._opco_termination_reason()),
            (
                self.env._("On the initiative of"),
                initiatives.get(contract.termination_initiative),
            ),
        ]
        entries = Markup().join(
            Markup("<li>%s</li>")
            % self.env._(
                "%(label)s: %(value)s", label=label, value=Markup("<b>%s</b>") % value
            )
            for label, value in lines
            if value
        )
        return Markup("<p>%s</p><p>%s</p><ul>%s</ul>") % (
            reason,
            self._opco_end_of_todo(),
            entries,
        )

    def _opco_end_of_todo(self):
        if self._opco_is_deposited():
            return self.env._(
                "Enter this one on its portal; the to-do closes by itself when its "
                "state comes back."
            )
        return self.env._(
            "Enter this one on its portal, then mark the to-do as done: the contract "
            "was not deposited from here, its state does not come back."
        )

    @api.model
    def _opco_day(self, day):
        return f"{day:%d/%m/%Y}" if day else None

    def _opco_drop_termination_todo(self):
        self.sudo().activity_unlink([TODO])

    # ------------------------------------------------------------------ mirrors
    def _opco_mirror_termination(self, transmission):
        """Show on the contract where the notice stands."""
        self._opco_write(
            {
                "opco_termination_state": transmission.state,
                "opco_termination_message": transmission.message,
            }
        )
        if transmission.state == "rejected":
            contract = self._opco_in_language_of_person()
            contract._opco_ask_a_person(
                contract.env._(
                    "The OPCO rejected the early termination: %(message)s",
                    message=transmission.message,
                )
            )
        if transmission.state == "sent":
            if self.state in ENDED_EARLY:
                self._opco_termination_is_done()
            # Its state says when the OPCO has recorded it.
            self.env["opco.dossier"]._wake()

    def _opco_forget_termination(self):
        self.sudo().write(dict.fromkeys(TERMINATION_FIELDS, False))

    def _opco_termination_is_done(self):
        """The OPCO has recorded the end: nothing is left to do."""
        for contract in self.sudo().filtered("opco_termination_state"):
            if contract.opco_termination_state != "done":
                contract.opco_termination_state = "done"
                contract.opco_termination_message = False
                contract._opco_drop_termination_todo()
