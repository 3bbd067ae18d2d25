# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The checks of a form: one module per section, one small function per rule."""

from ..findings import Finding
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import form_order, whole
from . import (
    apprentice,
    code_tables,
    completeness,
    contract,
    employer,
    formats,
    training,
    tutor,
)
from .registry import Problem, Rule, registered_rules, rule

__all__ = [
    "Problem",
    "Rule",
    "all_rules",
    "apprentice",
    "check",
    "code_tables",
    "completeness",
    "contract",
    "employer",
    "formats",
    "rule",
    "training",
    "tutor",
]


def check(cerfa: Cerfa, tables: LegalTables) -> tuple[Finding, ...]:
    """Return what the rules find, the most severe first, then in form order.

    It never raises on a form whose boxes are empty or hold any value of their type.
    """
    form = whole(cerfa)
    found = [
        finding
        for one_rule in registered_rules()
        for finding in one_rule.findings(form, tables)
    ]
    return tuple(sorted(found, key=_order))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule, by id, for documentation."""
    return tuple(sorted(registered_rules(), key=lambda rule: (rule.rule_id, rule.name)))


def _order(finding: Finding) -> tuple:
    return -finding.severity, form_order(finding.paths[0]), finding.rule_id
