# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.l10n_fr_apprenticeship.cerfa.identifiers import compact

from ..convergence import payload
from ..fingerprints import identity, match_key
from .apprenticeship_contract import DOSSIER_FIELDS


class ApprenticeshipContract(models.Model):
    """What the OPCO holds of a contract: asked for, recognised, linked."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_match_key = fields.Char(
        compute="_compute_opco_match_key",
        store=True,
        index="btree_not_null",
        help="Employer and start, by which the OPCO's dossiers are compared.",
    )
    opco_proposed_dossier_ids = fields.One2many(
        "opco.dossier",
        "proposed_contract_id",
        string="Already at the OPCO",
        groups="opco_ep_connector.group_consult",
    )
    opco_proposal = fields.Char(
        compute="_compute_opco_proposal", groups="opco_ep_connector.group_consult"
    )
    opco_is_linked = fields.Boolean(
        compute="_compute_opco_is_linked",
        string="Deposited elsewhere",
        groups="opco_ep_connector.group_consult",
    )
    opco_verification = fields.Text(
        compute="_compute_opco_verification",
        groups="opco_ep_connector.group_consult",
    )
    opco_next_look_at = fields.Datetime(
        string="Next look",
        compute="_compute_opco_verification",
        groups="opco_ep_connector.group_consult",
    )

    @api.depends("employer_id.company_registry", "date_start")
    def _compute_opco_match_key(self):
        for contract in self:
            siret = compact(contract.sudo().employer_siret or "")
            start = contract.date_start and contract.date_start.isoformat()
            contract.opco_match_key = match_key(siret, start) or False

    @api.depends("opco_proposed_dossier_ids")
    def _compute_opco_proposal(self):
        for contract in self:
            contract.opco_proposal = contract._opco_proposal_sentence()

    @api.depends("opco_transport_state", "opco_internal_number")
    def _compute_opco_is_linked(self):
        linked = self.env["opco.dossier"].search(
            [("contract_id", "in", self.ids), ("linked_at", "!=", False)]
        )
        for contract in self:
            contract.opco_is_linked = contract.opco_internal_number in linked.filtered(
                lambda dossier, contract=contract: dossier.contract_id == contract
            ).mapped("internal_number")

    @api.depends("opco_transport_state")
    def _compute_opco_verification(self):
        self.opco_verification = False
        self.opco_next_look_at = False
        unknown = self.filtered(lambda one: one.opco_transport_state == "unknown")
        for contract in unknown:
            row = contract._opco_unknown_transmission()
            pace = self.env["opco.polling"].search(
                [("connection_id", "=", row.connection_id.id)]
            )
            contract.opco_next_look_at = pace.next_read_at
            contract.opco_verification = self.env._(
                "The OPCO's list is being read: if the contract is there, its number "
                "is taken from it; if it is absent from two lists, the second at least "
                "%(minutes)s minutes after the sending, exactly the same content "
                "leaves again. Lists read without finding it: %(looks)s.",
                minutes=row.profile_id.settle_minutes,
                looks=row.look_count,
            )

    # ------------------------------------------------------------------ actions
    def action_opco_refresh(self):
        """Have the list and the details of these contracts read now."""
        self._opco_check_consult()
        dossiers = self._opco_dossiers()
        dossiers.asked_at = fields.Datetime.now()
        waiting = self.sudo().opco_transmission_ids.filtered(
            lambda row: row.state == "unknown"
        )
        routes, _reasons = (self - dossiers.contract_id)._opco_route()
        self.env["opco.polling"]._ask(
            dossiers.connection_id.union(waiting.connection_id, *routes.values())
        )
        return self.env["opco.dossier"]._asked_notification()

    def action_opco_link(self):
        """Take the dossier that the OPCO already has as this contract's."""
        self.ensure_one()
        self._opco_check_transmitter()
        self._opco_proposed_dossier()._link(self.sudo())

    def action_opco_dismiss(self):
        """Say that the dossier the OPCO has is another contract's."""
        self.ensure_one()
        self._opco_check_transmitter()
        self._opco_proposed_dossier()._dismiss()

    def action_cancel(self):
        """What the OPCO has and was linked is not cancelled here either."""
        linked = self.filtered(
            lambda contract: (
                contract.opco_transport_state == "sent"
                and contract.opco_state not in ("refused", "cancelled")
                and contract.sudo().opco_is_linked
            )
        )
        if linked:
            raise UserError(
                self.env._(
                    "The OPCO has or may have these contracts: they cannot be "
                    "cancelled here. %(contracts)s",
                    contracts=", ".join(linked.mapped("name")),
                )
            )
        return super().action_cancel()

    # ---------------------------------------------------------------- pre-flight
    def _opco_prepare(self):
        self.env["opco.dossier"].sudo()._propose_to(self)
        return super()._opco_prepare()

    def _opco_prepare_one(self, *reading):
        preparation = super()._opco_prepare_one(*reading)
        dossier = self.sudo().opco_proposed_dossier_ids[:1]
        if dossier:
            preparation.blocking.append(
                self.env._(
                    "The OPCO already has a dossier for this contract (number "
                    "%(number)s, state %(state)s), deposited by the employer or by "
                    "another software: open the contract, then link the dossier or say "
                    "that it is not the same.",
                    number=dossier.internal_number,
                    state=dossier._state_label(),
                )
            )
        return preparation

    def _opco_has_proposed_dossier(self):
        """Tell whether a person must first decide about what the OPCO already has."""
        self.ensure_one()
        return bool(self.sudo().opco_proposed_dossier_ids)

    def _opco_proposed_dossier(self):
        """:raises UserError: when somebody else has decided meanwhile"""
        dossier = self.sudo().opco_proposed_dossier_ids[:1]
        if not dossier:
            raise UserError(
                self.env._("This was already decided: reload the contract to see it.")
            )
        return dossier

    def _opco_proposal_sentence(self):
        dossier = self.sudo().opco_proposed_dossier_ids[:1]
        if not dossier:
            return False
        return self.env._(
            "The OPCO already has a dossier for this contract (number %(number)s, "
            "state %(state)s): deposited by the employer or by another software.",
            number=dossier.internal_number,
            state=dossier._state_label(),
        )

    # ------------------------------------------------------------------- linking
    @api.model
    def _opco_awaits_deposit(self, company):
        """Tell whether somebody prepares a contract that the OPCO may already have."""
        not_sent = (False, "queued", "retry", "held", "rejected")
        domain = [
            ("company_id", "=", company.id),
            ("opco_match_key", "!=", False),
            ("state", "in", ("draft", "ready")),
            "|",
            ("opco_transport_state", "in", not_sent),
            ("opco_state", "in", ("refused", "cancelled")),
        ]
        return bool(self.search_count(domain, limit=1))

    def _opco_identities(self):
        """Return the connection and the identity of each contract that has a way."""
        connections, _reasons = self._opco_route()
        profile = self._opco_profile_for_reading()
        identities = {}
        for contract, connection in connections.items():
            content = payload.dossier(contract._to_cerfa(), profile)
            identities[contract] = (connection, identity(content["cerfa"]))
        return identities

    def _opco_dossiers(self):
        """Return the dossiers that speak for these contracts."""
        dossiers = self.env["opco.dossier"].sudo()
        found = dossiers.search([("contract_id", "in", self.ids)])
        return found.filtered(
            lambda one: one.internal_number == one.contract_id.opco_internal_number
        )

    def _opco_unknown_transmission(self):
        deposits = self.sudo().opco_transmission_ids._of_operation("contract")
        return deposits.filtered(lambda row: row.state == "unknown")[:1]

    def _opco_waiting_rows(self):
        """Return what has not left, and cannot leave before this transaction ends."""
        rows = (
            self.sudo()
            .opco_transmission_ids._of_operation("contract")
            .filtered(lambda row: row.is_live and row.state in row.NEVER_LEFT_STATES)
        )
        return rows.try_lock_for_update(allow_referencing=True)

    def _opco_hold_back(self, dossier):
        """Hold what is queued: the OPCO seems to have it."""
        language = self.user_id.lang or self.env.lang
        contract = self.with_context(lang=language)
        for row in contract._opco_waiting_rows():
            message = contract._opco_proposal_sentence()
            row.write({"state": "held", "message": message, "applied": True})
            contract._opco_mirror_delivery(row)
            contract._message_log(body=row._outcome_line())
        self._opco_notify()

    def _opco_let_go(self):
        """Let what was held for a proposed dossier leave, if no other is proposed."""
        if self._opco_has_proposed_dossier():
            return
        rows = self._opco_waiting_rows().filtered(
            lambda row: row.state == "held" and row.connection_id.state == "active"
        )
        rows.write(
            {"state": "queued", "next_try_at": fields.Datetime.now(), "message": False}
        )
        for row in rows:
            self._opco_mirror_delivery(row)
            row._wake()
        self._opco_notify()

    def _opco_refuse(self, dossier):
        self._message_log(
            body=Markup("%s")
            % self.env._(
                "The OPCO's dossier %(number)s is not this contract.",
                number=dossier.internal_number,
            )
        )
        self._opco_let_go()

    def _opco_withdraw(self):
        """Give up what has not left.

        :raises UserError: when the OPCO has or may have this contract
        """
        rows = self._opco_waiting_rows()
        rows.write({"state": "cancelled", "is_live": False, "applied": True})
        if rows:
            self._opco_forget_transmission()
        if any(
            self.sudo()
            .opco_transmission_ids._of_operation("contract")
            .mapped("is_live")
        ):
            raise UserError(
                self._opco_already_sent()
                or self.env._("Already on its way to the OPCO.")
            )
        reason = self._opco_already_sent()
        if reason:
            raise UserError(reason)

    def _opco_take(self, dossier):
        """Follow a dossier deposited elsewhere as if it had been sent from here."""
        self._opco_mirror(dossier)
        self.sudo().write(
            {
                "opco_transport_state": "sent",
                "opco_environment": dossier.environment,
                "opco_message": False,
                "opco_answered_at": False,
                "opco_next_try_at": False,
            }
        )
        self._mark_ready()
        self._message_log(
            body=Markup("%s")
            % self.env._(
                "Linked to the dossier %(number)s of %(opco)s (%(state)s), deposited "
                "by the employer or by another software.",
                number=dossier.internal_number,
                opco=dossier.connection_id.profile_id.name,
                state=dossier._state_label(),
            )
        )
        self._opco_notify()

    def _opco_lose(self, dossier):
        """Stop showing a dossier that turned out to be another contract's."""
        for contract in self:
            if contract.opco_internal_number == dossier.internal_number:
                contract.sudo().write(
                    dict.fromkeys(DOSSIER_FIELDS, False)
                    | {"opco_transport_state": False}
                )
                contract._message_log(
                    body=Markup("%s")
                    % self.env._(
                        "The OPCO's dossier %(number)s is another contract's: it is "
                        "no longer followed here.",
                        number=dossier.internal_number,
                    )
                )
        self._opco_notify()
