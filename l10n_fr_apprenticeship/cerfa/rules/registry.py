# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a rule is written: a small generator function under the `rule` decorator.

::

    @rule("DAT-01", Severity.BLOCK, article="…", sentence="… {conclusion} …")
    def concluded_before_start(cerfa, tables, circumstances):
        '''One line on what must hold, and where the law says so.'''
        if …:
            yield Problem(("contract.date_conclusion",), {"conclusion": …})

The form given to a rule is `parts.whole`: a mandatory group is never ``None``, an
optional one may be, any box may be. A rule stays silent when a box it reads is empty:
`completeness` speaks for that box; likewise when it needs a circumstance that is not
known. Several functions may share one rule id when the rule has several sentences or
severities.
"""

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..circumstances import Circumstances
from ..findings import Finding, Pairs, Severity, shown, title_of
from ..form import Cerfa
from ..legal import LegalTables


@dataclass(frozen=True)
class Problem:
    """What a rule function found.

    `paths` are the boxes concerned, the first one being where to look; `values` what
    was read in them, hidden when one of them is personal; `facts` what the sentence
    says that is not on the form.
    """

    paths: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


RuleFunction = Callable[[Cerfa, LegalTables, Circumstances], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule and its function.

    In `sentence`, ``{box}`` and ``{other_box}`` are the titles of the first two paths;
    other placeholders come from the problem.
    """

    rule_id: str
    severity: Severity
    article: str | None
    sentence: str
    problems: RuleFunction

    @property
    def name(self) -> str:
        """The name of the function, unique among the rules."""
        return self.problems.__name__

    @property
    def description(self) -> str:
        """What must hold, for documentation."""
        return self.problems.__doc__ or ""

    def finding(self, problem: Problem) -> Finding:
        """Return what is said of a problem this rule found."""
        return Finding(
            rule_id=self.rule_id,
            severity=self.severity,
            article=self.article,
            paths=problem.paths,
            template=self.sentence,
            values=_values_shown(problem.values),
            facts=_facts_shown(self._titles(problem.paths) | problem.facts),
        )

    def _titles(self, paths: tuple[str, ...]) -> dict[str, str]:
        named = zip(("box", "other_box"), paths, strict=False)
        wanted = {name for _, name, _, _ in string.Formatter().parse(self.sentence)}
        return {name: title_of(path) for name, path in named if name in wanted}


def _values_shown(values: Mapping[str, Any]) -> Pairs:
    return tuple((name, shown(value)) for name, value in values.items())


def _facts_shown(facts: Mapping[str, Any]) -> Pairs:
    # A label is ours, hence never cut.
    return tuple(
        (name, fact if isinstance(fact, str) else shown(fact))
        for name, fact in facts.items()
    )


_RULES: list[Rule] = []


def rule(
    rule_id: str, severity: Severity, *, sentence: str, article: str | None = None
) -> Callable[[RuleFunction], RuleFunction]:
    """Register the decorated function as a rule."""

    def register(function: RuleFunction) -> RuleFunction:
        _RULES.append(Rule(rule_id, severity, article, sentence, function))
        return function

    return register


def registered_rules() -> tuple[Rule, ...]:
    """Return the rules of the modules imported so far."""
    return tuple(_RULES)
