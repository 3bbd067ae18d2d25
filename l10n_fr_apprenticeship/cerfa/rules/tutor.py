# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tutors (maîtres d'apprentissage)."""

from collections.abc import Iterator

from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import is_absent
from .registry import Problem, rule


@rule(
    "MA-04",
    Severity.BLOCK,
    article="L6223-8-1",
    sentence="L'employeur n'atteste pas que le maître d'apprentissage répond aux "
    "critères d'éligibilité. Vérifiez son diplôme ou son expérience, puis cochez "
    "l'attestation.",
)
def eligibility_attested(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The employer attests that the tutor is eligible (form)."""
    employer = cerfa.employer
    if not is_absent(employer) and not employer.tutor_eligibility_attested:
        yield Problem(("employer.tutor_eligibility_attested",))
