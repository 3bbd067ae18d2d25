# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The dates of the contract and of the training, and how far apart they may be."""

from collections.abc import Iterator
from datetime import date

from ..circumstances import Circumstances
from ..contract_types import INITIAL_TYPES, is_amendment
from ..durations import add_months
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from .registry import Problem, rule

_CONCLUSION = "contract.date_conclusion"
_START = "contract.date_start"
_PRACTICAL = "contract.date_practical_training"
_EFFECT = "contract.date_amendment_effect"
_END = "contract.date_end"
_TRAINING_START = "training.date_start"
_SITUATION = "apprentice.situation_before"

_MONTHS_AROUND_START = 3
_TRAINEE_BEFORE_CONTRACT = "7"
_TRAINEE_AFTER_RUPTURE = "8"
_TRAINEES = (_TRAINEE_BEFORE_CONTRACT, _TRAINEE_AFTER_RUPTURE)

# The first date of each pair stands strictly before the second.
_ORDERED_DATES = (
    ("contract.date_start", "contract.date_end"),
    ("training.date_start", "training.date_end"),
    ("contract.date_start", "training.date_end"),
    ("contract.date_conclusion", "training.date_end"),
)


@rule(
    "DAT-01",
    Severity.BLOCK,
    article="Cass. soc. 13/12/2007 n° 06-45.343",
    sentence="Le contrat commence le {start}, avant sa conclusion le {conclusion} : un "
    "contrat ne peut pas être antidaté. Corrigez l'une des deux dates.",
)
def concluded_before_start(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A first or new contract is concluded on the day it starts at the latest."""
    contract = cerfa.contract
    conclusion, start = contract.date_conclusion, contract.date_start
    if contract.contract_type not in INITIAL_TYPES:
        return
    if conclusion is not None and start is not None and conclusion > start:
        yield Problem(
            ("contract.date_conclusion", "contract.date_start"),
            {"conclusion": conclusion, "start": start},
        )


@rule(
    "DAT-05",
    Severity.BLOCK,
    sentence="« {box} » ({first}) doit précéder « {other_box} » ({second}). "
    "Corrigez l'une des deux dates.",
)
def dates_in_order(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Start < end; training start, contract start and conclusion < exams."""
    for first_path, second_path in _ORDERED_DATES:
        first, second = _date_at(cerfa, first_path), _date_at(cerfa, second_path)
        if first is not None and second is not None and first >= second:
            yield Problem(
                (first_path, second_path),
                {"first": first, "second": second},
            )


@rule(
    "DAT-02",
    Severity.BLOCK,
    article="L6222-12",
    sentence="« {box} » ({practical}) précède « {other_box} » ({other}). Corrigez "
    "l'une des deux dates.",
)
def practical_training_not_before(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Practical training starts on the start of the contract at the earliest.

    Conclusion is compared only when the start is empty: DAT-01 orders the two.
    """
    contract = cerfa.contract
    practical, start = contract.date_practical_training, contract.date_start
    conclusion = contract.date_conclusion
    if practical is None:
        return
    if start is not None:
        if practical < start:
            yield Problem(
                (_PRACTICAL, _START), {"practical": practical, "other": start}
            )
    elif conclusion is not None and practical < conclusion:
        yield Problem(
            (_PRACTICAL, _CONCLUSION), {"practical": practical, "other": conclusion}
        )


@rule(
    "DAT-02",
    Severity.BLOCK,
    article="L6222-12",
    sentence="« {box} » ({seen}) est plus de 3 mois après le début du contrat "
    "({start}) : la loi fixe le {limit} au plus tard. Corrigez l'une des deux dates.",
)
def practical_training_in_time(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Practical training starts within 3 months of the contract (L6222-12)."""
    seen = cerfa.contract.date_practical_training
    yield from _too_late_after_start(cerfa, _PRACTICAL, seen)


@rule(
    "DAT-02",
    Severity.BLOCK,
    sentence="La formation pratique chez l'employeur commence le {practical}, après la "
    "fin du contrat le {end}. Corrigez l'une des deux dates.",
)
def practical_training_before_end(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Practical training starts before the contract ends."""
    contract = cerfa.contract
    practical, end = contract.date_practical_training, contract.date_end
    if practical is not None and end is not None and practical > end:
        yield Problem((_PRACTICAL, _END), {"practical": practical, "end": end})


@rule(
    "DAT-03",
    Severity.BLOCK,
    article="L6222-12",
    sentence="« {box} » ({seen}) est plus de 3 mois après le début du contrat "
    "({start}) : la loi fixe le {limit} au plus tard. Corrigez l'une des deux dates.",
)
def training_starts_in_time(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The training starts within 3 months of the contract (L6222-12)."""
    yield from _too_late_after_start(cerfa, _TRAINING_START, cerfa.training.date_start)


def _too_late_after_start(
    cerfa: Cerfa, path: str, seen: date | None
) -> Iterator[Problem]:
    start = cerfa.contract.date_start
    if seen is None or start is None:
        return
    limit = add_months(start, _MONTHS_AROUND_START)
    if seen > limit:
        yield Problem((path, _START), {"seen": seen, "start": start, "limit": limit})


@rule(
    "DAT-04",
    Severity.BLOCK,
    article="L6222-12-1",
    sentence="La formation en CFA commence le {training}, plus de 3 mois avant le "
    "début du contrat le {start} : on ne peut s'y former sans contrat que 3 mois, ici "
    "depuis le {limit} au plus tôt. Corrigez l'une des deux dates.",
)
def training_not_long_before(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Nobody trains more than 3 months before the contract (L6222-12-1).

    After a rupture, the apprentice was already in training: see DAT-16.
    """
    if cerfa.apprentice.situation_before != _TRAINEE_AFTER_RUPTURE:
        yield from _long_before_start(cerfa)


@rule(
    "DAT-16",
    Severity.INFO,
    article="L6222-18-2",
    sentence="La formation en CFA commence le {training}, plus de 3 mois avant le "
    "début du contrat le {start}. Après une rupture, le CFA garde l'apprenti(e) 6 "
    "mois : vérifiez que la date saisie est bien celle de ce contrat.",
)
def training_long_before_after_rupture(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After a rupture the CFA keeps the apprentice 6 months (L6222-18-2)."""
    if cerfa.apprentice.situation_before == _TRAINEE_AFTER_RUPTURE:
        yield from _long_before_start(cerfa)


def _long_before_start(cerfa: Cerfa) -> Iterator[Problem]:
    start, training = cerfa.contract.date_start, cerfa.training.date_start
    if start is None or training is None:
        return
    limit = add_months(start, -_MONTHS_AROUND_START)
    if training < limit:
        yield Problem(
            (_TRAINING_START, _START),
            {"training": training, "start": start, "limit": limit},
        )


@rule(
    "DAT-04",
    Severity.WARN,
    article="L6222-12-1",
    sentence="La formation en CFA commence le {training}, avant la conclusion du "
    "contrat le {conclusion}, et la situation avant le contrat est « {situation} ». "
    "Choisissez 7 (ou 8 après une rupture), ou corrigez la date.",
)
def trainee_before_contract(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Who trained before the contract was a trainee: situation 7 or 8."""
    conclusion = cerfa.contract.date_conclusion
    situation = cerfa.apprentice.situation_before
    if conclusion is None or situation is None or situation in _TRAINEES:
        return
    if _trained_before_start(cerfa) and cerfa.training.date_start < conclusion:
        yield Problem(
            (_SITUATION, _TRAINING_START, _CONCLUSION),
            {
                "training": cerfa.training.date_start,
                "conclusion": conclusion,
                "situation": situation,
            },
        )


@rule(
    "DAT-04",
    Severity.WARN,
    article="L6222-12-1",
    sentence="La formation en CFA a commencé le {training}, avant la conclusion du "
    "contrat le {conclusion} : le contrat commence alors le jour de sa conclusion, et "
    "non le {start}. Vérifiez ces dates.",
)
def trainee_starts_on_conclusion(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract concluded in the course of the training starts at once."""
    start, conclusion = cerfa.contract.date_start, cerfa.contract.date_conclusion
    if conclusion is None or not _trained_before_start(cerfa):
        return
    if cerfa.training.date_start < conclusion < start:
        yield Problem(
            (_START, _CONCLUSION, _TRAINING_START),
            {
                "training": cerfa.training.date_start,
                "conclusion": conclusion,
                "start": start,
            },
        )


@rule(
    "DAT-04",
    Severity.WARN,
    article="L6222-12",
    sentence="La formation en CFA commence le {training}, avant le début d'exécution "
    "du contrat le {start}. Le contrat étant conclu, il commence le premier jour "
    "passé en CFA ou chez l'employeur : vérifiez ces dates.",
)
def contract_starts_with_training(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Once concluded, the contract starts on the first day at the CFA or the job."""
    conclusion = cerfa.contract.date_conclusion
    if conclusion is None or not _trained_before_start(cerfa):
        return
    if conclusion <= cerfa.training.date_start:
        yield Problem(
            (_START, _TRAINING_START),
            {
                "training": cerfa.training.date_start,
                "start": cerfa.contract.date_start,
            },
        )


def _trained_before_start(cerfa: Cerfa) -> bool:
    """Tell so of an initial contract, whose two dates are in order (DAT-01)."""
    contract, training = cerfa.contract, cerfa.training.date_start
    if is_amendment(cerfa) or contract.date_start is None or training is None:
        return False
    conclusion = contract.date_conclusion
    if conclusion is not None and conclusion > contract.date_start:
        return False
    return training < contract.date_start


@rule(
    "DAT-12",
    Severity.BLOCK,
    sentence="L'avenant prend effet le {effect}, hors du contrat qui va du {start} au "
    "{end}. Corrigez la date d'effet.",
)
def amendment_within_contract(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An amendment takes effect while the contract runs."""
    contract = cerfa.contract
    start, end = contract.date_start, contract.date_end
    effect = contract.date_amendment_effect
    if not is_amendment(cerfa) or None in (effect, start, end) or start > end:
        return
    if not start <= effect <= end:
        yield Problem(
            (_EFFECT, _START, _END), {"effect": effect, "start": start, "end": end}
        )


@rule(
    "DAT-15",
    Severity.BLOCK,
    sentence="Le contrat est déjà fini : sa date de fin est le {end}. Corrigez-la : un "
    "nouveau contrat ne peut pas être envoyé après sa fin.",
)
def contract_not_over(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A new contract is not over on the day it is checked."""
    end, today = cerfa.contract.date_end, circumstances.today
    if is_amendment(cerfa) or end is None or today is None:
        return
    if end < today:
        yield Problem((_END,), {"end": end})


def _date_at(cerfa: Cerfa, path: str) -> date | None:
    section, name = path.split(".")
    return getattr(getattr(cerfa, section), name)
