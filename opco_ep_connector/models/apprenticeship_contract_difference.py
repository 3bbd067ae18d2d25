# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models

from odoo.addons.l10n_fr_apprenticeship.cerfa.amendments import (
    OWN_BOXES,
    reasons_to_change_all,
)
from odoo.addons.l10n_fr_apprenticeship.cerfa.changes import (
    masked_changes,
    shown_changes,
)
from odoo.addons.l10n_fr_apprenticeship.cerfa.findings import title_of
from odoo.addons.l10n_fr_apprenticeship.models.apprenticeship_contract import (
    PERSONAL_DATA,
)

from ..convergence import payload
from ..sent_form import difference
from .apprenticeship_contract import ADDRESS_OF_NOBODY

# What is over is not corrected any more.
COMPARED_STATES = ("draft", "ready", "active")
# Boxes that the banner names; the comparison shows them all.
NAMED_BOXES = 3


class ApprenticeshipContract(models.Model):
    """What differs between the record of now and what was sent."""

    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    opco_difference_kind = fields.Selection(
        [
            ("corrected", "Corrected since the OPCO said no"),
            ("waiting", "Modified before it left"),
            ("uncertain", "Modified while its receipt is awaited"),
            ("amendable", "Modified since it was received, may be amended"),
            ("received", "Modified since it was received"),
            ("unreadable", "Not as it was sent, which is erased"),
        ],
        string="Modified since it was sent, and what follows",
        compute="_compute_opco_difference",
        groups="opco_ep_connector.group_consult",
    )
    opco_difference_text = fields.Char(
        string="What differs",
        compute="_compute_opco_difference",
        groups="opco_ep_connector.group_consult",
    )
    opco_difference_advice = fields.Char(
        string="What to do",
        compute="_compute_opco_difference",
        groups="opco_ep_connector.group_consult",
    )

    @api.depends(lambda self: self._opco_difference_depends())
    @api.depends_context("uid", "lang")
    def _compute_opco_difference(self):
        differences = self._opco_differences()
        for contract in self:
            found = differences.get(contract)
            contract.opco_difference_kind = found and contract._opco_kind_of(found)
            contract.opco_difference_text = found and contract._opco_what_differs(found)
            contract.opco_difference_advice = found and contract._opco_advice(found)

    # ------------------------------------------------------------------ actions
    def action_opco_compare(self):
        """Show, box by box, what was sent and what the record says now."""
        self.ensure_one()
        self._opco_check_consult()
        return self.env["opco.comparison"]._open(self)

    def action_opco_amend(self):
        """Open the guided amendment, its type chosen when only one fits."""
        self.ensure_one()
        self._opco_check_consult()
        action = self.action_amend()
        found = self._opco_differences().get(self)
        types = reasons_to_change_all(found.essential_paths) if found else ()
        if len(types) != 1:
            return action
        reason = self.env["apprenticeship.code"].search(
            [
                ("table", "=", "contract_type"),
                ("code", "=", types[0]),
                ("valid_to", "=", False),
            ],
            limit=1,
        )
        context = action["context"] | {"default_reason_id": reason.id}
        return action | {"context": context}

    def action_opco_replace(self):
        """Cancel what has not left yet, and transmit the contract as it is now."""
        self.ensure_one()
        self._opco_check_transmitter()
        deposits = self.sudo().opco_transmission_ids._of_operation("contract")
        waiting = deposits.filtered(
            lambda row: row.is_live and row.environment == self.opco_environment
        )
        waiting.with_user(self.env.user).action_cancel()
        return self.action_transmit()

    # ----------------------------------------------------------------- business
    @api.model
    def _opco_difference_depends(self):
        return (
            *self._findings_depends(),
            "state",
            "is_current",
            "deca_number",
            "opco_transport_state",
            "opco_state",
            "opco_internal_number",
        )

    def _opco_differences(self):
        """Return how contracts differ from what was sent, those that do only.

        The database is asked the same number of times however many the contracts.

        :return: a dict of `Difference` by contract
        """
        rows = {
            contract: row
            for contract, row in self._opco_last_deposits().items()
            if contract._opco_is_said_by(row)
        }
        spellings = {
            profile: profile.sudo()._to_profile(ADDRESS_OF_NOBODY, ADDRESS_OF_NOBODY)
            for profile in {row.profile_id for row in rows.values()}
        }
        contents = {
            contract: payload.dossier(
                contract.sudo()._form(), spellings[row.profile_id]
            )
            for contract, row in rows.items()
        }
        others = {
            contract: row
            for contract, row in rows.items()
            if row.payload_sha256 != payload.digest(payload.encode(contents[contract]))
        }
        self.env["opco.transmission"].sudo().union(*others.values()).fetch(["payload"])
        found = {
            contract: difference(row, row.payload, contents[contract])
            for contract, row in others.items()
        }
        return {contract: one for contract, one in found.items() if one}

    def _opco_last_deposits(self):
        """Return, by contract that may be compared, its last deposit not given up."""
        comparable = self.filtered(
            lambda contract: (
                contract.opco_transport_state
                and contract.is_current
                and contract.state in COMPARED_STATES
                and not contract.file_purged_on
            )
        )
        rows = (
            self.env["opco.transmission"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", comparable._origin.ids),
                    ("operation", "=", "contract"),
                    ("state", "!=", "cancelled"),
                ],
                order="id",
            )
        )
        last = {(row.contract_id, row.environment): row for row in rows}
        found = {
            contract: last.get((contract._origin, contract.opco_environment))
            for contract in comparable
        }
        return {contract: row for contract, row in found.items() if row}

    def _opco_is_said_by(self, row):
        """Tell whether what the OPCO knows of the contract came by this deposit.

        Not when its dossier was deposited elsewhere: nobody has its content here. What
        was rejected has no number, nor has its contract.
        """
        return row.is_live or row.internal_number == self.opco_internal_number

    def _opco_shown_changes(self, found):
        """Return what differs, as this user may read it."""
        entitled = self.env.user.has_group(PERSONAL_DATA)
        write = shown_changes if entitled else masked_changes
        return write(found.sent, found.present, self._legal_tables())

    def _opco_kind_of(self, found):
        if not found.is_readable:
            return "unreadable"
        if self.opco_is_to_transmit:
            return "corrected"
        if found.row.state in found.row.NEVER_LEFT_STATES:
            return "waiting"
        if found.row.state in ("sending", "unknown"):
            return "uncertain"
        may_amend = self.may_be_amended and found.essential_paths
        return "amendable" if may_amend else "received"

    # ---------------------------------------------------------------- sentences
    def _opco_what_differs(self, found):
        if not found.is_readable:
            return self.env._(
                "The contract is not exactly as it was sent, but what was sent is "
                "erased: nothing can be compared."
            )
        names = ", ".join(title_of(path) for path in found.paths[:NAMED_BOXES])
        if len(found.paths) == 1:
            return self.env._("One box differs: %(box)s.", box=names)
        if len(found.paths) <= NAMED_BOXES:
            return self.env._(
                "%(count)s boxes differ: %(boxes)s.",
                count=len(found.paths),
                boxes=names,
            )
        return self.env._(
            "%(count)s boxes differ, among them: %(boxes)s.",
            count=len(found.paths),
            boxes=names,
        )

    def _opco_advice(self, found):
        kind = self._opco_kind_of(found)
        if kind == "unreadable":
            return False
        if kind == "corrected":
            return self._opco_advice_to_correct()
        if kind == "waiting":
            return self.env._(
                "It has not left yet, but what will leave is what was frozen when it "
                "was transmitted. For the present form to leave, cancel this "
                "transmission and transmit the contract again."
            )
        if kind == "uncertain":
            return self.env._(
                "The OPCO may already have received it, as it was frozen when it was "
                "transmitted. Wait until this is settled before you correct anything."
            )
        if kind == "amendable":
            return self._opco_advice_to_amend(found)
        return self._opco_advice_to_put_back(found)

    def _opco_advice_to_correct(self):
        if self.opco_transport_state == "rejected":
            return self.env._(
                "The OPCO rejected what was sent: this is what you have corrected "
                "since. Correct the rest if need be, and transmit the contract again."
            )
        if self.opco_state == "refused":
            return self.env._(
                "The OPCO refused what was sent: this is what you have corrected "
                "since. Correct the rest if need be, and transmit the contract again."
            )
        return self.env._(
            "The OPCO cancelled what was sent: this is what you have corrected since. "
            "Correct the rest if need be, and transmit the contract again."
        )

    def _opco_advice_to_amend(self, found):
        types = reasons_to_change_all(found.essential_paths)
        if not types:
            return self.env._(
                "The OPCO holds what was sent. If the contract has really changed, "
                "make an amendment; no single type covers all of these boxes, so one "
                "for each change. If this is a mistake, put back what was sent."
            )
        return self.env._(
            "The OPCO holds what was sent. If the contract has really changed, make an "
            "amendment; types that cover these boxes: %(types)s. If this is a mistake, "
            "put back what was sent.",
            types=", ".join(types),
        )

    def _opco_advice_to_put_back(self, found):
        if found.essential_paths:
            return self.env._(
                "The OPCO holds what was sent. If this is a mistake, put back what was "
                "sent. If the contract has really changed, make an amendment once the "
                "OPCO has committed and given its number."
            )
        if OWN_BOXES.intersection(found.paths):
            return self.env._(
                "The OPCO holds what was sent, and no amendment changes the "
                "conclusion or the signatures of a contract. Put back what was sent; "
                "if what was sent is wrong, tell the OPCO."
            )
        return self.env._(
            "The OPCO holds what was sent. No amendment is made for these boxes alone: "
            "the next one brings them up to date."
        )
