# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Print the table of the rules: ``python -m cerfa.rules > docs/regles.md``."""

import sys

from .table import rules_table

sys.stdout.write(rules_table())
