# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many forms a second the checks read, without Odoo.

``python -m benchmarks.validator``, from the root of the project.
"""

import sys
from pathlib import Path

from benchmarks.measuring import machine, measure, print_table

PROJECT = Path(__file__).resolve().parents[1]
FORMS = 500


def main() -> None:
    sys.path[:0] = [
        str(PROJECT / "l10n_fr_apprenticeship"),
        str(PROJECT / "tests" / "pure"),
    ]
    from cerfa.legal import LegalTables
    from cerfa.rules import all_rules, check
    from cerfa_examples import valid_cerfa

    cerfa, tables = valid_cerfa(), LegalTables.shipped()

    def check_all() -> None:
        for _ in range(FORMS):
            check(cerfa, tables)

    taken = measure(check_all)
    print(f"The checks alone: {len(all_rules())} rules on a valid form")
    print_table(
        ("", "forms / s", "forms / s of CPU"),
        [
            (
                "check()",
                f"{FORMS / taken.seconds:,.0f}",
                f"{FORMS / taken.cpu_seconds:,.0f}",
            )
        ],
    )
    print(machine())


if __name__ == "__main__":
    main()
