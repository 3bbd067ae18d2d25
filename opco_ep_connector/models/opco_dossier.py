# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..convergence.errors import AuthRefused, ConvergenceError
from ..convergence.redact import redact_text
from ..settlement import Settlement
from ..termination_settlement import TerminationSettlement
from .outcome_messages import explain_failure
from .transactions import in_own_transaction, isolated

_logger = logging.getLogger(__name__)

# The norm's states (§4.1) and ours; a state that is not here is shown as it is.
STATE_OF_NORM = {
    "TRANSMIS": "transmitted",
    "EN_COURS_INSTRUCTION": "in_progress",
    "ENGAGE": "committed",
    "REFUSE": "refused",
    "ANNULE": "cancelled",
    "RUPTURE": "broken",
    "SOLDE": "settled",
}
DOSSIER_STATES = [
    ("transmitted", "Transmitted"),
    ("in_progress", "Under instruction"),
    ("committed", "Committed"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("broken", "Broken"),
    ("settled", "Settled"),
    ("other", "Other state"),
]
# What the OPCO's state means for the contract itself.
CONTRACT_STATE = {
    "committed": "active",
    "broken": "broken",
    "cancelled": "cancelled",
    "settled": "ended",
}


class OpcoDossier(models.Model):
    """What an OPCO holds: a mirror, written by what is read from it only."""

    _name = "opco.dossier"
    _description = "OPCO Dossier"
    _order = "first_seen_at desc, id desc"
    _rec_name = "internal_number"
    _check_company_auto = True

    connection_id = fields.Many2one(
        "opco.connection", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, index=True
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("test", "Test"), ("production", "Production")],
        required=True,
    )
    contract_id = fields.Many2one(
        "apprenticeship.contract",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty when the dossier was not sent from here.",
    )
    internal_number = fields.Char(required=True)
    external_number = fields.Char(index="btree_not_null")
    deca_number = fields.Char(string="DECA number", index="btree_not_null")
    raw_state = fields.Char(help="As the OPCO writes it.")
    state = fields.Selection(DOSSIER_STATES, index=True)
    comment = fields.Text(string="OPCO's comment")
    instalments = fields.Json(string="Payment schedule")
    first_seen_at = fields.Datetime(required=True)
    state_changed_at = fields.Datetime()

    _number_uniq = models.Constraint(
        "UNIQUE(connection_id, environment, internal_number)",
        "This dossier is already known.",
    )

    @api.model
    def _record_states(self, connection, states):
        """Create the dossiers that a list shows and we did not know.

        :param states: `convergence` DossierState values
        :return: the dossiers of our contracts whose state or numbers changed
        """
        known = {
            dossier.internal_number: dossier
            for dossier in self.search(
                [
                    ("connection_id", "=", connection.id),
                    ("environment", "=", connection.environment),
                ]
            )
        }
        # Without the number that every later call needs, a line says nothing.
        states = [state for state in states if state.internal_number]
        unknown = {
            state.internal_number: state
            for state in states
            if state.internal_number not in known
        }
        self.create(
            [
                connection._dossier_identity(state.internal_number)
                | self._values_of(connection, state)
                for state in unknown.values()
            ]
        )
        moved = self.browse()
        for state in states:
            dossier = known.get(state.internal_number)
            if not dossier or not dossier._differs_from(connection, state):
                continue
            if dossier.contract_id:
                moved |= dossier
            else:
                dossier.write(self._values_of(connection, state))
        return moved

    @api.model
    def _adopt(self, transmissions):
        """Give their dossiers to contracts that the OPCO has just received.

        :param transmissions: received ones
        :return: the dossier of each, by the id of the transmission
        """
        known = {
            (dossier.connection_id, dossier.environment, dossier.internal_number): (
                dossier
            )
            for dossier in self.search(
                [
                    ("connection_id", "in", transmissions.connection_id.ids),
                    (
                        "internal_number",
                        "in",
                        transmissions.mapped("internal_number"),
                    ),
                ]
            )
        }
        adopted = {}
        for row in transmissions:
            dossier = known.get(
                (row.connection_id, row.environment, row.internal_number)
            )
            if dossier:
                dossier.write(self._values_of_receipt(row))
                adopted[row.id] = dossier
        missing = transmissions.filtered(lambda row: row.id not in adopted)
        created = self.create([self._values_to_open(row) for row in missing])
        return adopted | dict(zip(missing.ids, created, strict=True))

    @api.model
    def _values_of_receipt(self, transmission):
        return {
            "contract_id": transmission.contract_id.id,
            "external_number": transmission.external_number,
            "deca_number": transmission.deca_number,
        }

    @api.model
    def _values_to_open(self, transmission):
        connection = transmission.connection_id
        return (
            connection._dossier_identity(transmission.internal_number)
            | {"environment": transmission.environment}
            | self._values_of_receipt(transmission)
            | self._state_values(connection, "TRANSMIS")
        )

    @api.model
    def _state_values(self, connection, raw_state):
        return {
            "raw_state": raw_state,
            "state": STATE_OF_NORM.get(
                connection.profile_id._norm_state(raw_state), "other"
            ),
            "state_changed_at": fields.Datetime.now(),
        }

    @api.model
    def _values_of(self, connection, state):
        return {
            "external_number": state.external_number,
            "deca_number": state.deca_number,
            **self._state_values(connection, state.raw_state),
        }

    def _differs_from(self, connection, state):
        norm_state = connection.profile_id._norm_state
        return (
            norm_state(self.raw_state) != norm_state(state.raw_state)
            or (state.external_number and self.external_number != state.external_number)
            or (state.deca_number and self.deca_number != state.deca_number)
        )

    @api.model
    def _wake(self, at=None):
        cron = self.env.ref("opco_ep_connector.ir_cron_refresh").sudo()
        cron._trigger(at=at)

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_refresh(self):
        """Read the states of every active connection."""
        for connection in self.env["opco.connection"].search(
            [("state", "=", "active")]
        ):
            with isolated(self.env, "Refresh of connection", connection.id):
                self._refresh_connection(connection)

    @api.model
    def _refresh_connection(self, connection):
        try:
            client = connection._client()
            states = client.list_states().states
        except AuthRefused as error:
            message = explain_failure(connection._in_company_language().env, error)
            in_own_transaction(self.env, lambda: connection._stop(message))
            return
        except (ConvergenceError, UserError) as error:
            _logger.warning("%s: states not read: %s", connection.name, error)
            return
        changed_ids = in_own_transaction(
            self.env, lambda: self._record_states(connection, states).ids
        )
        Settlement(connection, client).run()
        TerminationSettlement(connection, client).run()
        for dossier_id in changed_ids:
            self.browse(dossier_id)._refresh_detail(client)

    def _refresh_detail(self, client):
        try:
            detail = client.read_dossier(internal_number=self.internal_number)
        except ConvergenceError as error:
            _logger.warning("Dossier %s not read: %s", self.internal_number, error)
            return
        if detail is None:
            _logger.warning("Dossier %s is listed, not found", self.internal_number)
            return
        in_own_transaction(self.env, lambda: self._apply_detail(detail))

    def _apply_detail(self, detail):
        """Mirror what the OPCO says, journal it, and tell the contract."""
        values = {
            "external_number": detail.external_number or self.external_number,
            "deca_number": detail.deca_number or self.deca_number,
            "comment": redact_text(detail.comment or "") or False,
            "instalments": list(detail.instalments),
        }
        if detail.raw_state and detail.raw_state != self.raw_state:
            values |= self._state_values(self.connection_id, detail.raw_state)
        if all(self[name] == value for name, value in values.items()):
            return
        self.env["opco.exchange"]._journal(self.connection_id, detail.exchange)
        former_state = self.raw_state
        self.write(values)
        contract = self.contract_id
        # A dossier refused before does not speak for the one sent since.
        if not contract or contract.opco_internal_number != self.internal_number:
            return
        contract._opco_mirror(self)
        if self.raw_state != former_state:
            language = contract.user_id.lang or self.env.lang
            self.with_context(lang=language)._log_state_on_contract()
        contract._opco_notify()

    def _log_state_on_contract(self):
        # Remote text: Markup escapes its arguments.
        body = Markup("%s") % self.env._(
            "%(opco)s: %(state)s",
            opco=self.connection_id.profile_id.name,
            state=self._state_label(),
        )
        if self.deca_number:
            body += Markup("<br/>%s") % self.env._(
                "DECA number: %(number)s", number=self.deca_number
            )
        if self.comment:
            body += Markup("<br/>« %s »") % self.comment
        self.contract_id._message_log(body=body)

    def _state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.raw_state if self.state == "other" else labels.get(self.state)
