# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_contract import (
    PERSONAL_DATA,
)

from .. import pace
from ..comparison import Comparison, KnownDossier, NormStates
from ..refresh import Refresh

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
# It has not committed, or no longer.
UNDECIDED_STATES = ("transmitted", "in_progress", "refused")
# The OPCO will not change its mind: what its list leaves out is not asked for.
FINAL_STATES = ("refused", "cancelled", "settled")
# Such a dossier is not the contract that somebody is preparing.
GONE_STATES = ("refused", "cancelled", "broken", "settled")
# Details asked in one run of what the list leaves out, and how often.
MISSING_PER_RUN = 50
MISSING_AGAIN = timedelta(hours=4)
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
    instalments = fields.Json(
        string="Payment schedule",
        groups=PERSONAL_DATA,
        help="Its amounts tell whether a disability was recognised.",
    )
    date_broken = fields.Date(
        string="Broken on", help="Last day of the contract, as the OPCO has it."
    )
    first_seen_at = fields.Datetime(required=True)
    state_changed_at = fields.Datetime()
    committed_at = fields.Datetime(
        string="Committed on",
        compute="_compute_committed_at",
        store=True,
        help="When it was first seen committed.",
    )
    missing_since = fields.Datetime(
        string="Not listed since",
        help="The OPCO's list leaves it out; that does not mean that it is gone.",
    )
    asked_at = fields.Datetime(help="Somebody wants its detail read now.")
    detail_read_at = fields.Datetime(string="Detail read on")
    failed_reads = fields.Integer(help="Times in a row its detail could not be read.")
    employer_siret = fields.Char(string="Employer's SIRET")
    date_start = fields.Date(string="Start of the contract")
    date_effect = fields.Date(string="Effect of the amendment")
    match_key = fields.Char(
        help="Employer and start, as they stand on the contracts to compare."
    )
    nir_digest = fields.Char(groups=fields.NO_ACCESS)
    names_digest = fields.Char(groups=fields.NO_ACCESS)
    proposed_contract_id = fields.Many2one(
        "apprenticeship.contract",
        string="Looks like",
        ondelete="set null",
        index="btree_not_null",
        help="The same contract, as far as one can tell: a person decides.",
    )

    _number_uniq = models.Constraint(
        "UNIQUE(connection_id, environment, internal_number)",
        "This dossier is already known.",
    )
    # When the OPCO committed to it, for the figures.
    _committed = models.Index(
        "(connection_id, environment, internal_number) INCLUDE (committed_at)"
    )
    _to_match = models.Index("(match_key) WHERE contract_id IS NULL")

    @api.depends("state")
    def _compute_committed_at(self):
        for dossier in self:
            seen_now = dossier.state == "committed" and dossier.state_changed_at
            dossier.committed_at = dossier.committed_at or seen_now

    # ------------------------------------------------------------------ actions
    def action_refresh(self):
        """Have the details of these dossiers read now, whatever changed."""
        self.check_access("read")
        dossiers = self.sudo()
        dossiers.asked_at = fields.Datetime.now()
        self.env["opco.polling"]._ask(dossiers.connection_id)
        return self._asked_notification()

    def action_link(self):
        """Choose the contract that this dossier is."""
        self.ensure_one()
        self.env["opco.transmission"]._check_transmitter()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to a contract"),
            "res_model": "opco.link",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dossier_id": self.id},
        }

    def action_open_contract(self):
        self.ensure_one()
        return (self.contract_id or self.proposed_contract_id)._get_records_action()

    @api.model
    def _asked_notification(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The states are being asked to the OPCO."),
            },
        }

    # --------------------------------------------------------------------- list
    @api.model
    def _record_states(self, connection, listed):
        """Compare a list with what is known; mirror what was not sent from here.

        What is ours changes with its detail only, so that a dossier whose detail could
        not be read still looks changed the next time.

        :param listed: a `convergence` StateList
        :return: a `Comparison`
        """
        norm_states = NormStates(connection.profile_id._norm_state)
        known = self._known(connection)
        seen, unknown, ours, others, back = set(), {}, [], {}, []
        for state in listed.states:
            number = state.internal_number
            # Without the number that every later call needs, a line says nothing.
            if not number or number in seen:
                continue
            seen.add(number)
            line = known.get(number)
            if line is None:
                unknown[number] = state
                continue
            if line.is_missing:
                back.append(line.id)
            if line.differs_from(state, norm_states):
                if line.is_ours:
                    ours.append(line.id)
                else:
                    others[line.id] = state
        self.create(
            [
                connection._dossier_identity(number)
                | self._values_of(connection, state)
                for number, state in unknown.items()
            ]
        )
        for dossier in self.browse(others):
            dossier.write(self._values_of(connection, others[dossier.id]))
        self.browse(back).write({"missing_since": False})
        missing = [line for line in known.values() if line.number not in seen]
        missing = missing if listed.is_complete else []
        newly_missing = [line.id for line in missing if not line.is_missing]
        self.browse(newly_missing).write({"missing_since": fields.Datetime.now()})
        return Comparison(
            tuple(ours),
            tuple(line.id for line in missing if line.is_ours),
            bool(unknown or others or ours or newly_missing or back),
        )

    @api.model
    def _known(self, connection):
        """Return what is known of a connection's dossiers, without their records."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, internal_number, external_number, deca_number, raw_state, "
                "contract_id IS NOT NULL, missing_since IS NOT NULL FROM opco_dossier "
                "WHERE connection_id = %s AND environment = %s",
                connection.id,
                connection.environment,
            )
        )
        return {row[1]: KnownDossier(*row) for row in rows}

    @api.model
    def _to_read(self, connection, comparison):
        """Return the ids of the dossiers whose detail is to be read, pressing first."""
        domain = Domain("connection_id", "=", connection.id) & Domain(
            "environment", "=", connection.environment
        )
        asked = self.search(domain & Domain("asked_at", "!=", False))
        changed = self.browse(comparison.changed_ids).sorted("failed_reads")
        return (
            asked
            | self._candidates(connection).filtered(lambda one: not one.detail_read_at)
            | changed
            | self._missing_to_read(domain, comparison)
            | self._never_read(domain, connection)
        ).ids

    @api.model
    def _candidates(self, connection):
        """Return what may be one of the transmissions that got no answer."""
        rows = self._unknown_transmissions(connection)
        if not rows:
            return self.browse()
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("environment", "=", connection.environment),
                ("contract_id", "=", False),
                ("first_seen_at", ">=", min(rows.mapped("claimed_at"))),
            ],
            order="failed_reads, id",
        )

    @api.model
    def _unknown_transmissions(self, connection):
        return self.env["opco.transmission"].search(
            [
                ("connection_id", "=", connection.id),
                ("environment", "=", connection.environment),
                ("state", "=", "unknown"),
                ("operation", "=", "contract"),
            ],
            order="id",
        )

    @api.model
    def _missing_to_read(self, domain, comparison):
        if not comparison.missing_ids:
            return self.browse()
        before = fields.Datetime.now() - MISSING_AGAIN
        return self.search(
            domain
            & Domain("missing_since", "!=", False)
            & Domain("contract_id", "!=", False)
            & Domain("state", "not in", FINAL_STATES)
            & (
                Domain("detail_read_at", "=", False)
                | Domain("detail_read_at", "<", before)
            ),
            order="failed_reads, detail_read_at NULLS FIRST",
            limit=MISSING_PER_RUN,
        )

    @api.model
    def _never_read(self, domain, connection):
        """Return what others deposited, if somebody here prepares a contract."""
        contracts = self.env["apprenticeship.contract"]
        if not contracts._opco_awaits_deposit(connection.company_id):
            return self.browse()
        return self.search(
            domain
            & Domain("contract_id", "=", False)
            & Domain("detail_read_at", "=", False)
            & Domain("state", "not in", GONE_STATES),
            order="failed_reads, id desc",
        )

    @api.model
    def _has_open(self, connection):
        """Tell whether the OPCO has yet to decide on something of ours."""
        return bool(
            self.search_count(
                [
                    ("connection_id", "=", connection.id),
                    ("environment", "=", connection.environment),
                    ("contract_id", "!=", False),
                    ("state", "not in", FINAL_STATES),
                ],
                limit=1,
            )
        )

    @api.model
    def _adopt(self, transmissions):
        """Give their dossiers to contracts that the OPCO has just received.

        :param transmissions: received ones
        :return: the dossier of each, by the id of the transmission
        """
        # They are followed closely for a while.
        self._wake(at=fields.Datetime.now() + pace.SOON)
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
                (dossier.contract_id - row.contract_id)._opco_lose(dossier)
                dossier.write(self._values_of_receipt(row))
                adopted[row.id] = dossier
        missing = transmissions.filtered(lambda row: row.id not in adopted)
        created = self.create([self._values_to_open(row) for row in missing])
        return adopted | dict(zip(missing.ids, created, strict=True))

    @api.model
    def _values_of_receipt(self, transmission):
        return {
            "contract_id": transmission.contract_id.id,
            "proposed_contract_id": False,
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
        values = self._state_values(connection, state.raw_state)
        if state.external_number:
            values["external_number"] = state.external_number
        if state.deca_number:
            values["deca_number"] = state.deca_number
        if values["state"] in GONE_STATES:
            values["proposed_contract_id"] = False
        return values

    @api.model
    def _wake(self, at=None):
        """Wake the cron, unless it already wakes by then."""
        cron = self.env.ref("opco_ep_connector.ir_cron_refresh").sudo()
        now = fields.Datetime.now()
        if at and at > now:
            planned = [
                ("cron_id", "=", cron.id),
                ("call_at", ">", now),
                ("call_at", "<=", at),
            ]
            if self.env["ir.cron.trigger"].sudo().search_count(planned, limit=1):
                return
        cron._trigger(at=at)

    # --------------------------------------------------------------------- cron
    @api.model
    def _cron_refresh(self):
        """Read the states of the connections whose time has come."""
        Refresh(self.env).run()
