# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..cerfa import form
from ..cerfa.amendments import OWN_BOXES
from ..cerfa.changes import masked_changes, shown_changes
from ..cerfa.circumstances import AmendedContract
from ..cerfa.plain import from_plain, to_plain
from ..cerfa_reading import contract_field, contract_fields, form_page, read_cerfa

PERSONAL_DATA = "l10n_fr_apprenticeship.group_personal_data"

# Every box, and the records that fill several of them.
FORM_FIELDS = frozenset(contract_fields()) | {
    "apprentice_id",
    "tutor_id",
    "second_tutor_id",
    "training_id",
}
# What an amendment states for itself.
OWN_FIELDS = frozenset(contract_field(path) for path in OWN_BOXES)


class ApprenticeshipContract(models.Model):
    """The versions of a contract: the first one, then its amendments.

    A version that a later one replaces is frozen: its form is what was concluded,
    whatever becomes of the contacts since.
    """

    _inherit = "apprenticeship.contract"

    snapshot = fields.Json(
        readonly=True,
        copy=False,
        prefetch=False,
        groups=fields.NO_ACCESS,
        help="The form as it was concluded: as it was sent, or else amended.",
    )
    is_frozen = fields.Boolean(
        string="Replaced by an amendment", compute="_compute_is_frozen"
    )
    may_be_amended = fields.Boolean(compute="_compute_may_be_amended")
    amended_id = fields.Many2one(
        "apprenticeship.contract",
        string="Amended version",
        compute="_compute_versions_around",
        help="Version that this amendment changes: the amendment before it, or "
        "else the first contract.",
    )
    replaced_by_id = fields.Many2one(
        "apprenticeship.contract",
        string="Replaced by",
        compute="_compute_versions_around",
        help="Amendment that took the place of this version. Corrections are "
        "made there.",
    )
    replaced_by_number = fields.Integer(
        string="Replaced by the amendment",
        compute="_compute_versions_around",
        help="Rank of the amendment that took the place of this version.",
    )
    version_count = fields.Integer(
        string="Versions",
        compute="_compute_version_count",
        help="The first contract and all its amendments, cancelled ones as well.",
    )
    amendment_changes = fields.Json(compute="_compute_amendment_changes")

    @api.depends("is_current", "state")
    def _compute_is_frozen(self):
        for contract in self:
            contract.is_frozen = (
                not contract.is_current and contract.state != "cancelled"
            )

    @api.depends(
        "is_current",
        "state",
        "deca_number",
        "date_start",
        "date_end",
        "termination_kind",
    )
    def _compute_may_be_amended(self):
        in_force = self.filtered(
            lambda contract: (
                contract.is_current
                and contract.date_start
                and contract.date_end
                and not contract.termination_kind
                and (
                    contract.state == "active"
                    or (contract.state == "ready" and contract.deca_number)
                )
            )
        )
        for contract in self:
            contract.may_be_amended = contract in in_force

    @api.depends("amendment_ids.state", "origin_id.amendment_ids.state")
    def _compute_versions_around(self):
        for contract in self:
            contract.amended_id = contract._amended_version()
            contract.replaced_by_id = contract._versions().filtered(
                lambda version, own=contract: (
                    version.amendment_number > own.amendment_number
                )
            )[:1]
            contract.replaced_by_number = contract.replaced_by_id.amendment_number

    @api.depends("amendment_ids", "origin_id.amendment_ids")
    def _compute_version_count(self):
        for contract in self:
            first = contract.origin_id or contract
            contract.version_count = 1 + len(first.amendment_ids)

    @api.depends(lambda self: (*self._findings_depends(), "origin_id"))
    @api.depends_context("uid", "lang")
    def _compute_amendment_changes(self):
        self.amendment_changes = False
        for contract in self.filtered("origin_id"):
            contract.amendment_changes = [
                {
                    "section": change.section,
                    "label": change.label,
                    "before": change.before,
                    "after": change.after,
                    "field": contract_field(change.path),
                    "page": form_page(change.path),
                }
                for change in contract._changes_since_amended()
            ]

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        for contract in contracts.filtered("origin_id"):
            amended = contract.sudo()._amended_version()
            if amended and not amended.snapshot:
                amended._keep_as_concluded(read_cerfa(amended))
        return contracts

    def write(self, vals):
        if FORM_FIELDS & vals.keys():
            self._check_not_frozen()
        return super().write(vals)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for node in arch.xpath("//field[not(ancestor::field)]"):
                if node.get("name") in FORM_FIELDS:
                    readonly = node.get("readonly")
                    node.set(
                        "readonly",
                        f"({readonly}) or is_frozen" if readonly else "is_frozen",
                    )
        return arch, view

    # ------------------------------------------------------------------ actions
    def action_amend(self):
        """Open the guided amendment of a contract in force."""
        self.ensure_one()
        self._check_may_be_amended()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amendment"),
            "res_model": "apprenticeship.amend",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def action_open_sheet(self):
        """Show every box of this version, as it was concluded when it is frozen."""
        self.ensure_one()
        report = "l10n_fr_apprenticeship.contract_sheet"
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/html/{report}/{self.id}",
            "target": "new",
        }

    def action_view_versions(self):
        self.ensure_one()
        first = self.origin_id or self
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_apprenticeship.apprenticeship_contract_action"
        )
        return action | {
            "name": self.env._("Versions of the contract"),
            "domain": [("id", "in", (first | first.amendment_ids).ids)],
            "context": {},
        }

    def action_draft(self):
        """A cancelled amendment comes back only if no other has taken its place."""
        for contract in self.filtered("origin_id"):
            if contract.state == "cancelled" and contract.replaced_by_id:
                raise UserError(
                    self.env._(
                        "%(contract)s does not come back: %(amendment)s has taken its "
                        "place since.",
                        contract=contract.name,
                        amendment=contract.replaced_by_id.name,
                    )
                )
        return super().action_draft()

    # ----------------------------------------------------------------- business
    def _amend(self, reason, date_effect):
        """Create the next version, everything restated but what it states itself.

        :param reason: the `apprenticeship.code` of an amendment
        :return: the amendment, a draft
        :raises UserError: unless this version is in force
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_be_amended()
        # The whole form is restated, even what this user may not read.
        version = self.sudo()
        first = version.origin_id or version
        # Two people who amend at once: the second waits, then sees the first's.
        first.lock_for_update(allow_referencing=True)
        last = max(first.amendment_ids.mapped("amendment_number"), default=0)
        amendment = version.copy(
            version._restated_values()
            | {
                "origin_id": first.id,
                "amendment_number": last + 1,
                "contract_type_id": reason.id,
                "date_amendment_effect": date_effect,
                "previous_number": version._deposit_number(),
                "user_id": version.user_id.id,
            }
        )
        for contract, other in ((self, amendment), (amendment, self)):
            contract._message_log(
                body=self.env._(
                    "Amendment no. %(number)s of %(contract)s: %(reason)s %(link)s",
                    number=amendment.amendment_number,
                    contract=first.name,
                    reason=reason.display_name,
                    link=other._get_html_link(),
                )
            )
        return amendment.sudo(False)

    def _restated_values(self):
        """Return what copying a contract leaves out, and an amendment restates."""
        left_out = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in FORM_FIELDS - OWN_FIELDS - {"pay_period_ids"}
            if not self._fields[name].related and not self._fields[name].copy
        }
        periods = [
            Command.create({**values, "contract_id": False})
            for values in self.pay_period_ids.copy_data()
        ]
        return left_out | {"cerfa_version": form.VERSION, "pay_period_ids": periods}

    def _check_may_be_amended(self):
        if not self.may_be_amended:
            raise UserError(
                self.env._(
                    "%(contract)s cannot be amended: only the version in force of a "
                    "contract that the OPCO has numbered can.",
                    contract=self.display_name,
                )
            )

    def _check_not_frozen(self):
        """:raises UserError: when a later version replaces one of these"""
        if self.env.su:
            return
        for contract in self:
            if contract.is_frozen:
                raise UserError(
                    self.env._(
                        "%(contract)s is replaced by its amendment no. %(number)s "
                        "(%(amendment)s) and does not change any more. Correct the "
                        "amendment, or cancel it.",
                        contract=contract.name,
                        number=contract.replaced_by_number,
                        amendment=contract.replaced_by_id.name,
                    )
                )

    def _versions(self):
        """Return the versions that stand, the first one first."""
        first = self.origin_id or self
        amendments = first.amendment_ids.filtered(
            lambda amendment: amendment.state != "cancelled"
        )
        return (first | amendments).sorted("amendment_number")

    def _last_versions(self):
        """Return the last version among these of each contract, in the same order."""
        last = {
            version.origin_id or version: version
            for version in self.sorted("amendment_number")
        }
        return self.filtered(
            lambda version: last[version.origin_id or version] == version
        )

    def _amended_version(self):
        """Return the version that this amendment amends; nothing for the first one."""
        if not self.origin_id:
            return self.browse()
        return self._versions().filtered(
            lambda version: version.amendment_number < self.amendment_number
        )[-1:]

    def _amended_versions(self):
        """Return, by amendment, the version that it amends."""
        amended = {
            contract: contract._amended_version()
            for contract in self.filtered("origin_id")
        }
        self.browse().union(*amended.values()).fetch(["snapshot"])
        return amended

    def _deposit_number(self):
        """Return the number under which the OPCO knows this version."""
        return self.deca_number or self.origin_id.deca_number

    def _keep_as_concluded(self, cerfa):
        """Keep a form as what was concluded, whatever becomes of the contacts."""
        self.snapshot = to_plain(cerfa)

    def _form(self):
        """Return the form: as it was concluded, once the version is replaced."""
        if self.is_frozen and self.snapshot:
            return from_plain(self.snapshot)
        return read_cerfa(self)

    def _as_amended(self):
        """Return this version as the rules see what an amendment amends."""
        if not self:
            return None
        return AmendedContract(
            cerfa=self._form(), deca_number=self._deposit_number() or None
        )

    def _changes_since_amended(self):
        """Return what an amendment changes, as this user may read it."""
        contract = self.sudo()
        amended = contract._amended_version()
        if not amended:
            return ()
        entitled = self.env.user.has_group(PERSONAL_DATA)
        write = shown_changes if entitled else masked_changes
        return tuple(
            change
            for change in write(
                amended._form(), read_cerfa(contract), self._legal_tables()
            )
            if change.path not in OWN_BOXES
        )
