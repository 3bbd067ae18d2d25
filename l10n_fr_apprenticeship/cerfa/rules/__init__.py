# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The checks of a form: one module per section or theme, one function per rule."""

from ..circumstances import NONE_KNOWN, Circumstances
from ..findings import Finding, reading_order
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import whole
from . import (
    age,
    amendment,
    apprentice,
    code_tables,
    coherence,
    completeness,
    contract,
    dates,
    deadlines,
    durations,
    employer,
    formats,
    pay_lines,
    pay_minimum,
    pay_succession,
    training,
    tutor,
    wage,
    working_time,
)
from .overrides import without_overridden
from .registry import Problem, Rule, registered_rules, rule

__all__ = [
    "Problem",
    "Rule",
    "age",
    "all_rules",
    "amendment",
    "apprentice",
    "check",
    "code_tables",
    "coherence",
    "completeness",
    "contract",
    "dates",
    "deadlines",
    "durations",
    "employer",
    "formats",
    "pay_lines",
    "pay_minimum",
    "pay_succession",
    "rule",
    "training",
    "tutor",
    "wage",
    "without_overridden",
    "working_time",
]


def check(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances = NONE_KNOWN
) -> tuple[Finding, ...]:
    """Return what the rules find, the most severe first, then in form order.

    It never raises on a form whose boxes are empty or hold any value of their type. A
    rule that needs a circumstance that is not known stays silent.
    """
    form = whole(cerfa)
    found = [
        one_rule.finding(problem)
        for one_rule in registered_rules()
        for problem in one_rule.problems(form, tables, circumstances)
    ]
    return tuple(sorted(found, key=reading_order))


def all_rules() -> tuple[Rule, ...]:
    """Return every rule, by id, for documentation."""
    return tuple(sorted(registered_rules(), key=lambda rule: (rule.rule_id, rule.name)))
