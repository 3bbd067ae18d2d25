# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..fingerprints import fingerprint, is_same_contract
from .opco_dossier import GONE_STATES


class OpcoDossier(models.Model):
    """The contract that a dossier deposited elsewhere seems to be, or is linked to."""

    # A subject of its own, in a file of its own.
    _inherit = "opco.dossier"  # pylint: disable=consider-merging-classes-inherited

    dismissed_contract_ids = fields.Many2many(
        "apprenticeship.contract",
        "opco_dossier_dismissed_rel",
        string="Not the same as",
    )
    linked_at = fields.Datetime(string="Linked on")
    linked_by_id = fields.Many2one("res.users", string="Linked by", ondelete="set null")

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
