# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from cerfa.findings import Severity
from cerfa.rules import check, without_overridden
from cerfa_examples import TABLES, valid_cerfa, with_changes

FORM = with_changes(
    valid_cerfa(), {"apprentice.nir": None, "employer.naf": "x", "version": "10103*13"}
)


def test_an_overridable_block_becomes_a_warning_with_its_reason():
    findings = without_overridden(
        check(FORM, TABLES), {"OBL-02": "Demande faite le 2 septembre"}
    )
    assert [(found.rule_id, found.severity) for found in findings] == [
        ("IDT-01", Severity.BLOCK),
        ("OBL-02", Severity.WARN),
        ("VER-01", Severity.WARN),
    ]
    overridden = findings[1]
    assert not overridden.is_blocking
    assert overridden.message.endswith(
        " Passé outre, motif : « Demande faite le 2 septembre »."
    )
    assert "Demande faite" not in overridden.masked_message


def test_a_block_is_never_overridden():
    findings = check(FORM, TABLES)
    assert without_overridden(findings, {"IDT-01": "why not"}) == findings


def test_an_empty_reason_overrides_nothing():
    findings = check(FORM, TABLES)
    assert without_overridden(findings, {"OBL-02": ""}) == findings


def test_a_reason_with_braces_is_shown_as_it_is():
    short = valid_cerfa(contract__date_end=date(2027, 1, 1))
    findings = without_overridden(check(short, TABLES), {"DAT-08": "{end} {x}"})
    (found,) = [f for f in findings if f.override_reason]
    assert "« {end} {x} »" in found.message
