# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date, timedelta

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_contract import (
    PERSONAL_DATA,
)

from .. import pace
from ..comparison import Comparison, KnownDossier, NormStates
from ..convergence.redact import redact_text
from ..fingerprints import Fingerprint, fingerprint, identity, is_same_contract
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
    dismissed_contract_ids = fields.Many2many(
        "apprenticeship.contract",
        "opco_dossier_dismissed_rel",
        string="Not the same as",
    )
    linked_at = fields.Datetime(string="Linked on")
    linked_by_id = fields.Many2one("res.users", string="Linked by", ondelete="set null")

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

    # ------------------------------------------------------------------- detail
    def _record_detail(self, detail):
        """Mirror what the OPCO says of one dossier.

        :param detail: a `convergence` Dossier
        :return: whether something changed
        """
        read_at = detail.exchange.started_at.replace(tzinfo=None, microsecond=0)
        if self.detail_read_at and read_at < self.detail_read_at:
            # An older answer, written late.
            return False
        self.write({"detail_read_at": read_at, "asked_at": False, "failed_reads": 0})
        if self.contract_id:
            return self._apply_detail(detail)
        self.write(self._identity_values(detail))
        return False

    def _record_unread(self):
        self.write({"failed_reads": self.failed_reads + 1, "asked_at": False})

    def _identity_values(self, detail):
        """Return what is kept to recognise the contract of a dossier."""
        found = identity(detail.cerfa)
        kept = fingerprint(found, self.connection_id.sudo().vault_id)
        return {
            "employer_siret": found.employer_siret,
            "date_start": _date(found.start),
            "date_effect": _date(found.effect),
            "match_key": kept.key,
            "nir_digest": kept.by_nir,
            "names_digest": kept.by_names,
        }

    def _fingerprint(self):
        dossier = self.sudo()
        return Fingerprint(
            dossier.match_key or "",
            dossier.nir_digest or "",
            dossier.names_digest or "",
            dossier.date_effect.isoformat() if dossier.date_effect else "",
        )

    def _apply_detail(self, detail):
        """Mirror what the OPCO says, journal it, and tell the contract.

        :return: whether something changed
        """
        values = {
            "external_number": detail.external_number or self.external_number,
            "deca_number": detail.deca_number or self.deca_number,
            "comment": redact_text(detail.comment or "") or False,
            "instalments": list(detail.instalments),
            "date_broken": detail.broken_on or self.date_broken,
        }
        if detail.raw_state and detail.raw_state != self.raw_state:
            values |= self._state_values(self.connection_id, detail.raw_state)
        if all(
            (self[name] or False) == (value or False) for name, value in values.items()
        ):
            return False
        self.env["opco.exchange"]._journal(
            self.connection_id, detail.exchange, dossier=self
        )
        former_state = self.raw_state
        self.write(values)
        contract = self.contract_id
        # A dossier refused before does not speak for the one sent since.
        if contract.opco_internal_number != self.internal_number:
            return True
        contract._opco_mirror(self)
        if self.raw_state != former_state:
            language = contract.user_id.lang or self.env.lang
            self.with_context(lang=language)._log_state_on_contract()
        contract._opco_notify()
        return True

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
        if self.date_broken:
            body += Markup("<br/>%s") % self.env._(
                "Last day of the contract at the OPCO: %(date)s",
                date=f"{self.date_broken:%d/%m/%Y}",
            )
        if self.comment:
            body += Markup("<br/>« %s »") % self.comment
        self.contract_id._message_log(body=body)

    def _contract_state(self):
        """Return what the OPCO's state means for the contract, or nothing."""
        # A contract that was broken stays so when the OPCO has paid what it owes.
        if self.state == "settled" and self.date_broken:
            return CONTRACT_STATE["broken"]
        return CONTRACT_STATE.get(self.state)

    def _days_of_deposit(self):
        """Return what the rules on the legal clocks need to know, by name."""
        contract = self.contract_id
        received_on = contract._opco_received_on() or None
        answered_at = self.state_changed_at or self.first_seen_at
        return {
            # Deposited elsewhere: on that day at the latest.
            "deposited_on": received_on or contract._legal_day(self.first_seen_at),
            "complete_on": received_on,
            "answered_on": (
                None
                if contract._opco_awaits_answer()
                else contract._legal_day(answered_at)
            ),
        }

    def _state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.raw_state if self.state == "other" else labels.get(self.state)

    # ----------------------------------------------------------------- proposals
    @api.model
    def _domain_proposed(self):
        """What a person must decide about before its contract leaves."""
        return (
            Domain("proposed_contract_id", "!=", False)
            & Domain("contract_id", "=", False)
            & Domain("state", "not in", GONE_STATES)
        )

    @api.model
    def _propose_for(self, connection):
        """Recognise contracts to transmit among what others deposited."""
        proposed = self._domain_proposed() & Domain("connection_id", "=", connection.id)
        self._drop_stale(self.search(proposed))
        return self._propose(SQL("d.connection_id = %s", connection.id))

    @api.model
    def _propose_to(self, contracts):
        """Look whether the OPCO already has these contracts."""
        if contracts.ids:
            self._drop_stale(
                self.search([("proposed_contract_id", "in", contracts.ids)])
            )
            self._propose(SQL("c.id IN %s", tuple(contracts.ids)))

    @api.model
    def _propose(self, condition):
        """:return: the dossiers newly proposed"""
        proposed = self.browse()
        pairs = self._pairs(condition)
        contracts = self.env["apprenticeship.contract"].browse(
            contract_id for _dossier_id, contract_id in pairs
        )
        identities = contracts._opco_identities()
        for dossier_id, contract_id in pairs:
            dossier = self.browse(dossier_id)
            contract = contracts.browse(contract_id)
            if dossier not in proposed and dossier._is_of(contract, identities):
                dossier.proposed_contract_id = contract
                contract._opco_hold_back(dossier)
                proposed |= dossier
        return proposed

    @api.model
    def _drop_stale(self, proposed):
        """Forget the proposals for contracts that were changed since."""
        identities = proposed.proposed_contract_id._opco_identities()
        for dossier in proposed:
            if not dossier._is_of(dossier.proposed_contract_id, identities):
                contract = dossier.proposed_contract_id
                dossier.proposed_contract_id = False
                contract._opco_let_go()

    def _is_of(self, contract, identities):
        """Tell whether this dossier looks like a contract that would go its way."""
        connection, found = identities.get(contract, (None, None))
        if not connection or connection.environment != self.environment:
            return False
        if connection.profile_id != self.connection_id.profile_id:
            return False
        salt = self.connection_id.sudo().vault_id
        return is_same_contract(fingerprint(found, salt), self._fingerprint())

    @api.model
    def _pairs(self, condition):
        """Return (dossier, contract) ids of the same employer and start."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT d.id, c.id
                  FROM opco_dossier d
                  JOIN apprenticeship_contract c
                    ON c.opco_match_key = d.match_key AND c.company_id = d.company_id
                 WHERE d.contract_id IS NULL
                   AND d.proposed_contract_id IS NULL
                   AND d.match_key != ''
                   AND d.state NOT IN %s
                   AND c.state IN ('draft', 'ready')
                   AND (c.opco_transport_state IS NULL
                        OR c.opco_transport_state IN
                           ('queued', 'retry', 'held', 'rejected')
                        OR c.opco_state IN ('refused', 'cancelled'))
                   AND NOT EXISTS (
                       SELECT FROM opco_transmission t
                        WHERE t.contract_id = c.id AND t.is_live
                          AND t.operation = 'contract'
                          AND t.state NOT IN ('queued', 'retry', 'held'))
                   AND NOT EXISTS (
                       SELECT FROM opco_dossier_dismissed_rel r
                        WHERE r.opco_dossier_id = d.id
                          AND r.apprenticeship_contract_id = c.id)
                   AND %s
                 ORDER BY d.id DESC, c.id
                """,
                GONE_STATES,
                condition,
            )
        )

    def _link(self, contract):
        """Take this dossier as the contract's: it is followed, and never sent.

        :raises UserError: when it cannot be
        """
        self.ensure_one()
        self.lock_for_update()
        contract.lock_for_update(allow_referencing=True)
        if self.contract_id:
            raise UserError(
                self.env._(
                    "The dossier %(number)s is already linked to %(contract)s.",
                    number=self.internal_number,
                    contract=self.contract_id.display_name,
                )
            )
        if self.environment != self.connection_id.environment:
            raise UserError(
                self.env._(
                    "The dossier %(number)s is of another environment than the "
                    "connection %(connection)s is in now: it says nothing of the "
                    "contract there.",
                    number=self.internal_number,
                    connection=self.connection_id.name,
                )
            )
        contract._opco_withdraw()
        self.write(
            {
                "contract_id": contract.id,
                "proposed_contract_id": False,
                "linked_at": fields.Datetime.now(),
                "linked_by_id": self.env.uid,
            }
        )
        # One contract, one dossier: what else looked like it is decided too.
        self.search([("proposed_contract_id", "=", contract.id)]).write(
            {"proposed_contract_id": False}
        )
        contract._opco_take(self)
        # The number, the schedule and the comment come with the detail.
        self.asked_at = fields.Datetime.now()
        self.env["opco.polling"]._ask(self.connection_id)

    def _detach(self):
        """Forget the contract that it was linked to, and do not propose it again."""
        self.write(
            {
                "dismissed_contract_ids": [Command.link(self.contract_id.id)],
                "contract_id": False,
                "linked_at": False,
                "linked_by_id": False,
            }
        )

    def _dismiss(self):
        """Remember that it is another contract, and let the proposed one leave."""
        contract = self.proposed_contract_id
        self.write(
            {
                "dismissed_contract_ids": [Command.link(contract.id)],
                "proposed_contract_id": False,
            }
        )
        contract._opco_refuse(self)


def _date(text):
    """Return a date the OPCO wrote, or nothing when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return False
