# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The documents that go with a contract: which there are, which this one needs.

The law names what is deposited with the form (D6224-1); the notice, what the employer
and the training centre keep and show on demand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .ages import MAJORITY, age_on
from .circumstances import DURATION_AGREEMENT, IN_HOUSE_ANNEX, Circumstances
from .contract_types import SUCCESSION_TYPES, is_amendment
from .form import Cerfa
from .parts import whole

SIGNED_FORM = "signed_form"
CONVENTION = "convention"
MOBILITY_AGREEMENT = "mobility_agreement"
BUSINESS_PROJECT = "business_project"
ASCENDANT_DECLARATION = "ascendant_declaration"
IDENTITY = "identity"
RESIDENCE_PERMIT = "residence_permit"
DISABILITY_PROOF = "disability_proof"
ATHLETE_PROOF = "athlete_proof"
SCHOOL_CERTIFICATE = "school_certificate"
HAZARDOUS_WORK = "hazardous_work"
PREVIOUS_CONTRACT = "previous_contract"
TUTOR_QUALIFICATION = "tutor_qualification"
COLLECTIVE_PAY_SCALE = "collective_pay_scale"
COMPLETION_CERTIFICATE = "completion_certificate"
OTHER = "other"

#: What becomes of a document: it goes to the OPCO, it goes with the training agreement,
#: it is kept and shown on demand, or the law deposits it but the norm sends its data.
DEPOSITED = "deposited"
WITH_AGREEMENT = "with_agreement"
KEPT = "kept"
DATA_ONLY = "data_only"

_OVER_AGE_LIMIT = 30
_LAST_YEAR_AFTER_CONTRACT = 35
_SCHOOL_AGE = 16
_FOREIGN = "3"
_FAMILY_APPRENTICESHIP = "4"
_COLLECTIVE_SCALE = "SMC"
# Derogations « réduction », « allongement » and « cumul ».
_CHANGED_DURATION = ("21", "22", "50")


@dataclass(frozen=True)
class Kind:
    """A kind of document; `label` in French.

    `is_personal`: reveals a disability. `is_repeated`: a contract may hold several;
    else the last one received takes the place of the former.
    """

    label: str
    fate: str = KEPT
    is_personal: bool = False
    is_repeated: bool = False


KINDS = {
    SIGNED_FORM: Kind("CERFA signé, visé par le CFA", DATA_ONLY),
    CONVENTION: Kind("Convention de formation signée", WITH_AGREEMENT),
    IN_HOUSE_ANNEX: Kind("Annexe pédagogique et financière", DEPOSITED),
    DURATION_AGREEMENT: Kind("Convention tripartite d'aménagement de durée", DEPOSITED),
    MOBILITY_AGREEMENT: Kind("Convention de mobilité", DEPOSITED),
    BUSINESS_PROJECT: Kind("Attestation de création ou de reprise", DEPOSITED),
    ASCENDANT_DECLARATION: Kind("Déclaration de l'ascendant employeur", DEPOSITED),
    IDENTITY: Kind("Pièce d'identité de l'apprenti(e)", is_repeated=True),
    RESIDENCE_PERMIT: Kind(
        "Titre de séjour et autorisation de travail", is_repeated=True
    ),
    DISABILITY_PROOF: Kind(
        "Justificatif de handicap (RQTH, BOE, PCH, AEEH, PPS)",
        is_personal=True,
        is_repeated=True,
    ),
    ATHLETE_PROOF: Kind("Inscription sur la liste des sportifs de haut niveau"),
    SCHOOL_CERTIFICATE: Kind("Certificat de scolarité de fin de collège"),
    HAZARDOUS_WORK: Kind("Déclaration de dérogation aux travaux dangereux"),
    PREVIOUS_CONTRACT: Kind("Contrat précédent et sa rupture", is_repeated=True),
    TUTOR_QUALIFICATION: Kind(
        "Diplômes et expérience du maître d'apprentissage", is_repeated=True
    ),
    COLLECTIVE_PAY_SCALE: Kind("Grille des salaires conventionnels (SMC)"),
    COMPLETION_CERTIFICATE: Kind(
        "Certificat de réalisation", DEPOSITED, is_repeated=True
    ),
    OTHER: Kind("Autre pièce", is_repeated=True),
}


@dataclass(frozen=True)
class Need:
    """A document that a contract needs: why, in French, and by which text."""

    kind: str
    reason: str
    source: str


def needed(cerfa: Cerfa, circumstances: Circumstances) -> tuple[Need, ...]:
    """Return what a contract, or an amendment, needs, in the order of `KINDS`."""
    form = whole(cerfa)
    found = [need for need, applies in _NEEDS if applies(form, circumstances)]
    order = list(KINDS)
    return tuple(sorted(found, key=lambda need: order.index(need.kind)))


# ------------------------------------------------------------------------ conditions
def _age_at_start(cerfa: Cerfa) -> int | None:
    birth, start = cerfa.apprentice.birth_date, cerfa.contract.date_start
    return None if birth is None or start is None else age_on(birth, start)


def _younger_than(cerfa: Cerfa, age: int) -> bool:
    at_start = _age_at_start(cerfa)
    return at_start is not None and at_start < age


def _is_represented(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return _younger_than(cerfa, MAJORITY) and not cerfa.apprentice.emancipated


def _is_not_represented(cerfa: Cerfa, circumstances: Circumstances) -> bool:
    return not _is_represented(cerfa, circumstances)


def _is_in_house(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return bool(cerfa.training_centre.in_house)


def _is_first_with_agreement(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return not cerfa.training_centre.in_house and not is_amendment(cerfa)


def _changes_the_agreement(cerfa: Cerfa, circumstances: Circumstances) -> bool:
    """An amendment changes what the agreement says; not knowing, it does."""
    if cerfa.training_centre.in_house or not is_amendment(cerfa):
        return False
    if circumstances.amended is None:
        return True
    former = whole(circumstances.amended.cerfa)
    return _agreed_on(former) != _agreed_on(cerfa)


def _agreed_on(cerfa: Cerfa) -> tuple:
    return (
        cerfa.training,
        cerfa.training_centre.siret,
        cerfa.employer.siret,
        cerfa.contract.date_end,
    )


def _changes_duration(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return cerfa.contract.derogation in _CHANGED_DURATION


def _goes_abroad(_cerfa: Cerfa, circumstances: Circumstances) -> bool:
    return bool(circumstances.is_mobile_abroad)


def _is_over_age_for_project(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    age = _age_at_start(cerfa)
    over = age is not None and age >= _OVER_AGE_LIMIT
    return over and bool(cerfa.apprentice.business_project)


def _is_employed_by_ascendant(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    is_family = cerfa.employer.specific_employer == _FAMILY_APPRENTICESHIP
    return is_family and _younger_than(cerfa, MAJORITY)


def _is_first(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return not is_amendment(cerfa)


def _is_foreign(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return cerfa.apprentice.nationality == _FOREIGN


def _is_disabled(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    apprentice = cerfa.apprentice
    return bool(
        apprentice.disabled_worker
        or apprentice.disability_youth_equivalence
        or apprentice.disability_boe_extension
    )


def _is_athlete(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return bool(cerfa.apprentice.top_level_athlete)


def _is_of_school_age(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return _younger_than(cerfa, _SCHOOL_AGE)


def _is_minor_at_hazardous_work(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    return bool(cerfa.contract.hazardous_work) and _younger_than(cerfa, MAJORITY)


def _is_over_age_after_contract(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    age = _age_at_start(cerfa)
    if age is None or not _OVER_AGE_LIMIT <= age <= _LAST_YEAR_AFTER_CONTRACT:
        return False
    return cerfa.contract.contract_type in SUCCESSION_TYPES


def _has_collective_pay(cerfa: Cerfa, _circumstances: Circumstances) -> bool:
    periods = cerfa.contract.pay_periods or ()
    return any(period.basis == _COLLECTIVE_SCALE for period in periods)


_Condition = Callable[[Cerfa, Circumstances], bool]
_NEEDS: tuple[tuple[Need, _Condition], ...] = (
    (
        Need(
            SIGNED_FORM,
            "Signé par l'employeur et l'apprenti(e), visé par le CFA.",
            "D6224-1",
        ),
        _is_not_represented,
    ),
    (
        Need(
            SIGNED_FORM,
            "Signé par l'employeur, l'apprenti(e) et son représentant légal, visé par "
            "le CFA.",
            "D6224-1, L6222-4",
        ),
        _is_represented,
    ),
    (
        Need(CONVENTION, "Entre le CFA et l'employeur.", "L6353-1, D6224-1"),
        _is_first_with_agreement,
    ),
    (
        Need(
            CONVENTION,
            "L'avenant change la formation, son lieu, l'employeur ou la fin du "
            "contrat : une nouvelle convention l'accompagne.",
            "L6353-1, D6224-6",
        ),
        _changes_the_agreement,
    ),
    (
        Need(
            IN_HOUSE_ANNEX,
            "Le CFA est celui de l'entreprise : elle remplace la convention.",
            "D6224-1",
        ),
        _is_in_house,
    ),
    (
        Need(
            DURATION_AGREEMENT,
            "La dérogation change la durée du contrat : signée par l'employeur, "
            "l'apprenti(e) et le CFA.",
            "L6222-7-1, D6224-1",
        ),
        _changes_duration,
    ),
    (
        Need(
            MOBILITY_AGREEMENT,
            "La convention de formation prévoit une mobilité internationale.",
            "L6222-42",
        ),
        _goes_abroad,
    ),
    (
        Need(
            BUSINESS_PROJECT,
            "L'apprenti(e) a plus de 29 ans et un projet de création ou de reprise "
            "d'entreprise : attestation sur l'honneur.",
            "L6222-2, 4°",
        ),
        _is_over_age_for_project,
    ),
    (
        Need(
            ASCENDANT_DECLARATION,
            "L'apprenti(e), mineur(e), est employé(e) par un ascendant : la "
            "déclaration remplace le contrat.",
            "L6222-5",
        ),
        _is_employed_by_ascendant,
    ),
    (
        Need(IDENTITY, "À présenter sur demande de l'OPCO.", "Notice 51649"),
        _is_first,
    ),
    (
        Need(
            RESIDENCE_PERMIT,
            "L'apprenti(e) n'est pas ressortissant(e) de l'Union européenne.",
            "R5221-1, R5221-7",
        ),
        _is_foreign,
    ),
    (
        Need(
            DISABILITY_PROOF,
            "Le contrat déclare une situation de handicap.",
            "L5213-1, L5212-13",
        ),
        _is_disabled,
    ),
    (
        Need(
            ATHLETE_PROOF,
            "L'apprenti(e) est déclaré(e) sportif(ve) de haut niveau.",
            "L221-2 du code du sport",
        ),
        _is_athlete,
    ),
    (
        Need(
            SCHOOL_CERTIFICATE,
            "L'apprenti(e) a moins de 16 ans : fin de la scolarité au collège.",
            "L6222-1, D6222-1",
        ),
        _is_of_school_age,
    ),
    (
        Need(
            HAZARDOUS_WORK,
            "L'apprenti(e), mineur(e), est exposé(e) à des travaux dangereux.",
            "R4153-40, R4153-41",
        ),
        _is_minor_at_hazardous_work,
    ),
    (
        Need(
            PREVIOUS_CONTRACT,
            "L'apprenti(e) a de 30 à 35 ans et fait suite à un autre contrat.",
            "L6222-2, 1° et 2°",
        ),
        _is_over_age_after_contract,
    ),
    (
        Need(
            TUTOR_QUALIFICATION,
            "Conservés par l'employeur, qui atteste que le maître est éligible.",
            "L6223-8-1, R6223-22",
        ),
        _is_first,
    ),
    (
        Need(
            COLLECTIVE_PAY_SCALE,
            "La rémunération est calculée sur le salaire minimum conventionnel.",
            "D6222-26",
        ),
        _has_collective_pay,
    ),
)
