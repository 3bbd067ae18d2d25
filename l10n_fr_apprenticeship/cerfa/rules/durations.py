# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How long the contract and the training last."""

from collections.abc import Iterator
from datetime import date

from ..circumstances import DURATION_AGREEMENT, Circumstances
from ..contract_types import (
    AFTER_RUPTURE,
    PROLONGATION_AFTER_FAILURE,
    PROLONGATION_TYPES,
    is_amendment,
)
from ..durations import add_months_to_month_end, last_day_of
from ..findings import Severity
from ..form import Cerfa, Contract
from ..legal import LegalTables
from .registry import Problem, rule

_START = "contract.date_start"
_END = "contract.date_end"
_DEROGATION = "contract.derogation"
_EFFECT = "contract.date_amendment_effect"
_EXAMS = "training.date_end"

_MIN_MONTHS = 6
_MAX_MONTHS = 36
_MAX_MONTHS_OF_DISABLED = 48
_MAX_PROLONGATION = 12
_MONTHS_AFTER_EXAMS = 2
_MAX_MONTHS_AFTER_EXAMS = 3
_TRAINING_MONTHS = (6, 48)
# The contract may start 3 months before the training, or after (L6222-12).
_START_MARGIN = 3

# Who was already in training may conclude for what is left of it.
_SITUATIONS_IN_TRAINING = ("7", "8")
_SHORTER, _LONGER, _SEVERAL = "21", "22", "50"


@rule(
    "DAT-06",
    Severity.BLOCK,
    sentence="Les épreuves finissent le {exams}, après la fin du contrat le {end} : le "
    "contrat doit couvrir les épreuves. Corrigez l'une des deux dates.",
)
def contract_covers_exams(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The contract covers the exams (notice)."""
    end, exams = cerfa.contract.date_end, cerfa.training.date_end
    if end is not None and exams is not None and exams > end:
        yield Problem((_END, _EXAMS), {"exams": exams, "end": end})


@rule(
    "DAT-07",
    Severity.WARN,
    article="notice 51649",
    sentence="Le contrat finit le {end}, plus de 2 mois après les épreuves ({exams}) : "
    "l'OPCO demande de ne pas dépasser le {limit}, sauf si le cycle suivant commence "
    "plus tard. Vérifiez ces dates.",
)
def contract_ends_soon_after_exams(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The contract ends within 2 months of the exams (notice).

    From the last day of a month to the last of another: 30 June to 31 August.
    """
    end, exams = cerfa.contract.date_end, cerfa.training.date_end
    if end is None or exams is None:
        return
    limit = add_months_to_month_end(exams, _MONTHS_AFTER_EXAMS)
    if limit < end <= add_months_to_month_end(exams, _MAX_MONTHS_AFTER_EXAMS):
        yield Problem((_END, _EXAMS), {"end": end, "exams": exams, "limit": limit})


@rule(
    "DAT-07",
    Severity.BLOCK,
    article="notice 51649",
    sentence="Le contrat finit le {end}, plus de 3 mois après les épreuves ({exams}) : "
    "le dépôt est refusé au-delà du {limit}. Corrigez l'une des deux dates.",
)
def contract_not_long_after_exams(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The contract ends within 3 months of the exams (State's generator)."""
    end, exams = cerfa.contract.date_end, cerfa.training.date_end
    if end is None or exams is None:
        return
    limit = add_months_to_month_end(exams, _MAX_MONTHS_AFTER_EXAMS)
    if end > limit:
        yield Problem((_END, _EXAMS), {"end": end, "exams": exams, "limit": limit})


@rule(
    "DAT-08",
    Severity.OVERRIDABLE_BLOCK,
    article="L6222-7-1",
    sentence="Le contrat, du {start} au {end}, dure moins de 6 mois : il devrait finir "
    "le {limit} au plus tôt. Corrigez les dates, ou indiquez le texte qui le permet.",
)
def contract_not_too_short(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract lasts 6 months at least (L6222-7-1).

    DAT-09: not after a rupture, nor for who was in training already (R6222-23-1).
    """
    dates = _dates(cerfa.contract)
    if dates is None or is_amendment(cerfa) or _may_be_short(cerfa):
        return
    start, end = dates
    limit = last_day_of(start, _MIN_MONTHS)
    if end < limit:
        yield Problem((_END, _START), {"start": start, "end": end, "limit": limit})


@rule(
    "DAT-08",
    Severity.OVERRIDABLE_BLOCK,
    article="L6222-7-1",
    sentence="Le contrat, du {start} au {end}, dépasse la durée maximale : 3 ans, et "
    "4 ans pour un(e) apprenti(e) en situation de handicap ou sportif(ve) de haut "
    "niveau. Corrigez les dates, ou indiquez le texte qui le permet.",
)
def contract_not_too_long(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract lasts 3 years at most, 4 with a disability (L6222-7-1)."""
    dates = _dates(cerfa.contract)
    if dates is None or cerfa.contract.contract_type in PROLONGATION_TYPES:
        return
    start, end = dates
    if end > last_day_of(start, _max_months(cerfa)):
        # One sentence for all: the limit alone would tell who is disabled.
        yield Problem((_END, _START), {"start": start, "end": end})


@rule(
    "DAT-09",
    Severity.OVERRIDABLE_BLOCK,
    article="L6222-11",
    sentence="La prolongation après un échec, du {effect} au {end}, dépasse un an : "
    "elle finit le {limit} au plus tard. Corrigez l'une des deux dates.",
)
def prolongation_of_a_year(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """After a failure, the contract is prolonged by a year at most (L6222-11)."""
    contract = cerfa.contract
    effect, end = contract.date_amendment_effect, contract.date_end
    if contract.contract_type != PROLONGATION_AFTER_FAILURE:
        return
    if effect is None or end is None:
        return
    limit = last_day_of(effect, _MAX_PROLONGATION)
    if end > limit:
        yield Problem((_END, _EFFECT), {"effect": effect, "end": end, "limit": limit})


@rule(
    "DAT-10",
    Severity.BLOCK,
    article="L6222-7-1",
    sentence="Le contrat, du {start} au {end}, est plus court que la formation, qui "
    "dure {cycle} mois. Choisissez la dérogation 21 (ou 50) et joignez la convention "
    "tripartite d'aménagement de durée, ou corrigez les dates.",
)
def shorter_than_cycle(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract shorter than the training's cycle has derogation 21 (L6222-7-1)."""
    dates, cycle = _dates(cerfa.contract), circumstances.cycle_months
    if dates is None or cycle is None or is_amendment(cerfa):
        return
    start, end = dates
    if cerfa.contract.derogation in (_SHORTER, _SEVERAL):
        return
    if end < last_day_of(start, cycle - _START_MARGIN):
        yield Problem(
            (_DEROGATION, _START, _END), {"start": start, "end": end}, {"cycle": cycle}
        )


@rule(
    "DAT-10",
    Severity.BLOCK,
    article="L6222-7-1",
    sentence="Le contrat, du {start} au {end}, est plus long que la formation, qui "
    "dure {cycle} mois. Choisissez la dérogation 22 (ou 50) et joignez la convention "
    "tripartite d'aménagement de durée, ou corrigez les dates.",
)
def longer_than_cycle(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract longer than the training's cycle has derogation 22 (L6222-7-1)."""
    dates, cycle = _dates(cerfa.contract), circumstances.cycle_months
    if dates is None or cycle is None or is_amendment(cerfa):
        return
    start, end = dates
    if cerfa.contract.derogation in (_LONGER, _SEVERAL):
        return
    if end > last_day_of(start, cycle + _START_MARGIN + _MONTHS_AFTER_EXAMS):
        yield Problem(
            (_DEROGATION, _START, _END), {"start": start, "end": end}, {"cycle": cycle}
        )


@rule(
    "DAT-10",
    Severity.BLOCK,
    article="L6222-7-1",
    sentence="La dérogation {derogation} change la durée du contrat, et la convention "
    "tripartite d'aménagement de durée manque. Joignez-la.",
)
def duration_agreement_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Derogations 21 and 22 come with the agreement of the three (D6224-1)."""
    documents = circumstances.documents
    if documents is not None and DURATION_AGREEMENT not in documents:
        yield from _changed_duration(cerfa)


@rule(
    "DAT-10",
    Severity.INFO,
    article="L6222-7-1",
    sentence="La dérogation {derogation} change la durée du contrat : la convention "
    "tripartite d'aménagement de durée est à joindre au dépôt.",
)
def duration_agreement_wanted(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A reminder of the agreement, when nobody knows whether it is at hand."""
    if circumstances.documents is None:
        yield from _changed_duration(cerfa)


def _changed_duration(cerfa: Cerfa) -> Iterator[Problem]:
    derogation = cerfa.contract.derogation
    if derogation in (_SHORTER, _LONGER):
        yield Problem((_DEROGATION,), {"derogation": derogation})


@rule(
    "DAT-11",
    Severity.WARN,
    sentence="La formation va du {start} au {end} : elle dure d'ordinaire de 6 à 48 "
    "mois. Vérifiez ces dates.",
)
def training_duration(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A training lasts from 6 to 48 months (State's generator)."""
    start, end = cerfa.training.date_start, cerfa.training.date_end
    if start is None or end is None or start >= end:
        return
    shortest, longest = (last_day_of(start, months) for months in _TRAINING_MONTHS)
    if not shortest <= end <= longest:
        yield Problem(("training.date_end", "training.date_start"), _seen(start, end))


def _seen(start: date, end: date) -> dict[str, date]:
    return {"start": start, "end": end}


def _dates(contract: Contract) -> tuple[date, date] | None:
    """Return start and end when they are in order: DAT-05 speaks otherwise."""
    start, end = contract.date_start, contract.date_end
    if start is None or end is None or start >= end:
        return None
    return start, end


def _may_be_short(cerfa: Cerfa) -> bool:
    return (
        cerfa.contract.contract_type == AFTER_RUPTURE
        or cerfa.apprentice.situation_before in _SITUATIONS_IN_TRAINING
    )


def _max_months(cerfa: Cerfa) -> int:
    apprentice = cerfa.apprentice
    if (
        apprentice.disabled_worker
        or apprentice.disability_youth_equivalence
        or apprentice.disability_boe_extension
        or apprentice.top_level_athlete
    ):
        return _MAX_MONTHS_OF_DISABLED
    return _MAX_MONTHS
