# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tutors (maîtres d'apprentissage)."""

from collections.abc import Iterable, Iterator
from datetime import date

from ..ages import MAJORITY, age_on
from ..circumstances import Circumstances, TutorContract
from ..contract_types import PROLONGATION_AFTER_FAILURE
from ..diplomas import diploma_rank
from ..findings import Severity
from ..form import Cerfa, Tutor
from ..legal import LegalTables
from ..parts import is_absent
from .registry import Problem, rule

_MAX_APPRENTICES = 2
_LEVELS = frozenset("345678")
_LEVELS_OF_DIPLOMAS = range(3, 9)


@rule(
    "MA-04",
    Severity.BLOCK,
    article="L6223-8-1",
    sentence="L'employeur n'atteste pas que le maître d'apprentissage répond aux "
    "critères d'éligibilité. Vérifiez son diplôme ou son expérience, puis cochez "
    "l'attestation.",
)
def eligibility_attested(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The employer attests that the tutor is eligible (form)."""
    employer = cerfa.employer
    if not is_absent(employer) and not employer.tutor_eligibility_attested:
        yield Problem(("employer.tutor_eligibility_attested",))


@rule(
    "MA-01",
    Severity.BLOCK,
    article="R6223-24",
    sentence="{box} : né(e) le {birth_date}, le maître d'apprentissage est mineur(e) "
    "au début du contrat, le {start}. Corrigez la date ou choisissez quelqu'un "
    "d'autre.",
)
def tutors_of_age(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A tutor is of age when the contract starts (R6223-24)."""
    start = cerfa.contract.date_start
    if start is None:
        return
    for path, tutor in _tutors(cerfa):
        birth_date = tutor.birth_date
        if birth_date is not None and age_on(birth_date, start) < MAJORITY:
            yield Problem(
                (f"{path}.birth_date", "contract.date_start"),
                {"birth_date": birth_date, "start": start},
            )


@rule(
    "MA-03",
    Severity.OVERRIDABLE_BLOCK,
    article="R6223-6",
    sentence="{box} : avec ce contrat, {count} apprentis auraient le même maître "
    "d'apprentissage le {day}. Il en suit 2 au plus, et 1 de plus dont la formation "
    "est prolongée après un échec. Choisissez quelqu'un d'autre, ou indiquez la "
    "dérogation.",
)
def tutors_not_overloaded(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A tutor has 2 apprentices, and one whose training is prolonged (R6223-6)."""
    start, end = cerfa.contract.date_start, cerfa.contract.date_end
    if start is None or end is None or not circumstances.tutor_contracts:
        return
    is_prolonged = cerfa.contract.contract_type == PROLONGATION_AFTER_FAILURE
    for path, tutor in _tutors(cerfa):
        others = [c for c in circumstances.tutor_contracts if _is_of(c, tutor)]
        overload = _first_overload(others, start, end, is_prolonged)
        if overload is not None:
            day, count = overload
            yield Problem((path,), {"count": count}, {"day": day})


@rule(
    "MA-05",
    Severity.WARN,
    article="R6223-22",
    sentence="{box} : niveau {level}, sous le niveau {wanted} du diplôme préparé. À "
    "défaut de règle de branche, il faut alors 2 ans d'activité en rapport avec lui : "
    "vérifiez-les et gardez-en la preuve.",
)
def tutors_have_the_level(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Under the level prepared, a tutor has 2 years of activity (R6223-22)."""
    wanted = diploma_rank(cerfa.training.diploma_type)
    if wanted not in _LEVELS_OF_DIPLOMAS:
        return
    for path, tutor in _tutors(cerfa):
        level = tutor.diploma_level
        if level == "0" or (level in _LEVELS and int(level) < wanted):
            yield Problem(
                (f"{path}.diploma_level", "training.diploma_type"),
                {"level": level, "wanted": wanted},
            )


def _tutors(cerfa: Cerfa) -> Iterator[tuple[str, Tutor]]:
    yield "tutor", cerfa.tutor
    if cerfa.second_tutor is not None:
        yield "second_tutor", cerfa.second_tutor


def _is_of(contract: TutorContract, tutor: Tutor) -> bool:
    if tutor.birth_name is None or tutor.birth_date != contract.birth_date:
        return False
    return tutor.birth_name.strip().upper() == contract.birth_name.strip().upper()


def _first_overload(
    others: Iterable[TutorContract], start: date, end: date, is_prolonged: bool
) -> tuple[date, int] | None:
    """Return the first day with too many apprentices, and how many they are.

    Their number only grows on the day one of the contracts starts.
    """
    met = [c for c in others if c.date_start <= end and c.date_end >= start]
    for day in sorted({start} | {c.date_start for c in met if c.date_start > start}):
        running = [c for c in met if c.date_start <= day <= c.date_end]
        count = len(running) + 1
        ordinary = sum(not c.is_prolonged for c in running) + (not is_prolonged)
        if ordinary > _MAX_APPRENTICES or count > _MAX_APPRENTICES + 1:
            return day, count
    return None
