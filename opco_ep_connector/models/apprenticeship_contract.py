# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from collections import defaultdict
from textwrap import shorten

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.l10n_fr_apprenticeship.cerfa.findings import Severity

from ..convergence import payload
from ..convergence.dossier_schema import schema_errors
from ..preparation import Preparation
from .opco_dossier import CONTRACT_STATE, DOSSIER_STATES, UNDECIDED_STATES

# For reading what would be sent, never called.
ADDRESS_OF_NOBODY = "https://opco.invalid"
# Length of a SIREN, the enterprise's part of a SIRET.
SIREN_LENGTH = 9
REJECTED_ACTIVITY = "opco_ep_connector.mail_activity_type_rejected"
# Characters of an activity's summary.
SUMMARY_LENGTH = 120
# What the contract shows of its delivery and of the OPCO's dossier.
TRANSMISSION_FIELDS = (
    "opco_transport_state",
    "opco_message",
    "opco_answered_at",
    "opco_next_try_at",
    "opco_environment",
    "opco_error_id",
    "opco_is_modified",
)
DOSSIER_FIELDS = (
    "opco_state",
    "opco_raw_state",
    "opco_comment",
    "opco_internal_number",
    "opco_external_number",
    "deca_number",
)
# And of the notice of its early termination.
TERMINATION_FIELDS = ("opco_termination_state", "opco_termination_message")
# Written by what the exchanges end in, by nobody else.
MIRRORED_FIELDS = (*TRANSMISSION_FIELDS, *DOSSIER_FIELDS, *TERMINATION_FIELDS)


class ApprenticeshipContract(models.Model):
    _inherit = "apprenticeship.contract"

    opco_transport_state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Received by the OPCO"),
            ("rejected", "Rejected"),
            ("retry", "To be tried again"),
            ("unknown", "To be verified"),
            ("held", "Held"),
        ],
        string="Transmission",
        readonly=True,
        copy=False,
        index=True,
    )
    opco_state = fields.Selection(
        DOSSIER_STATES, string="OPCO state", readonly=True, copy=False, index=True
    )
    opco_raw_state = fields.Char(
        string="OPCO state, as written", readonly=True, copy=False
    )
    opco_comment = fields.Text(string="OPCO's comment", readonly=True, copy=False)
    opco_internal_number = fields.Char(
        string="OPCO number", readonly=True, copy=False, index="btree_not_null"
    )
    opco_external_number = fields.Char(
        string="Dossier number", readonly=True, copy=False, index="btree_not_null"
    )
    opco_message = fields.Text(
        string="Last message of the transmission", readonly=True, copy=False
    )
    opco_answered_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    opco_next_try_at = fields.Datetime(string="Next try", readonly=True, copy=False)
    opco_environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        string="Sent to",
        readonly=True,
        copy=False,
    )
    opco_is_scheduler_stopped = fields.Boolean(
        compute="_compute_opco_waiting", string="Odoo's scheduler has stopped"
    )
    opco_pause_message = fields.Text(
        compute="_compute_opco_waiting", string="Why the OPCO is not called"
    )
    opco_leaves_at = fields.Datetime(
        compute="_compute_opco_waiting", string="Leaves at the earliest"
    )
    opco_transmission_ids = fields.One2many(
        "opco.transmission", "contract_id", groups="opco_ep_connector.group_consult"
    )
    opco_transmission_count = fields.Integer(
        string="Transmissions",
        compute="_compute_opco_transmission_count",
        groups="opco_ep_connector.group_consult",
    )
    opco_stopped_text = fields.Char(
        compute="_compute_opco_stopped_text",
        groups="opco_ep_connector.group_consult",
    )
    opco_is_to_transmit = fields.Boolean(
        compute="_compute_opco_is_to_transmit",
        search="_search_opco_is_to_transmit",
        string="To transmit",
    )

    # What is counted and grouped, without reading the wide rows of the contracts; in
    # the order of the list, so that its pages are found there too.
    _opco_figures = models.Index(
        "(company_id, date_start DESC, id DESC) INCLUDE (is_current, state,"
        " opco_transport_state, opco_state, opco_environment, opco_error_id,"
        " opco_answered_at, date_conclusion, employer_id, training_id,"
        " training_centre_id, user_id)"
    )

    def _compute_opco_transmission_count(self):
        counts = dict(
            self.env["opco.transmission"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.opco_transmission_count = counts.get(contract, 0)

    @api.depends("opco_transport_state", "opco_next_try_at")
    def _compute_opco_waiting(self):
        """What holds up a contract that waits, as it is at this very moment."""
        self.opco_is_scheduler_stopped = False
        self.opco_pause_message = False
        self.opco_leaves_at = False
        waiting = self.filtered(
            lambda contract: contract.opco_transport_state in ("queued", "retry")
        ).sudo()
        rows = waiting.opco_transmission_ids._of_operation("contract").filtered(
            lambda row: row.state in row.DUE_STATES
        )
        stopped = self.env["opco.scheduler"]._waiting_in_vain(rows.connection_id)
        paused = self.env["opco.health"].sudo()._paused(rows.connection_id)
        for row in rows:
            contract = self.browse(row.contract_id.id)
            health = paused.get(row.connection_id)
            contract.opco_is_scheduler_stopped = row.connection_id in stopped
            contract.opco_leaves_at = contract.opco_next_try_at
            if health:
                contract.opco_pause_message = health.message
                contract.opco_leaves_at = max(row.next_try_at, health.paused_until)

    @api.depends("opco_transport_state")
    def _compute_opco_stopped_text(self):
        stopped = self.env["opco.transmission"].search(
            [
                ("contract_id", "in", self.ids),
                ("state", "in", self.env["opco.transmission"].DUE_STATES),
                ("batch_id.is_stopped", "=", True),
            ]
        )
        batches = {row.contract_id: row.batch_id for row in stopped}
        for contract in self:
            batch = batches.get(contract._origin)
            contract.opco_stopped_text = batch and batch.stopped_text

    @api.depends("state", "opco_transport_state", "opco_state")
    def _compute_opco_is_to_transmit(self):
        to_transmit = self.filtered_domain(self._opco_domain_to_transmit())
        for contract in self:
            contract.opco_is_to_transmit = contract in to_transmit

    @api.model
    def _search_opco_is_to_transmit(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._opco_domain_to_transmit()
        if True in value:
            # Not as a list of ids: PostgreSQL would look at every contract.
            return domain
        return [("id", "not in", self._search(domain))]

    @api.model
    def _opco_domain_to_transmit(self):
        return [
            ("state", "in", ("draft", "ready")),
            "|",
            ("opco_transport_state", "in", (False, "rejected")),
            ("opco_state", "in", ("refused", "cancelled")),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._opco_check_written({name for name, value in vals.items() if value})
        return super().create(vals_list)

    def write(self, vals):
        self._opco_check_written(vals.keys())
        return super().write(vals)

    # ------------------------------------------------------------------ actions
    def action_transmit(self):
        """Queue at once what is simply ready; else show what was found, and why."""
        self._opco_check_transmitter()
        preparations = self._opco_prepare()
        if not all(preparation.is_simply_ready for preparation in preparations):
            return self.env["opco.transmit"]._open(preparations)
        if len(self) > 1:
            return self.env["opco.batch"]._queue(preparations)._open()
        self._opco_queue(preparations)
        return self._opco_queued_notification(self)

    def action_cancel(self):
        """Cancel; what waits to be sent is cancelled with it."""
        # What the sandbox has received is no deposit in production.
        rows = self.sudo().opco_transmission_ids.filtered(
            lambda row: (
                row.is_live and row.environment == row.contract_id.opco_environment
            )
        )
        waiting = rows.filtered(lambda row: row.state in row.NEVER_LEFT_STATES)
        if rows - waiting:
            raise UserError(
                self.env._(
                    "The OPCO has or may have these contracts: they cannot be "
                    "cancelled here. %(contracts)s",
                    contracts=", ".join((rows - waiting).contract_id.mapped("name")),
                )
            )
        if waiting:
            waiting.with_user(self.env.user).action_cancel()
        self._opco_close_rejection_activity()
        return super().action_cancel()

    def action_simulate(self):
        """Show exactly what would leave, and send nothing."""
        self.ensure_one()
        self._opco_check_consult()
        return self.env["opco.simulation"]._open(self._opco_prepare()[0])

    def action_view_opco_transmissions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "opco_ep_connector.opco_transmission_action"
        )
        return action | {"domain": [("contract_id", "=", self.id)], "context": {}}

    # ----------------------------------------------------------------- business
    def _mark_ready(self):
        made_ready = self.filtered(
            lambda one: one.state == "draft" and not one.opco_transport_state
        )
        result = super()._mark_ready()
        made_ready._opco_wake_automatic_sending()
        return result

    def _opco_wake_automatic_sending(self):
        is_wanted = (
            self.env["opco.connection"]
            .sudo()
            .search_count(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("state", "=", "active"),
                    ("is_automatic", "=", True),
                ],
                limit=1,
            )
        )
        if is_wanted:
            self.env.ref("opco_ep_connector.ir_cron_send_ready").sudo()._trigger()

    def _transmit(self):
        """Queue the contracts; nothing leaves before the transaction is committed.

        :return: the transmissions
        :raises UserError: when something blocks one of the contracts
        """
        preparations = self._opco_prepare()
        blocked = [one for one in preparations if not one.is_sendable]
        if blocked:
            raise UserError(self._opco_blocked_message(blocked))
        return self._opco_queue(preparations)

    def _opco_prepare(self):
        """Read, check and render each contract once.

        :return: a list of `Preparation`, in the order of the contracts
        """
        connections, unrouted = self._opco_route()
        profiles = {
            connection: connection._norm_profile()
            for connection in set(connections.values())
        }
        checked = self._checked()
        return [
            contract._opco_prepare_one(
                *checked[contract],
                connections.get(contract),
                profiles.get(connections.get(contract)),
                unrouted.get(contract),
            )
            for contract in self
        ]

    def _opco_prepare_one(self, cerfa, findings, connection, profile, unrouted_reason):
        preparation = Preparation(self, connection, cerfa)
        preparation.blocking += filter(
            None,
            (self._opco_already_sent(), self._opco_not_amendable(), unrouted_reason),
        )
        for finding in findings:
            if finding.is_blocking:
                preparation.blocking.append(self._finding_message(finding))
            elif finding.severity == Severity.WARN:
                preparation.warnings.append(self._finding_message(finding))
        preparation.content = payload.dossier(
            cerfa, profile or self._opco_profile_for_reading()
        )
        unchanged = self._opco_unchanged_since_rejection(preparation.content)
        if unchanged:
            preparation.is_unchanged = True
            preparation.warnings.append(unchanged)
        if not preparation.blocking:
            preparation.blocking += [
                self.env._("%(field)s: %(problem)s", field=path, problem=problem)
                for path, problem in schema_errors(preparation.content)
            ]
        return preparation

    def _opco_unchanged_since_rejection(self, content):
        """Return what the OPCO said of exactly this content, if it rejected it."""
        if self.opco_transport_state != "rejected":
            return None
        rejected = (
            self.sudo()
            .opco_transmission_ids._of_operation("contract")
            .sorted("id")[-1:]
        )
        if rejected.payload_sha256 != payload.digest(payload.encode(content)):
            return None
        return self.env._(
            "Nothing has changed since the OPCO rejected it: %(message)s",
            message=rejected.message,
        )

    def _opco_profile_for_reading(self):
        """Return how OPCO EP spells a contract that has no route yet."""
        profile = self.env.ref("opco_ep_connector.profile_opco_ep").sudo()
        return profile._to_profile(ADDRESS_OF_NOBODY, ADDRESS_OF_NOBODY)

    def _opco_queue(self, preparations, batch=None):
        """Freeze the bytes: whatever happens to the record, these are the ones sent.

        :param batch: the `opco.batch` they leave with, if any
        """
        contracts = self.browse(one.contract.id for one in preparations)
        # First, so that of two people who click at once one waits here, and not on the
        # insertion, whose failure PostgreSQL's driver would log with the payload.
        contracts.sudo().write(
            # A former dossier, refused, does not speak for this one.
            dict.fromkeys(DOSSIER_FIELDS, False)
            | {"opco_transport_state": "queued", "opco_is_modified": False}
        )
        contracts.flush_recordset(["opco_transport_state"])
        for one in preparations:
            one.contract.sudo()._keep_as_concluded(one.form)
        transmissions = self.env["opco.transmission"]._queue(preparations, batch)
        contracts._opco_close_rejection_activity()
        transmissions.contract_id._mark_ready()
        for transmission in transmissions.sudo():
            transmission.contract_id._opco_mirror_delivery(transmission)
        return transmissions

    def _opco_already_sent(self):
        """Return why this contract may not be sent (again), or nothing."""
        if self.opco_is_to_transmit:
            return None
        if self.opco_transport_state == "sent":
            return self.env._(
                "Already received by the OPCO under the number %(number)s.",
                number=self.opco_internal_number,
            )
        if self.state not in ("draft", "ready"):
            return self.env._("Only drafts and ready contracts can be transmitted.")
        return self.env._("Already on its way to the OPCO.")

    def _opco_not_amendable(self):
        """Return why the version that this one amends keeps it waiting, or nothing."""
        if not self.origin_id:
            return None
        amended = self.sudo()._amended_version()
        if amended.opco_transport_state in (False, "sent"):
            return None
        return self.env._(
            "%(contract)s, which it amends, is not settled with the OPCO yet: wait for "
            "its receipt.",
            contract=amended.name,
        )

    def _opco_route(self):
        """Return the connection of each contract, and why others have none.

        The SIRET of the responsible training centre decides; else a connection for the
        whole enterprise, of the same SIREN.
        """
        by_siret = defaultdict(self.env["opco.connection"].sudo().browse)
        by_siren = defaultdict(self.env["opco.connection"].sudo().browse)
        for connection in (
            self.env["opco.connection"]
            .sudo()
            .search(
                [("company_id", "in", self.company_id.ids), ("state", "!=", "inactive")]
            )
        ):
            by_siret[connection.company_id, connection.siret] |= connection
            if connection.whole_enterprise:
                siren = connection.siret[:SIREN_LENGTH]
                by_siren[connection.company_id, siren] |= connection
        connections, reasons = {}, {}
        for contract in self:
            company = contract.company_id
            siret = contract.sudo().training_centre_siret or ""
            found = by_siret.get((company, siret)) or by_siren.get(
                (company, siret[:SIREN_LENGTH])
            )
            if not found:
                reasons[contract] = self._opco_no_route_message(contract, siret)
            elif len(found.profile_id) > 1:
                reasons[contract] = self._opco_several_routes_message(contract, found)
            else:
                connections[contract] = found[-1]
        return connections, reasons

    def _opco_several_routes_message(self, contract, connections):
        return self.env._(
            "Several OPCO connections serve the training centre %(centre)s, and "
            "nothing says which OPCO this contract is for: %(connections)s. Ask a key "
            "administrator to deactivate all but one of them.",
            centre=contract.sudo().training_centre_id.name or "?",
            connections=", ".join(connections.mapped("name")),
        )

    def _opco_no_route_message(self, contract, siret):
        return self.env._(
            "No active OPCO connection serves the training centre %(centre)s (SIRET "
            "%(siret)s): ask a key administrator to set one up in OPCO > Configuration "
            "> OPCO connections.",
            centre=contract.sudo().training_centre_id.name or "?",
            siret=siret or "?",
        )

    # ------------------------------------------------------------------ mirrors
    def _opco_mirror_delivery(self, transmission, dossier=None):
        """Show on the contract where its delivery stands, and what the OPCO opened.

        :param dossier: the one that the transmission was received under
        """
        values = self._opco_delivery_values(transmission)
        if dossier:
            values |= self._opco_dossier_values(dossier)
        self._opco_write(values)
        if dossier:
            self._opco_let_go_of_refused(dossier)

    @api.model
    def _opco_delivery_values(self, transmission):
        return {
            "opco_transport_state": transmission.state,
            "opco_message": transmission.message,
            "opco_answered_at": transmission.answered_at,
            "opco_environment": transmission.environment,
            "opco_next_try_at": (
                transmission.next_try_at if transmission.state == "retry" else False
            ),
        }

    def _opco_mirror_transport(self, state):
        self.sudo().write({"opco_transport_state": state})

    def _opco_mirror(self, dossier):
        """Show on the contract what the OPCO holds."""
        self._opco_write(self._opco_dossier_values(dossier))
        self._opco_let_go_of_refused(dossier)

    def _opco_dossier_values(self, dossier):
        values = {
            "opco_state": dossier.state,
            "opco_raw_state": dossier.raw_state,
            "opco_comment": dossier.comment,
            "opco_internal_number": dossier.internal_number,
            "opco_external_number": dossier.external_number,
            "deca_number": dossier.deca_number,
        }
        state = dossier._contract_state()
        if dossier.state in UNDECIDED_STATES and self.state in CONTRACT_STATE.values():
            # The OPCO went back on what it had decided.
            state = "ready"
        return values | ({"state": state} if state else {})

    def _opco_write(self, values):
        # Odoo tracks in the language of whoever writes, a cron here.
        language = self.user_id.lang or self.env.lang
        self.sudo().with_context(lang=language).write(values)
        if values.get("state") in ("broken", "cancelled"):
            self._opco_termination_is_done()

    def _opco_let_go_of_refused(self, dossier):
        """What the OPCO refused or cancelled may be transmitted again."""
        if dossier.state in ("refused", "cancelled"):
            self._opco_transmission_of(dossier)._close()

    def _opco_transmission_of(self, dossier):
        """Return the transmission by which the OPCO got this dossier."""
        return self.sudo().opco_transmission_ids.filtered(
            lambda row: (
                row.connection_id == dossier.connection_id
                and row.environment == dossier.environment
                and row.internal_number == dossier.internal_number
            )
        )

    def _opco_forget_transmission(self):
        self.sudo().write(dict.fromkeys(TRANSMISSION_FIELDS, False))

    def _opco_mirror_environment(self, environment):
        """Show what this environment has received, which may be nothing."""
        self.write(dict.fromkeys(MIRRORED_FIELDS, False))
        # What another environment decided is not true of the contract.
        self.filtered(
            lambda contract: contract.state in CONTRACT_STATE.values()
        ).state = "ready"
        for contract in self:
            rows = contract.opco_transmission_ids._of_operation("contract").filtered(
                lambda row: row.environment == environment and row.is_live
            )
            dossiers = self.env["opco.dossier"].search(
                [
                    ("contract_id", "=", contract.id),
                    ("environment", "=", environment),
                ],
                limit=1,
            )
            for dossier in dossiers:
                contract._opco_mirror(dossier)
                if dossier.linked_at:
                    contract._opco_write(
                        {
                            "opco_transport_state": "sent",
                            "opco_environment": environment,
                        }
                    )
            for row in rows[:1]:
                contract._opco_mirror_delivery(row)

    def _opco_ask_to_correct(self, transmission):
        """Leave one open activity to whoever sent what the OPCO has rejected."""
        candidates = (transmission.user_id, self.user_id)
        person = next(filter(self._opco_may_be_asked, candidates), None)
        if person is None:
            return
        self._opco_close_rejection_activity()
        reasons = transmission._what_to_correct()
        # The bell tells, not one e-mail for each of a batch.
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            REJECTED_ACTIVITY,
            summary=shorten("".join(reasons[:1]), SUMMARY_LENGTH, placeholder="…"),
            note=Markup("<br/>").join(
                reasons + self._opco_remedies(transmission, person)
            ),
            user_id=person.id,
        )

    def _opco_may_be_asked(self, user):
        """Tell whether a user is a person who can open the contract."""
        return (
            user.active
            and not user._is_superuser()
            and self.with_user(user).has_access("read")
        )

    def _opco_close_rejection_activity(self):
        self.sudo().activity_unlink([REJECTED_ACTIVITY])

    def _opco_notify(self):
        """Tell the open screens which contracts have moved: ids only."""
        group = self.env.ref("opco_ep_connector.group_consult").sudo()
        group._bus_send("opco_ep_connector/contracts", {"ids": self.ids})

    # ----------------------------------------------------------------- messages
    def _opco_blocked_message(self, preparations):
        lines = []
        for preparation in preparations:
            lines.append(preparation.contract.display_name)
            lines += [f"• {sentence}" for sentence in preparation.blocking]
        return "\n".join(lines)

    def _opco_queued_notification(self, ready):
        message = (
            self.env._("%(contract)s is on its way.", contract=ready.display_name)
            if len(ready) == 1
            else self.env._("%(count)s contracts are on their way.", count=len(ready))
        )
        return self._opco_notification("info", message)

    def _opco_notification(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": kind == "warning",
                # The form reads its record again: a new one could miss the answer.
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _opco_check_written(self, names):
        if not self.env.su and names & {*MIRRORED_FIELDS}:
            raise AccessError(
                self.env._("Only the exchanges with the OPCO write these fields.")
            )

    def _opco_check_transmitter(self):
        self.env["opco.transmission"]._check_transmitter()
        self.check_access("read")

    def _opco_check_consult(self):
        self.env["opco.transmission"].check_access("read")
        self.check_access("read")
