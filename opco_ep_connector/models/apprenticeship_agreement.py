# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import time
from dataclasses import asdict
from textwrap import shorten

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..convergence.convention import Convention, convention_body
from ..convergence.profile import CONVENTIONS_DEPOSIT
from ..preparation import Preparation
from .apprenticeship_contract import SUMMARY_LENGTH
from .transactions import in_own_transaction, isolated, one_by_one

TODO = "opco_ep_connector.activity_type_agreement"
# The contract is being sent: the agreement leaves once its receipt is there.
CONTRACT_ON_ITS_WAY = ("queued", "retry", "unknown", "held")
# In these states the OPCO has closed the dossier.
CLOSED_STATES = ("refused", "cancelled")
ON_ITS_WAY = ("queued", "retry", "unknown", "held")
RECEIVED = ("sent", "done")
WAITS_NO_LONGER = Domain("opco_transport_state", "=", "waiting") & Domain(
    "contract_id.opco_transport_state", "=", "sent"
)
# Seconds after which the other files are read in another run of the cron.
LONGEST_READING = 10.0
# Written by what becomes of the agreement, by nobody.
MIRRORED_FIELDS = frozenset(
    (
        "opco_transport_state",
        "opco_message",
        "opco_answered_at",
        "opco_dossier_number",
        "opco_sender_id",
    )
)


class ApprenticeshipAgreement(models.Model):
    """A training agreement told to the OPCO, after the contract it goes with.

    ::

        (none) --[contract on its way]--> waiting --[its receipt]--> queued
        (none) --[contract received]--> queued --> as any transmission
        (none) --[flow closed]--> portal --[a person]--> done
        unknown --[a person who looked]--> done, or the same bytes again
    """

    _inherit = "apprenticeship.agreement"

    opco_transport_state = fields.Selection(
        [
            ("waiting", "Waits for the contract's receipt"),
            ("queued", "Queued"),
            ("sent", "Received by the OPCO"),
            ("rejected", "Rejected"),
            ("retry", "To be tried again"),
            ("unknown", "To be verified"),
            ("held", "Held"),
            ("portal", "To be deposited on the OPCO's portal"),
            ("done", "At the OPCO, says a person"),
        ],
        string="Transmission",
        readonly=True,
        copy=False,
    )
    opco_message = fields.Text(
        string="Last message of the transmission", readonly=True, copy=False
    )
    opco_answered_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    opco_dossier_number = fields.Char(
        string="Sent for the dossier", readonly=True, copy=False
    )
    opco_sender_id = fields.Many2one(
        "res.users", string="Sent by", readonly=True, copy=False, ondelete="set null"
    )
    opco_contract_state = fields.Selection(
        related="contract_id.opco_transport_state", string="Contract's transmission"
    )
    opco_is_to_transmit = fields.Boolean(compute="_compute_opco_is_to_transmit")
    opco_closed_text = fields.Char(
        compute="_compute_opco_closed_text",
        groups="opco_ep_connector.group_consult",
    )

    _opco_waiting = models.Index("(contract_id) WHERE opco_transport_state = 'waiting'")

    @api.depends(
        "opco_transport_state",
        "opco_dossier_number",
        "contract_id.opco_internal_number",
    )
    def _compute_opco_is_to_transmit(self):
        for agreement in self:
            agreement.opco_is_to_transmit = not agreement._opco_has_left()

    @api.depends("opco_transport_state")
    def _compute_is_locked(self):
        return super()._compute_is_locked()

    @api.depends("contract_id")
    def _compute_opco_closed_text(self):
        connections, _reasons = self.contract_id._opco_route()
        for agreement in self:
            connection = connections.get(agreement.contract_id._origin)
            agreement.opco_closed_text = (
                agreement.opco_is_to_transmit
                and connection
                and not connection.profile_id._is_open(CONVENTIONS_DEPOSIT)
                and self.env._(
                    "Training agreements are not open at %(opco)s: enter this one on "
                    "its portal. Transmitting it from here leaves you a to-do with "
                    "what to enter.",
                    opco=connection.profile_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._opco_check_written(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._opco_check_written(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_what_has_not_left(self):
        self._check_not_left()

    @api.model
    def _opco_check_written(self, vals):
        if not self.env.su and MIRRORED_FIELDS & vals.keys():
            raise AccessError(
                self.env._("Only the exchanges with the OPCO write these fields.")
            )

    def _has_left(self):
        return self.sudo()._opco_has_left() or super()._has_left()

    def _opco_has_left(self):
        """Tell whether the OPCO has or may have it, for the dossier it has today."""
        if self.opco_transport_state in ON_ITS_WAY:
            return True
        return (
            self.opco_transport_state in RECEIVED
            and self.opco_dossier_number == self.contract_id.opco_internal_number
        )

    # ------------------------------------------------------------------ actions
    def action_opco_transmit(self):
        """Queue it; or wait for the contract's receipt; or leave a to-do."""
        self.ensure_one()
        self._opco_check_transmitter()
        preparation = self._opco_prepare()
        if preparation.blocking:
            raise UserError("\n".join(preparation.blocking))
        # Two people who click at once: the second sees that it has left.
        self.sudo().lock_for_update()
        self.sudo().opco_sender_id = self.env.user
        if self.contract_id.opco_transport_state in CONTRACT_ON_ITS_WAY:
            self.sudo().write(
                {"opco_transport_state": "waiting", "opco_message": False}
            )
            # The receipt may be written at this very moment, unseen from here.
            self._opco_wake_for_waiting()
        else:
            self._opco_leave(preparation)
        return self.contract_id._opco_notification("info", self._opco_what_follows())

    def action_opco_cancel(self):
        """Give up what has not left."""
        self.ensure_one()
        self._opco_check_transmitter()
        if self.opco_transport_state == "waiting":
            self._opco_forget()
        else:
            self._opco_transmission().with_user(self.env.user).action_cancel()

    def action_opco_send_again(self):
        """The OPCO does not have it, says a person: the same bytes leave again."""
        self.ensure_one()
        self._opco_check_transmitter()
        row = self._opco_unknown_transmission()
        row._send_again()
        self._opco_mirror(row)
        self._opco_tell(
            self.env._(
                "Training agreement looked for on the OPCO's portal and not found: it "
                "is sent again, exactly as it was."
            )
        )

    def action_opco_mark_received(self):
        """The OPCO has it, says whoever looked, or entered it on the portal."""
        self.ensure_one()
        self._opco_check_transmitter()
        if self.opco_transport_state == "unknown":
            self._opco_unknown_transmission()._record_seen()
        elif self.opco_transport_state != "portal":
            raise UserError(self._opco_decided_message())
        self.sudo().write(
            {
                "opco_transport_state": "done",
                "opco_message": False,
                "opco_answered_at": fields.Datetime.now(),
                "opco_dossier_number": self.contract_id.opco_internal_number,
            }
        )
        self._opco_drop_todo()
        self._opco_tell(self.env._("Training agreement seen on the OPCO's portal."))

    # ---------------------------------------------------------------- pre-flight
    def _opco_prepare(self):
        """Read, check and render the agreement once.

        :return: a `Preparation`, whose content is empty until there is a dossier
        """
        contract = self.contract_id
        connections, reasons = contract._opco_route()
        connection = connections.get(contract)
        preparation = Preparation(
            contract, connection, operation="convention", attachment=self._file()
        )
        preparation.blocking += filter(
            None, (self._opco_not_to_transmit(), reasons.get(contract))
        )
        blocking, advice = self._sentences()
        preparation.blocking += blocking
        preparation.warnings += advice
        if connection:
            preparation.blocking += self._opco_unfit_file(connection.profile_id)
            if contract.opco_internal_number:
                preparation.content = convention_body(
                    self._to_convention(), connection._norm_profile()
                )
        return preparation

    def _to_convention(self):
        return Convention(
            internal_number=self.contract_id.opco_internal_number,
            **asdict(self._to_agreement()),
        )

    def _opco_not_to_transmit(self):
        """Return why it may not leave, whatever it says, or nothing."""
        contract = self.contract_id
        is_closed = contract.opco_state in CLOSED_STATES
        if self._opco_has_left() and not is_closed:
            return self.env._("The OPCO has or may have this agreement.")
        if is_closed:
            return self.env._(
                "The OPCO has closed the dossier of %(contract)s: transmit the "
                "contract again first.",
                contract=contract.display_name,
            )
        if contract.opco_transport_state in (*CONTRACT_ON_ITS_WAY, "sent"):
            return None
        return self.env._(
            "%(contract)s has not been transmitted: transmit it first, then its "
            "agreement.",
            contract=contract.display_name,
        )

    def _opco_unfit_file(self, profile):
        """Return why this OPCO would not take the file."""
        file = self._file()
        if not file:
            return []
        if file.file_size > profile.max_file_megabytes * 1024 * 1024:
            return [
                self.env._(
                    "%(opco)s takes files of %(limit)s MB at the most, and %(name)s "
                    "weighs %(size)s MB: scan it in black and white, or at a lower "
                    "resolution.",
                    opco=profile.name,
                    limit=profile.max_file_megabytes,
                    name=file.name,
                    size=formatLang(self.env, file.file_size / 1024 / 1024, digits=1),
                )
            ]
        return []

    # ----------------------------------------------------------------- business
    def _opco_leave(self, preparation):
        profile = preparation.connection.profile_id
        if profile._is_open(CONVENTIONS_DEPOSIT):
            self._opco_queue(preparation)
        else:
            self._opco_leave_to_portal()

    def _opco_queue(self, preparation):
        """Freeze the bytes and the hash of the file: these leave, or nothing does."""
        rows = self.env["opco.transmission"]._queue([preparation]).sudo()
        rows.internal_number = self.contract_id.opco_internal_number
        self._opco_drop_todo()
        self._opco_mirror(rows)

    @api.model
    def _opco_send_waiting(self):
        """Send what the receipts of the contracts allow; for the delivery's cron.

        Each apart from the contract it goes with: its file may be slow or impossible to
        read.
        """
        began = time.monotonic()
        waiting = self.search(WAITS_NO_LONGER, order="id")
        for agreement in one_by_one(waiting):
            with isolated(self.env, "Waiting training agreement", agreement.id):
                in_own_transaction(self.env, agreement._opco_leave_at_last)
            if time.monotonic() - began > LONGEST_READING:
                in_own_transaction(self.env, self.env["opco.transmission"]._wake)
                return

    def _opco_leave_at_last(self):
        """The contract's receipt is there: what waited for it leaves."""
        for agreement in self.exists().filtered_domain(WAITS_NO_LONGER):
            sender = agreement.opco_sender_id
            spoken = agreement.with_context(lang=sender.lang or self.env.lang)
            spoken._opco_leave_or_say_why(sender)

    def _opco_wake_for_waiting(self):
        """Have the delivery look at what waits for a receipt."""
        if "waiting" in self.mapped("opco_transport_state"):
            self.env["opco.transmission"]._wake()

    def _opco_wait_no_more(self):
        """The contract will not leave: nothing is awaited."""
        for agreement in self:
            if agreement.opco_transport_state == "waiting":
                agreement._opco_forget()

    def _opco_give_up_waiting(self):
        """Its file turns out not to be the right one: what can be kept here is."""
        self._opco_wait_no_more()
        for agreement in self:
            row = agreement._opco_transmission()
            row.filtered(lambda row: row.state in row.NEVER_LEFT_STATES)._give_up()

    def _opco_leave_or_say_why(self, sender):
        self.opco_transport_state = False
        preparation = self._opco_prepare()
        preparation.sender = sender
        if preparation.is_sendable:
            self._opco_leave(preparation)
            return
        self.opco_message = "\n".join(preparation.blocking)
        self._opco_ask(
            self.env._("Training agreement to complete: it has not left"),
            preparation.blocking,
        )
        self._opco_notify()

    def _opco_forget(self):
        """Nothing of it has left: it may be transmitted again."""
        self.sudo().write(dict.fromkeys(MIRRORED_FIELDS, False))
        self._opco_drop_todo()
        self._opco_notify()

    def _opco_leave_to_portal(self):
        self.sudo().write({"opco_transport_state": "portal", "opco_message": False})
        self._opco_ask(
            self.env._("Deposit the training agreement on the OPCO's portal"),
            self._opco_lines_for_portal(),
        )
        self._opco_notify()

    def _opco_lines_for_portal(self):
        """Return what to enter, a line for each box; no amount that is restricted."""
        contract = self.contract_id.sudo()
        values = [
            (self.env._("OPCO number"), contract.opco_internal_number),
            (self.env._("Dossier number"), contract.opco_external_number),
            (self.env._("Apprentice"), contract.apprentice_id.name),
            (self.env._("Employer's SIRET"), self.employer_siret),
            (self.env._("Signed file"), self._file().name),
            (self.env._("Signed on"), contract._opco_day(self.signed_on)),
            (self.env._("Teaching cost"), f"{self.teaching_cost:.2f} €"),
            (self.env._("First equipment"), f"{self.first_equipment:.2f} €"),
            (self.env._("Meals over the contract"), self.meals),
            (self.env._("Nights over the contract"), self.nights),
        ]
        lines = [
            self.env._("%(label)s: %(value)s", label=label, value=value)
            for label, value in values
            if value
        ]
        return [
            *lines,
            self.env._(
                "Once it is deposited: « Mark as received » on the training agreement."
            ),
        ]

    def _opco_what_follows(self):
        return {
            "waiting": self.env._(
                "The agreement waits for the contract's receipt, then leaves by itself."
            ),
            "portal": self.env._(
                "The OPCO does not take it from here: a to-do says what to enter on "
                "its portal."
            ),
        }.get(self.opco_transport_state) or self.env._(
            "%(contract)s is on its way.", contract=self.display_name
        )

    def _opco_transmission(self):
        """Return the transmission by which it leaves, or left, beside its contract."""
        contract = self.contract_id.sudo()
        return contract.opco_transmission_ids._of_operation("convention").filtered(
            lambda row: row.is_live and row.environment == contract.opco_environment
        )

    def _opco_unknown_transmission(self):
        """:raises UserError: when somebody else has decided meanwhile"""
        row = self._opco_transmission()
        row.lock_for_update(allow_referencing=True)
        if row.state != "unknown":
            raise UserError(self._opco_decided_message())
        return row

    def _opco_decided_message(self):
        return self.env._("This was already decided: reload the agreement to see it.")

    def _opco_check_transmitter(self):
        self.contract_id._opco_check_transmitter()
        self.check_access("read")

    def _opco_badge(self):
        """Return where it stands, as the checklist of documents shows it."""
        colors = {
            "waiting": "info",
            "queued": "info",
            "sent": "success",
            "done": "success",
            "rejected": "danger",
        }
        field = self._fields["opco_transport_state"]
        texts = dict(field._description_selection(self.env))
        state = self.opco_transport_state
        return {"text": texts[state], "color": colors.get(state, "warning")}

    # ------------------------------------------------------------------ mirrors
    def _opco_mirror(self, row):
        """Show on the agreement where its transmission stands."""
        self.sudo().write(
            {
                "opco_transport_state": row.state,
                "opco_message": row.message,
                "opco_answered_at": row.answered_at,
                "opco_dossier_number": row.internal_number,
            }
        )
        spoken = self.with_context(lang=row.user_id.lang or self.env.lang)
        spoken._opco_ask_or_drop(row)
        self._opco_notify()

    def _opco_ask_or_drop(self, row):
        said = (row.message or "").splitlines()
        if row.state == "rejected":
            self._opco_ask(
                self.env._(
                    "Training agreement rejected: %(reason)s",
                    reason=" ".join(said[:1]),
                ),
                said,
            )
        elif row.state == "unknown":
            self._opco_ask(
                self.env._("Look whether the OPCO has the training agreement"),
                [*said, *self._opco_what_to_look_for()],
            )
        else:
            self._opco_drop_todo()

    def _opco_mirror_unsendable(self, row):
        """Say why nothing left, where the person looks; a to-do if the flow closed."""
        self._opco_forget()
        self.sudo().write(
            {"opco_message": row.message, "opco_sender_id": row.user_id.id}
        )
        spoken = self.with_context(lang=row.user_id.lang or self.env.lang)
        if row.profile_id._is_open(CONVENTIONS_DEPOSIT):
            spoken._opco_ask(
                spoken.env._("Training agreement to complete: it has not left"),
                (row.message or "").splitlines(),
            )
        else:
            spoken._opco_leave_to_portal()

    def _opco_what_to_look_for(self):
        """Return what to look at on the portal, and what to click then."""
        return [
            self.env._(
                "The OPCO's API does not tell which agreements it has. Open the "
                "dossier %(number)s on its portal and look for the file %(file)s.",
                number=self.contract_id.opco_internal_number,
                file=self._file().name or "?",
            ),
            self.env._(
                "It is there: « Mark as received ». It is not: « Send again », the "
                "same content leaves."
            ),
        ]

    def _opco_ask(self, summary, lines):
        """Leave one open activity on the contract, for whoever sent the agreement."""
        self._opco_drop_todo()
        contract = self.contract_id.sudo()
        candidates = (self.sudo().opco_sender_id, contract.user_id)
        person = next(filter(contract._opco_may_be_asked, candidates), None)
        if person is None:
            return
        contract.with_context(mail_activity_quick_update=True).activity_schedule(
            TODO,
            user_id=person.id,
            summary=shorten(summary, SUMMARY_LENGTH, placeholder="…"),
            note=Markup("<br/>").join(lines),
        )

    def _opco_drop_todo(self):
        self.contract_id.sudo().activity_unlink([TODO])

    def _opco_tell(self, sentence):
        self.contract_id._message_log(body=Markup("%s") % sentence)
        self._opco_notify()
        self.contract_id._opco_notify()

    def _opco_notify(self):
        """Tell the open screens which agreements have moved: ids only."""
        group = self.env.ref("opco_ep_connector.group_consult").sudo()
        group._bus_send("opco_ep_connector/agreements", {"ids": self.ids})
