# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from pathlib import Path

from cerfa.rules import all_rules
from cerfa.rules.table import rules_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "regles.md"


def test_the_page_of_the_rules_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == rules_table(), (
        "run: cd l10n_fr_apprenticeship && python -m cerfa.rules > ../docs/regles.md"
    )


def test_every_rule_is_on_the_page():
    rows = [line for line in rules_table().splitlines() if line.startswith("| ")]
    headers = 2 * rules_table().count("## ")
    assert len(rows) == len(all_rules()) + headers
