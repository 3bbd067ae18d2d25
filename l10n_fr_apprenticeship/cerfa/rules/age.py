# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The age of the apprentice: from 16 to 29, and the cases the law makes besides.

Age is counted on the day the contract starts. An amendment does not open the question
again, but for the lowest age.
"""

from collections.abc import Iterator
from datetime import date

from ..ages import MAJORITY, age_on, is_minor
from ..circumstances import Circumstances
from ..contract_types import OTHER_EMPLOYER, SUCCESSION_TYPES, is_amendment
from ..durations import add_months
from ..findings import Severity
from ..form import Apprentice, Cerfa
from ..legal import LegalTables
from .registry import Problem, rule

_BIRTH = "apprentice.birth_date"
_START = "contract.date_start"
_CONCLUSION = "contract.date_conclusion"
_DEROGATION = "contract.derogation"
_DISABLED = "apprentice.disabled_worker"

_LOWEST_AGE = 15
_AGE_WITHOUT_DEROGATION = 16
_AGE_OVER_LIMIT = 30
_HIGHEST_AGE_OF_SUCCESSION = 35
_YOUTH_AGES = range(15, 21)

_TOO_YOUNG, _TOO_OLD, _SEVERAL = "11", "12", "50"
_LEFT_SCHOOL_EARLY = ("41", "42")
_FAMILY_EMPLOYER = "4"


@rule(
    "AGE-01",
    Severity.BLOCK,
    sentence="La date de naissance de l'apprenti(e), le {birth_date}, est dans "
    "l'avenir. Corrigez-la.",
)
def born_in_the_past(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The apprentice is born when the contract is concluded, and today."""
    birth_date = cerfa.apprentice.birth_date
    if birth_date is not None and _is_to_come(birth_date, cerfa, circumstances.today):
        yield Problem((_BIRTH,), {"birth_date": birth_date})


@rule(
    "AGE-01",
    Severity.BLOCK,
    article="L6222-1",
    sentence="L'apprenti(e), né(e) le {birth_date}, a {age} ans au début du contrat, "
    "le {start} : il faut avoir 15 ans. Corrigez l'une des deux dates.",
)
def old_enough(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Nobody is an apprentice before 15 (L6222-1)."""
    age = _age_at_start(cerfa)
    birth_date = cerfa.apprentice.birth_date
    if age is None or _is_to_come(birth_date, cerfa, circumstances.today):
        return
    if age < _LOWEST_AGE:
        yield Problem((_BIRTH, _START), _seen(cerfa, age))


@rule(
    "AGE-02",
    Severity.BLOCK,
    article="L6222-1",
    sentence="L'apprenti(e), né(e) le {birth_date}, a {age} ans au début du contrat, "
    "le {start} : avant 16 ans, il faut la dérogation 11 (ou 50). Choisissez-la et "
    "gardez le justificatif de fin de 3e.",
)
def young_has_derogation(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Before 16, the contract carries derogation 11 or 50 (L6222-1, al. 2)."""
    age = _age_at_start(cerfa)
    if age is None or is_amendment(cerfa):
        return
    if (
        _LOWEST_AGE <= age < _AGE_WITHOUT_DEROGATION
        and cerfa.contract.derogation not in (_TOO_YOUNG, _SEVERAL)
    ):
        yield Problem((_DEROGATION, _BIRTH, _START), _seen(cerfa, age))


@rule(
    "AGE-02",
    Severity.WARN,
    article="L6222-1",
    sentence="L'apprenti(e) a {age} ans au début du contrat et sa dernière classe est "
    "« {last_class} » : avant 16 ans, il faut avoir terminé la 3e. Vérifiez la "
    "dernière classe suivie.",
)
def young_has_finished_school(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Before 16, the apprentice has finished the first cycle (L6222-1, al. 2)."""
    age = _age_at_start(cerfa)
    last_class = cerfa.apprentice.last_class
    if age is None or is_amendment(cerfa) or last_class not in _LEFT_SCHOOL_EARLY:
        return
    if _LOWEST_AGE <= age < _AGE_WITHOUT_DEROGATION:
        yield Problem(
            ("apprentice.last_class", _BIRTH, _START),
            {"age": age, "last_class": last_class},
        )


@rule(
    "AGE-03",
    Severity.BLOCK,
    article="notice 51649",
    sentence="La dérogation 11 est celle des moins de 16 ans, et l'apprenti(e), né(e) "
    "le {birth_date}, a {age} ans au début du contrat, le {start}. Corrigez la "
    "dérogation ou la date de naissance.",
)
def derogation_of_the_young(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Derogation 11 is for who is under 16 (notice)."""
    age = _age_at_start(cerfa)
    if age is None or is_amendment(cerfa):
        return
    if cerfa.contract.derogation == _TOO_YOUNG and age >= _AGE_WITHOUT_DEROGATION:
        yield Problem((_DEROGATION, _BIRTH, _START), _seen(cerfa, age))


@rule(
    "AGE-03",
    Severity.BLOCK,
    article="notice 51649",
    sentence="La dérogation 12 est celle des plus de 29 ans, et l'apprenti(e), né(e) "
    "le {birth_date}, a {age} ans au début du contrat, le {start}. Corrigez la "
    "dérogation ou la date de naissance.",
)
def derogation_of_the_old(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Derogation 12 is for who is 30 or more (notice)."""
    age = _age_at_start(cerfa)
    if age is None or is_amendment(cerfa):
        return
    if cerfa.contract.derogation == _TOO_OLD and age < _AGE_OVER_LIMIT:
        yield Problem((_DEROGATION, _BIRTH, _START), _seen(cerfa, age))


@rule(
    "AGE-04",
    Severity.BLOCK,
    article="L6222-2",
    sentence="L'apprenti(e), né(e) le {birth_date}, a {age} ans au début du contrat, "
    "le {start}. Après 29 ans, il faut une situation de handicap, un projet de "
    "création ou reprise d'entreprise, le sport de haut niveau, ou un contrat de type "
    "21, 22 ou 23. Renseignez la case qui convient.",
)
def old_has_a_case(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After 29, one of the cases of L6222-2 applies."""
    age = _age_at_start(cerfa)
    if age is None or age < _AGE_OVER_LIMIT or is_amendment(cerfa):
        return
    if cerfa.contract.contract_type in SUCCESSION_TYPES:
        return
    if not _has_no_age_limit(cerfa.apprentice):
        yield Problem(
            (_BIRTH, _START, _DISABLED, "contract.contract_type"), _seen(cerfa, age)
        )


@rule(
    "AGE-04",
    Severity.BLOCK,
    article="L6222-2",
    sentence="L'apprenti(e), né(e) le {birth_date}, a {age} ans au début du contrat, "
    "le {start} : après 29 ans, il faut la dérogation 12 (ou 50). Choisissez-la.",
)
def old_has_derogation(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After 29, the contract carries derogation 12 or 50 (notice)."""
    age = _age_at_start(cerfa)
    if age is None or age < _AGE_OVER_LIMIT or is_amendment(cerfa):
        return
    if cerfa.contract.derogation not in (_TOO_OLD, _SEVERAL):
        yield Problem((_DEROGATION, _BIRTH, _START), _seen(cerfa, age))


@rule(
    "AGE-05",
    Severity.BLOCK,
    article="D6222-1",
    sentence="L'apprenti(e), né(e) le {birth_date}, a {age} ans à la conclusion, le "
    "{conclusion} : à la suite d'un contrat d'apprentissage, l'âge limite est de 35 "
    "ans. Corrigez la date, ou cochez le cas sans limite d'âge qui s'applique.",
)
def succession_not_too_old(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Following another contract is possible until 35, at conclusion (D6222-1).

    AGE-06: no limit for the cases 3° to 5° of L6222-2, nor with another employer after
    a failure.
    """
    age = _age_of_succession(cerfa, circumstances)
    if age is not None and age > _HIGHEST_AGE_OF_SUCCESSION:
        yield Problem((_BIRTH, _CONCLUSION, _DISABLED), _seen_at_conclusion(cerfa, age))


@rule(
    "AGE-05",
    Severity.WARN,
    article="D6222-1",
    sentence="L'apprenti(e), né(e) le {birth_date}, a 35 ans révolus à la conclusion, "
    "le {conclusion} : l'administration compte parfois « 35 ans moins un jour ». "
    "Vérifiez auprès de l'OPCO avant l'envoi.",
)
def succession_at_the_limit(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """At 35, whether one is over the limit of D6222-1 is read in two ways."""
    if _age_of_succession(cerfa, circumstances) == _HIGHEST_AGE_OF_SUCCESSION:
        seen = _seen_at_conclusion(cerfa, _HIGHEST_AGE_OF_SUCCESSION)
        yield Problem((_BIRTH, _CONCLUSION, _DISABLED), seen)


@rule(
    "AGE-05",
    Severity.BLOCK,
    article="D6222-1",
    sentence="Le contrat précédent a fini le {previous_end}, et celui-ci est conclu le "
    "{conclusion} : après 29 ans, il l'est dans l'année qui suit, le {limit} au plus "
    "tard. Corrigez la date, ou cochez le cas sans limite d'âge qui s'applique.",
)
def succession_within_a_year(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After 29, a contract follows another within a year (D6222-1)."""
    previous, conclusion = (
        circumstances.previous_contract,
        cerfa.contract.date_conclusion,
    )
    if _age_of_succession(cerfa, circumstances) is None:
        return
    if previous is None or previous.date_end is None or conclusion is None:
        return
    limit = add_months(previous.date_end, 12)
    if conclusion > limit:
        yield Problem(
            (_CONCLUSION, _BIRTH, _DISABLED),
            {"conclusion": conclusion},
            {"previous_end": previous.date_end, "limit": limit},
        )


@rule(
    "AGE-07",
    Severity.WARN,
    article="loi n° 2023-1196 du 18/12/2023",
    sentence="L'équivalence jeunes à la RQTH est cochée, et l'apprenti(e) a {age} ans "
    "au début du contrat : elle va de 15 à 20 ans. Décochez-la ou corrigez la date de "
    "naissance.",
)
def youth_equivalence_age(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The youth equivalence is for ages 15 to 20 (loi plein emploi)."""
    age = _age_at_start(cerfa)
    if age is None or not cerfa.apprentice.disability_youth_equivalence:
        return
    if age not in _YOUTH_AGES:
        yield Problem(
            ("apprentice.disability_youth_equivalence", _BIRTH, _START), {"age": age}
        )


@rule(
    "AGE-07",
    Severity.WARN,
    article="loi n° 2023-1196 du 18/12/2023",
    sentence="RQTH : {disabled}, équivalence jeunes : {equivalence}. L'équivalence "
    "tient lieu de RQTH à qui ne l'a pas. Décochez l'une des deux.",
)
def youth_equivalence_alone(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The youth equivalence stands for a recognition one does not have (form)."""
    apprentice = cerfa.apprentice
    if apprentice.disability_youth_equivalence and apprentice.disabled_worker:
        yield Problem(
            ("apprentice.disability_youth_equivalence", _DISABLED),
            {"disabled": True, "equivalence": True},
        )


@rule(
    "AGE-08",
    Severity.BLOCK,
    article="L6222-4",
    sentence="L'apprenti(e), né(e) le {birth_date}, est mineur(e) à la conclusion du "
    "contrat, le {conclusion}, et n'est pas émancipé(e) : son représentant légal signe "
    "le contrat. Renseignez son nom, son adresse et son courriel.",
)
def minor_has_representative(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A minor at conclusion, not emancipated, has a legal representative (L6222-4)."""
    apprentice = cerfa.apprentice
    conclusion = cerfa.contract.date_conclusion
    if apprentice.birth_date is None or conclusion is None or apprentice.emancipated:
        return
    if apprentice.legal_representative is not None:
        return
    if is_minor(apprentice.birth_date, conclusion):
        yield Problem(
            (
                "apprentice.legal_representative",
                "apprentice.birth_date",
                "contract.date_conclusion",
            ),
            {"birth_date": apprentice.birth_date, "conclusion": conclusion},
        )


@rule(
    "AGE-09",
    Severity.WARN,
    article="L6222-5",
    sentence="L'employeur est un ascendant de l'apprenti(e), qui est mineur(e) au "
    "début du contrat, le {start} : une déclaration remplace alors le contrat. "
    "Vérifiez la démarche auprès de l'OPCO.",
)
def family_employer(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A minor employed by an ascendant is declared, without a contract (L6222-5)."""
    age = _age_at_start(cerfa)
    if age is None or cerfa.employer.specific_employer != _FAMILY_EMPLOYER:
        return
    if age < MAJORITY:
        yield Problem(
            ("employer.specific_employer", _BIRTH, _START),
            {"start": cerfa.contract.date_start},
        )


def _age_at_start(cerfa: Cerfa) -> int | None:
    birth_date, start = cerfa.apprentice.birth_date, cerfa.contract.date_start
    if birth_date is None or start is None:
        return None
    return age_on(birth_date, start)


def _is_to_come(birth_date: date, cerfa: Cerfa, today: date | None) -> bool:
    conclusion = cerfa.contract.date_conclusion
    return any(day is not None and birth_date > day for day in (conclusion, today))


def _has_no_age_limit(apprentice: Apprentice) -> bool:
    return bool(
        apprentice.disabled_worker
        or apprentice.disability_youth_equivalence
        or apprentice.disability_boe_extension
        or apprentice.top_level_athlete
        or apprentice.business_project
    )


def _age_of_succession(cerfa: Cerfa, circumstances: Circumstances) -> int | None:
    """Return the age at conclusion of who is over 29 only as following a contract."""
    age = _age_at_start(cerfa)
    conclusion = cerfa.contract.date_conclusion
    if age is None or age < _AGE_OVER_LIMIT or conclusion is None:
        return None
    kind = cerfa.contract.contract_type
    if kind not in SUCCESSION_TYPES or _has_no_age_limit(cerfa.apprentice):
        return None
    if kind == OTHER_EMPLOYER and _may_have_failed(circumstances):
        return None
    return age_on(cerfa.apprentice.birth_date, conclusion)


def _may_have_failed(circumstances: Circumstances) -> bool:
    previous = circumstances.previous_contract
    return previous is None or previous.exam_failed is not False


def _seen(cerfa: Cerfa, age: int) -> dict:
    return {
        "birth_date": cerfa.apprentice.birth_date,
        "age": age,
        "start": cerfa.contract.date_start,
    }


def _seen_at_conclusion(cerfa: Cerfa, age: int) -> dict:
    return {
        "birth_date": cerfa.apprentice.birth_date,
        "age": age,
        "conclusion": cerfa.contract.date_conclusion,
    }
