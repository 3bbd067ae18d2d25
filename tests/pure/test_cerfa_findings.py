# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from decimal import Decimal

import pytest

from cerfa.findings import Finding, Severity, shown, title_of
from cerfa.legal import LegalTables
from cerfa.rules import all_rules, check
from cerfa_examples import valid_cerfa, with_changes

TABLES = LegalTables.shipped()
# The last digit of the year does not match the birth date.
WRONG_YEAR_NIR = "1050575056123"


def only(findings):
    (found,) = findings
    return found


def test_severities_are_ordered():
    assert Severity.INFO < Severity.WARN < Severity.OVERRIDABLE_BLOCK < Severity.BLOCK


def test_message_shows_the_value():
    cerfa = valid_cerfa(training_centre__siret="90000002700013")
    assert only(check(cerfa, TABLES)).message == (
        "Le CFA responsable › N° SIRET du CFA : « 90000002700013 » n'est pas un SIRET "
        "valide (14 chiffres, dont une clé de contrôle). Vérifiez-le sur l'avis de "
        "situation."
    )


def test_masked_message_is_the_message_without_personal_data():
    found = only(check(valid_cerfa(employer__naf="x"), TABLES))
    assert not found.is_personal
    assert found.masked_message == found.message


def test_masked_message_hides_the_nir_and_what_is_compared_with_it():
    found = only(check(valid_cerfa(apprentice__nir=WRONG_YEAR_NIR), TABLES))
    assert found.rule_id == "IDT-06"
    assert "14/05/2006" in found.message
    assert "14/05/2006" not in found.masked_message
    assert found.masked_message.count("•••") == 2


@pytest.mark.parametrize("nir", ["1060575056", "3060575056123", "206059905612300"])
def test_masked_message_never_holds_the_nir(nir):
    findings = check(valid_cerfa(apprentice__nir=nir), TABLES)
    assert findings
    assert not any(nir[:5] in found.masked_message for found in findings)


def test_a_finding_is_hashable_and_comparable():
    cerfa = valid_cerfa(
        contract__gross_monthly_wage=Decimal("sNaN"), apprentice__nir="x"
    )
    assert set(check(cerfa, TABLES)) == set(check(cerfa, TABLES))


def test_a_value_with_braces_is_shown_as_it_is():
    found = only(check(valid_cerfa(employer__naf="{box}{0}"), TABLES))
    assert "« {box}{0} »" in found.message


def test_a_huge_value_does_not_flood_the_message():
    cerfa = valid_cerfa(employer__name="x" * 5_000_000, employer__naf="y" * 5_000_000)
    assert all(len(found.message) < 400 for found in check(cerfa, TABLES))


def test_findings_are_sorted_by_severity_then_form_order():
    cerfa = with_changes(
        valid_cerfa(),
        {
            "training.rncp": "x",
            "contract.pay_periods.1.rate": None,
            "contract.contract_type": "21",
            "apprentice.nir": None,
            "employer.naf": None,
            "employer.siret": None,
        },
    )
    found = [(finding.severity, finding.paths[0]) for finding in check(cerfa, TABLES)]
    assert found == [
        (Severity.BLOCK, "employer.siret"),
        (Severity.BLOCK, "employer.naf"),
        (Severity.BLOCK, "contract.pay_periods.1.rate"),
        (Severity.BLOCK, "training.rncp"),
        (Severity.OVERRIDABLE_BLOCK, "apprentice.nir"),
        (Severity.WARN, "contract.previous_number"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "vide"),
        (True, "oui"),
        (False, "non"),
        (35, "35"),
        (Decimal("43.50"), "43,50"),
        (date(2026, 9, 1), "01/09/2026"),
        (date(1, 1, 1), "01/01/0001"),
        ("a\n b\t c", "a b c"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        (" " * 5_000_000 + "x", "…"),
    ],
)
def test_shown(value, text):
    assert shown(value) == text


def test_an_integer_too_long_to_write_is_not_written():
    assert shown(10**5000) == shown(-(10**5000)) == "nombre démesuré"


def test_title_of():
    assert title_of("contract.date_end") == (
        "Le contrat › Date de fin du contrat ou de la période d'apprentissage"
    )
    assert title_of("contract.pay_periods.0.rate") == (
        "Le contrat › Rémunération › ligne 1 › Pourcentage"
    )
    with pytest.raises(KeyError):
        title_of("contract.no_such_box")


def test_every_rule_is_documented():
    assert len(all_rules()) > 40
    for rule in all_rules():
        assert rule.description.strip(), rule.name
        assert rule.sentence.endswith(".")
    names = [rule.name for rule in all_rules()]
    assert len(names) == len(set(names))


def test_rules_are_sorted_by_id():
    ids = [rule.rule_id for rule in all_rules()]
    assert ids == sorted(ids)


def test_a_finding_can_be_written_by_hand():
    found = Finding(
        "X-01", Severity.INFO, None, ("version",), "Vu {seen}.", (("seen", "3"),)
    )
    assert found.message == found.masked_message == "Vu 3."
