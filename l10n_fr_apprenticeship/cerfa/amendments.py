# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The reasons for an amendment, types 31 to 38 of the notice, and what each may change.

The notice gives the labels; which boxes follow from them is our reading of it and of
the articles named here: no list is published. The check lets somebody pass over it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Boxes that belong to the amendment itself: its nature, its signatures.
OWN_BOXES = frozenset(
    {
        "version",
        "proving_signature",
        "contract.contract_type",
        "contract.previous_number",
        "contract.date_conclusion",
        "contract.date_amendment_effect",
        "contract.signing_place",
        "employer.representative_name",
        "employer.representative_first_name",
        "employer.tutor_eligibility_attested",
        "employer.supporting_documents_attested",
        "training_centre.visa",
    }
)
# What is restated as it is on the day: no essential element of the contract.
UPDATED_BOXES = (
    "employer.phone",
    "employer.email",
    "employer.headcount",
    "employer.pension_fund",
    "apprentice.usage_name",
    "apprentice.phone",
    "apprentice.email",
    "apprentice.address",
    "apprentice.emancipated",
    "apprentice.legal_representative",
    "tutor.email",
    "second_tutor.email",
)
_PAY = (
    "contract.pay_periods",
    "contract.gross_monthly_wage",
    "contract.meal_benefit",
    "contract.housing_benefit",
    "contract.other_benefit",
)
_WORKING_TIME = ("contract.weekly_hours", "contract.weekly_minutes")
_LONGER = (
    "contract.date_end",
    "contract.derogation",
    "training.date_end",
    "training.hours",
    "training.distance_hours",
    *_PAY,
)


@dataclass(frozen=True)
class Reason:
    """A reason for an amendment.

    `may_change`: the boxes, or the parts, that follow from it; `explanation`: what it
    is for, in French; `article`: of the labour code, when one names the case.
    """

    code: str
    explanation: str
    may_change: tuple[str, ...]
    article: str | None = None


_REASONS = (
    Reason(
        "31",
        "L'entreprise change de forme, de propriétaire ou de numéro SIREN (fusion, "
        "cession, reprise…) : le contrat continue avec le nouvel employeur. Corrigez "
        "les cases de l'employeur.",
        ("employer",),
        "L1224-1",
    ),
    Reason(
        "32",
        "Contrat saisonnier à deux employeurs : l'apprenti(e) passe chez l'autre. "
        "Corrigez l'employeur, le maître d'apprentissage, l'horaire et la "
        "rémunération.",
        (
            "employer",
            "tutor",
            "second_tutor",
            "contract.hazardous_work",
            *_WORKING_TIME,
            *_PAY,
        ),
        "L6222-5-1",
    ),
    Reason(
        "33",
        "L'apprenti(e) a échoué à l'examen et le contrat est prolongé, d'un an au "
        "plus, avec le même employeur. Corrigez la fin du contrat, la fin des "
        "épreuves, les heures, et ajoutez une ligne de rémunération.",
        _LONGER,
        "L6222-11",
    ),
    Reason(
        "34",
        "L'apprenti(e) est reconnu(e) travailleur handicapé : le contrat peut être "
        "prolongé et l'horaire aménagé. Cochez la reconnaissance, corrigez les dates, "
        "les heures et la rémunération.",
        (
            "apprentice.disabled_worker",
            "apprentice.disability_youth_equivalence",
            "apprentice.disability_boe_extension",
            *_LONGER,
            *_WORKING_TIME,
        ),
        "R6222-47",
    ),
    Reason(
        "35",
        "L'apprenti(e) prépare un diplôme ou titre supplémentaire pendant le contrat. "
        "Corrigez la formation, et s'il le faut sa durée, le lieu, la fin du contrat "
        "et la rémunération.",
        (
            "training",
            "training_centre",
            "training_place",
            "contract.date_end",
            "contract.derogation",
            *_PAY,
        ),
        "L6222-22-1",
    ),
    Reason(
        "36",
        "Tous les autres changements : maître d'apprentissage, durée du travail, "
        "rémunération, réduction ou allongement de la durée (avec sa dérogation et la "
        "convention d'aménagement), CFA…",
        (
            "employer.naf",
            "employer.idcc",
            "employer.employer_type",
            "employer.specific_employer",
            "employer.public_unemployment_scheme",
            "apprentice",
            "tutor",
            "second_tutor",
            "contract.mode",
            "contract.derogation",
            "contract.date_practical_training",
            "contract.date_end",
            "contract.hazardous_work",
            *_WORKING_TIME,
            *_PAY,
            "training",
            "training_centre.name",
            "training_centre.siret",
            "training_centre.uai",
            "training_centre.address",
            "training_centre.in_house",
        ),
    ),
    Reason(
        "37",
        "L'apprenti(e) travaille dans un autre établissement de la même entreprise. "
        "Corrigez le SIRET et l'adresse de l'établissement d'exécution.",
        ("employer",),
    ),
    Reason(
        "38",
        "Le lieu principal de la formation théorique change. Corrigez le lieu de "
        "formation.",
        ("training_centre.is_main_place", "training_centre.address", "training_place"),
    ),
)
REASONS = {reason.code: reason for reason in _REASONS}


def may_change(code: str, path: str) -> bool:
    """Tell whether an amendment of that type may change a box.

    :param code: 31 to 38
    :param path: of a box, pay periods numbered: ``"contract.pay_periods.0.rate"``
    :raises KeyError: when the code is no amendment's
    """
    return _is_under(path, (*OWN_BOXES, *UPDATED_BOXES, *REASONS[code].may_change))


def _is_under(path: str, parts: Iterable[str]) -> bool:
    return any(path == part or path.startswith(f"{part}.") for part in parts)


def is_essential(path: str) -> bool:
    """Tell whether only an amendment made for it may change a box.

    Not what every amendment states for itself, nor what it brings up to date.
    """
    return not _is_under(path, (*OWN_BOXES, *UPDATED_BOXES))


def reasons_to_change_all(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the types of amendment that may change all of these boxes together."""
    wanted = tuple(paths)
    return tuple(
        code for code in REASONS if all(may_change(code, path) for path in wanted)
    )


def reasons_to_change(path: str) -> tuple[str, ...]:
    """Return the types of amendment that may change a box, smallest code first."""
    return tuple(code for code in REASONS if may_change(code, path))
