# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The kinds of contract: what table ``contract_type`` of the notice means."""

from .form import Cerfa

FIRST = "11"
SAME_EMPLOYER = "21"
OTHER_EMPLOYER = "22"
AFTER_RUPTURE = "23"
PROLONGATION_AFTER_FAILURE = "33"
PROLONGATION_OF_DISABLED = "34"

SUCCESSION_TYPES = frozenset({SAME_EMPLOYER, OTHER_EMPLOYER, AFTER_RUPTURE})
INITIAL_TYPES = frozenset({FIRST}) | SUCCESSION_TYPES
AMENDMENT_TYPES = frozenset({"31", "32", "33", "34", "35", "36", "37", "38"})
PROLONGATION_TYPES = frozenset({PROLONGATION_AFTER_FAILURE, PROLONGATION_OF_DISABLED})


def is_amendment(cerfa: Cerfa) -> bool:
    """Tell whether the form, made `whole`, amends a contract."""
    return cerfa.contract.contract_type in AMENDMENT_TYPES
