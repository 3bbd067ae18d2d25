# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from decimal import Decimal

from odoo import api, fields, models, tools

from ..cerfa import form
from ..cerfa.circumstances import Circumstances, PreviousContract, TutorContract
from ..cerfa.contract_types import PROLONGATION_AFTER_FAILURE
from ..cerfa.rules import check, without_overridden
from ..cerfa_reading import (
    completeness_by_page,
    contract_field,
    contract_fields,
    form_page,
    reading_plan,
)
from .apprenticeship_contract import PERSONAL_DATA


class ApprenticeshipContract(models.Model):
    """What the rules find on a contract, and what they need to know of it."""

    # A subject of its own, in a file of its own.
    _inherit = "apprenticeship.contract"  # pylint: disable=consider-merging-classes-inherited

    findings = fields.Json(compute="_compute_findings")
    completeness = fields.Json(compute="_compute_findings")
    override_ids = fields.One2many(
        "apprenticeship.override", "contract_id", string="Findings passed over"
    )

    @api.depends(lambda self: self._findings_depends())
    @api.depends_context("uid", "lang")
    def _compute_findings(self):
        checked = self._checked()
        for contract in self:
            cerfa, findings = checked[contract]
            contract.findings = [
                contract._finding_to_show(finding)
                for finding in findings
                # What is replaced is not corrected any more.
                if not contract.is_frozen
            ]
            contract.completeness = [
                {"page": page, "filled": filled, "expected": expected}
                for page, (filled, expected) in completeness_by_page(cerfa).items()
            ]

    def _to_cerfa(self):
        """Return the contract as a frozen `Cerfa`, read once.

        Whoever may read the contract gets the whole form, personal data included:
        what is shown to people is masked by those who show it.
        """
        self.ensure_one()
        self.check_access("read")
        return self.sudo()._form()

    def _preflight(self):
        """Return the findings of the pre-flight, the worst first."""
        _cerfa, findings = self._checked()[self]
        return findings

    def _checked(self):
        """Return, by contract, its form and what the rules find on it.

        Findings passed over are warnings. The database is asked the same number of
        times however many the contracts.
        """
        self.check_access("read")
        tables = self._legal_tables()
        circumstances = self._circumstances()
        checked = {}
        for contract, readable in zip(self, self.sudo(), strict=True):
            cerfa = readable._form()
            findings = check(cerfa, tables, circumstances[contract])
            reasons = readable._reasons_to_pass_over()
            if reasons:
                findings = without_overridden(findings, reasons)
            checked[contract] = (cerfa, findings)
        return checked

    def _reasons_to_pass_over(self):
        return {override.rule_id: override.reason for override in self.override_ids}

    def _circumstances(self):
        """Return, by contract, what the rules need to know besides the form.

        Hook for the add-ons that know more of a contract, its documents or its deposit.
        """
        contracts = self.sudo()
        today = self._day_of_check()
        tutored = contracts._contracts_of_same_tutors()
        previous = contracts._previous_contracts()
        amended = contracts._amended_versions()
        return {
            contract: Circumstances(
                today=today,
                tutor_contracts=readable._tutor_contracts_among(tutored),
                previous_contract=previous[readable]._as_previous_contract(),
                amended=amended.get(readable, self.browse())._as_amended(),
            )
            for contract, readable in zip(self, contracts, strict=True)
        }

    def _contracts_of_same_tutors(self):
        """Return the running contracts of the tutors of these contracts."""
        tutors = (self.tutor_id | self.second_tutor_id)._origin
        if not tutors:
            return self.browse()
        running = self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("ready", "active")),
                ("date_start", "!=", False),
                ("date_end", "!=", False),
                "|",
                ("tutor_id", "in", tutors.ids),
                ("second_tutor_id", "in", tutors.ids),
            ]
        )
        return running._last_versions()

    def _tutor_contracts_among(self, contracts):
        """Return the other contracts of the same tutors that meet this one in time."""
        tutors = (self.tutor_id | self.second_tutor_id)._origin
        if not (tutors and self.date_start and self.date_end):
            return ()
        origin = (self.origin_id or self)._origin
        return tuple(
            TutorContract(
                birth_name=tutor.apprenticeship_birth_name or "",
                birth_date=tutor.apprenticeship_birth_date,
                date_start=other.date_start,
                date_end=other.date_end,
                is_prolonged=other.contract_type_id.code == PROLONGATION_AFTER_FAILURE,
            )
            for other in contracts
            if (other.origin_id or other) != origin
            and other.company_id == self.company_id
            and other.date_start <= self.date_end
            and other.date_end >= self.date_start
            for tutor in (other.tutor_id | other.second_tutor_id) & tutors
            if tutor.apprenticeship_birth_date
        )

    def _as_previous_contract(self):
        if not self:
            return None
        last_period = self.pay_period_ids.sorted(
            lambda period: (period.year, period.number)
        )[-1:]
        return PreviousContract(
            date_end=self.date_end or None,
            last_rate=Decimal(f"{last_period.rate:.2f}") if last_period else None,
        )

    def _overrides_for_journal(self):
        """Return who passed over what, when and why, for whoever keeps a journal."""
        return [
            {
                "rule": override.rule_id,
                "by": override.user_id.name,
                "on": fields.Datetime.to_string(override.create_date),
                "reason": override.reason,
                "is_personal": override.is_personal,
            }
            for override in self.sudo().override_ids
        ]

    def _blocking_findings(self):
        """Return, by contract that something blocks, what blocks it."""
        blocking = {
            contract: [finding for finding in findings if finding.is_blocking]
            for contract, (_cerfa, findings) in self._checked().items()
        }
        return {contract: found for contract, found in blocking.items() if found}

    def _finding_message(self, finding):
        """Return the sentence that this user may read."""
        if self.env.user.has_group(PERSONAL_DATA):
            return finding.message
        return finding.masked_message

    def _finding_to_show(self, finding):
        path = finding.paths[0]
        return {
            "rule": finding.rule_id,
            "severity": finding.severity.name.lower(),
            "message": self._finding_message(finding),
            "article": finding.article,
            "field": contract_field(path),
            "page": form_page(path),
        }

    def _blocking_message(self):
        """Return one text that says, for each blocked contract, what blocks it."""
        lines = []
        for contract, findings in self._blocking_findings().items():
            lines.append(contract.display_name)
            lines += [f"• {self._finding_message(finding)}" for finding in findings]
        return "\n".join(lines)

    @api.model
    def _findings_depends(self):
        periods = [f"pay_period_ids.{name}" for name in form.boxes(form.PayPeriod)]
        return (*contract_fields(), *periods)

    @api.model
    @tools.ormcache("from_partners")
    def _cerfa_plan(self, from_partners):
        return reading_plan(self._fields, from_partners=from_partners)
