# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What somebody answers for: a block that may be overridden becomes a warning."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..findings import Finding, Severity, reading_order


def without_overridden(
    findings: Iterable[Finding], overridden: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Return the findings, those somebody answered for as warnings that say why.

    Only an overridable block is downgraded, whatever is asked.

    :param overridden: the reason given, by rule id
    """
    downgraded = (_downgraded(finding, overridden) for finding in findings)
    return tuple(sorted(downgraded, key=reading_order))


def _downgraded(finding: Finding, overridden: Mapping[str, str]) -> Finding:
    reason = overridden.get(finding.rule_id)
    if not reason or finding.severity is not Severity.OVERRIDABLE_BLOCK:
        return finding
    return replace(finding, severity=Severity.WARN, override_reason=reason)
