# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No rule without a form that fails it."""

from cerfa.circumstances import NONE_KNOWN
from cerfa.legal import Idcc, LegalTables
from cerfa.rules import all_rules, check
from cerfa_examples import TABLES, valid_cerfa, with_changes
from test_cerfa_age_rules import CASES as AGE_CASES
from test_cerfa_amendments import CASES as AMENDMENT_CASES
from test_cerfa_date_rules import CASES as DATE_CASES
from test_cerfa_pay_rules import CASES as PAY_CASES
from test_cerfa_rules import CASES as FORM_CASES
from test_cerfa_section_rules import CASES as SECTION_CASES

ENDED = Idcc("0843", "Boulangerie", False, valid_to=valid_cerfa().contract.date_end)


def findings_of_all_cases():
    for changes, _ in FORM_CASES:
        yield from check(with_changes(valid_cerfa(), changes), TABLES)
    for _, _, cerfa, circumstances in (
        *AGE_CASES,
        *AMENDMENT_CASES,
        *DATE_CASES,
        *PAY_CASES,
        *SECTION_CASES,
    ):
        yield from check(cerfa, TABLES, circumstances)
    tables = LegalTables.from_rows(idccs=[ENDED])
    yield from check(valid_cerfa(), tables, NONE_KNOWN)
    late = ENDED.valid_to.replace(year=2029)
    yield from check(valid_cerfa(contract__date_conclusion=late), tables)
    minor = valid_cerfa(apprentice__birth_date=valid_cerfa().contract.date_conclusion)
    yield from check(minor, TABLES)


def test_every_rule_has_a_failing_case():
    tried = {(found.rule_id, found.template) for found in findings_of_all_cases()}
    assert not [
        rule.name for rule in all_rules() if (rule.rule_id, rule.sentence) not in tried
    ]


def test_every_sentence_can_be_written():
    for found in findings_of_all_cases():
        assert 0 < len(found.message) < 600
        assert "vide" not in found.message or found.rule_id == "FOR-04"
