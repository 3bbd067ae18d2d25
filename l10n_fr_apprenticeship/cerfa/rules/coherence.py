# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What two sections of the form say of the same thing, and its version."""

from collections.abc import Iterator

from ..ages import MAJORITY, age_on
from ..circumstances import Circumstances
from ..contract_types import AFTER_RUPTURE, FIRST, is_amendment
from ..diplomas import diploma_rank
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import is_missing
from .registry import Problem, rule

_TYPE = "contract.contract_type"
_MODE = "contract.mode"
_SITUATION = "apprentice.situation_before"
_SPECIFIC = "employer.specific_employer"
_NATIONALITY = "apprentice.nationality"
_START = "contract.date_start"

_APPRENTICE = "4"
_TRAINEE_BEFORE_CONTRACT = "7"
_TRAINEE_AFTER_RUPTURE = "8"
_SITUATIONS_AFTER_RUPTURE = ("4", "8", "11")
_OUTSIDE_EU = "3"
_DIPLOMA_OBTAINED = "01"
_TEMPORARY_WORK = ("3", "1")
_SEASONAL = ("4", "3")
_SEASONAL_AMENDMENT = "32"


@rule(
    "COH-02",
    Severity.WARN,
    sentence="Le type 11 est celui d'un premier contrat d'apprentissage, et la "
    "situation avant le contrat est 4 (contrat d'apprentissage). Corrigez l'un des "
    "deux.",
)
def first_contract_and_situation(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Who had a contract of apprenticeship does not sign a first one (notice)."""
    if cerfa.contract.contract_type != FIRST:
        return
    if cerfa.apprentice.situation_before == _APPRENTICE:
        yield Problem((_TYPE, _SITUATION))


@rule(
    "COH-02",
    Severity.WARN,
    sentence="Le type 11 est celui d'un premier contrat d'apprentissage, et le numéro "
    "d'un contrat précédent est saisi : {number}. Corrigez l'un des deux.",
)
def first_contract_and_previous_number(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A first contract follows none (notice)."""
    number = cerfa.contract.previous_number
    if cerfa.contract.contract_type == FIRST and not is_missing(number):
        yield Problem((_TYPE, "contract.previous_number"), {"number": number})


@rule(
    "COH-02",
    Severity.WARN,
    sentence="Le type 11 est celui d'un premier contrat d'apprentissage, et un contrat "
    "précédent de l'apprenti(e) est connu. Choisissez le type 21, 22 ou 23.",
)
def first_contract_and_history(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A first contract is not that of a former apprentice (notice)."""
    if circumstances.previous_contract is None:
        return
    if cerfa.contract.contract_type == FIRST:
        yield Problem((_TYPE,))


@rule(
    "COH-03",
    Severity.WARN,
    article="L6222-12-1",
    sentence="La situation avant le contrat est 7 (en formation au CFA avant le "
    "contrat), et la formation commence le {training}, avec le contrat ({start}) ou "
    "après. Vérifiez la situation et les dates.",
)
def trainee_was_in_training(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Situation 7 is that of who trained before the contract (notice)."""
    start, training = cerfa.contract.date_start, cerfa.training.date_start
    if start is None or training is None or is_amendment(cerfa):
        return
    if cerfa.apprentice.situation_before == _TRAINEE_BEFORE_CONTRACT:
        if training >= start:
            yield Problem(
                (_SITUATION, "training.date_start", _START),
                {"training": training, "start": start},
            )


@rule(
    "COH-03",
    Severity.WARN,
    sentence="La situation avant le contrat est 8 (en formation au CFA après une "
    "rupture), et le type de contrat est {type}. Choisissez le type 23, ou vérifiez la "
    "situation.",
)
def situation_after_rupture(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Situation 8 is that of who lost a contract: type 23 (notice)."""
    kind = cerfa.contract.contract_type
    if kind is None or kind == AFTER_RUPTURE or is_amendment(cerfa):
        return
    if cerfa.apprentice.situation_before == _TRAINEE_AFTER_RUPTURE:
        yield Problem((_SITUATION, _TYPE), {"type": kind})


@rule(
    "COH-03",
    Severity.WARN,
    sentence="Le type 23 suit un contrat rompu, et la situation avant le contrat est "
    "{situation}. On attend 4, 8 ou 11 : vérifiez-la.",
)
def contract_after_rupture(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After a rupture, the apprentice's situation is 4, 8 or 11 (notice)."""
    situation = cerfa.apprentice.situation_before
    if cerfa.contract.contract_type != AFTER_RUPTURE or is_missing(situation):
        return
    if situation not in _SITUATIONS_AFTER_RUPTURE:
        yield Problem((_SITUATION, _TYPE), {"situation": situation})


@rule(
    "COH-04",
    Severity.WARN,
    article="L5221-5",
    sentence="L'apprenti(e) a la nationalité d'un pays hors de l'Union européenne : "
    "vérifiez que son titre de séjour et son autorisation de travail couvrent le début "
    "du contrat, et gardez-en la copie.",
)
def permit_to_check(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Who comes from outside the Union may work when the contract starts."""
    if circumstances.work_permit_to is None:
        if cerfa.apprentice.nationality == _OUTSIDE_EU:
            yield Problem((_NATIONALITY,))


@rule(
    "COH-04",
    Severity.WARN,
    article="L5221-5",
    sentence="L'autorisation de travail de l'apprenti(e) finit le {permit}, avant le "
    "début du contrat le {start}. Faites-la renouveler.",
)
def permit_covers_start(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The permit to work covers the start of the contract."""
    permit, start = circumstances.work_permit_to, cerfa.contract.date_start
    if permit is None or start is None:
        return
    if cerfa.apprentice.nationality == _OUTSIDE_EU and permit < start:
        yield Problem((_NATIONALITY, _START), {"start": start}, {"permit": permit})


@rule(
    "COH-04",
    Severity.WARN,
    article="L5221-5",
    sentence="L'apprenti(e), de nationalité hors de l'Union européenne, devient "
    "majeur(e) pendant le contrat, du {start} au {end} : prévoyez la demande de titre "
    "de séjour à ses 18 ans.",
)
def permit_at_majority(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A foreign minor asks for a permit on coming of age."""
    contract, birth_date = cerfa.contract, cerfa.apprentice.birth_date
    start, end = contract.date_start, contract.date_end
    if cerfa.apprentice.nationality != _OUTSIDE_EU or None in (birth_date, start, end):
        return
    if age_on(birth_date, start) < MAJORITY <= age_on(birth_date, end):
        yield Problem(
            (_NATIONALITY, "apprentice.birth_date", _START, "contract.date_end"),
            {"start": start, "end": end},
        )


@rule(
    "COH-05",
    Severity.WARN,
    sentence="La dernière classe est 01 (diplôme obtenu), et le diplôme le plus élevé "
    "obtenu ({highest}) est d'un niveau inférieur au dernier préparé ({prepared}). "
    "Corrigez l'un des trois.",
)
def diploma_obtained_is_counted(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Who obtained the last diploma prepared holds that level at least (notice)."""
    apprentice = cerfa.apprentice
    highest = diploma_rank(apprentice.highest_diploma)
    prepared = diploma_rank(apprentice.last_diploma_prepared)
    if apprentice.last_class != _DIPLOMA_OBTAINED or None in (highest, prepared):
        return
    if highest < prepared:
        yield Problem(
            (
                "apprentice.highest_diploma",
                "apprentice.last_diploma_prepared",
                "apprentice.last_class",
            ),
            {
                "highest": apprentice.highest_diploma,
                "prepared": apprentice.last_diploma_prepared,
            },
        )


@rule(
    "COH-08",
    Severity.WARN,
    sentence="Le mode contractuel est {mode} et l'employeur spécifique {specific} : le "
    "travail temporaire est 3 et 1, la saison à deux employeurs 4 et 3. Corrigez l'un "
    "des deux.",
)
def mode_and_employer(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Temporary and seasonal contracts have temporary and seasonal employers."""
    mode, specific = cerfa.contract.mode, cerfa.employer.specific_employer
    if is_missing(mode) or is_missing(specific):
        return
    for wanted_mode, wanted_specific in (_TEMPORARY_WORK, _SEASONAL):
        if (mode == wanted_mode) != (specific == wanted_specific):
            yield Problem((_MODE, _SPECIFIC), {"mode": mode, "specific": specific})
            return


@rule(
    "COH-08",
    Severity.WARN,
    sentence="Le type 32 est un avenant de contrat saisonnier, et le mode contractuel "
    "est {mode}. Choisissez le mode 4, ou corrigez le type.",
)
def seasonal_amendment(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Amendment 32 is that of a seasonal contract (notice)."""
    mode = cerfa.contract.mode
    if cerfa.contract.contract_type != _SEASONAL_AMENDMENT or is_missing(mode):
        return
    if mode != _SEASONAL[0]:
        yield Problem((_MODE, _TYPE), {"mode": mode})


@rule(
    "VER-01",
    Severity.WARN,
    sentence="Version du formulaire : {seen}, et celle en vigueur le {day} est "
    "{known}. Reprenez le contrat sur la bonne version.",
)
def version_in_force(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The version is the one in force at conclusion, or when an amendment applies."""
    seen, contract = cerfa.version, cerfa.contract
    day, path = contract.date_conclusion, "contract.date_conclusion"
    if is_amendment(cerfa):
        day, path = contract.date_amendment_effect, "contract.date_amendment_effect"
    if is_missing(seen) or day is None:
        return
    known = tables.form_version(day)
    if known is not None and seen != known:
        yield Problem(("version", path), {"seen": seen, "day": day}, {"known": known})
