# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The early end of a contract: what it is called, who may decide it, from when.

A contract ended before its execution began is *cancelled* (annulé); after, it is
*broken* (rompu). The dates alone decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .durations import add_months
from .remarks import Remark

# Days of practical training in the company, consecutive or not (L6222-18).
FREE_DAYS = 45
# The employer is told 5 calendar days at least after the mediator is asked, and the
# contract ends 7 calendar days at least after that (D6222-21-1).
DAYS_AFTER_MEDIATOR = 5
DAYS_AFTER_NOTICE = 7
MONTHS_OF_NOTICE_WITH_DIPLOMA = 1


class Kind(StrEnum):
    """What the OPCO and the State record."""

    CANCELLED = "cancelled"
    BROKEN = "broken"


class Initiative(StrEnum):
    """Who decides."""

    EMPLOYER = "employer"
    APPRENTICE = "apprentice"
    BOTH = "both"
    OTHER = "other"


#: Who decides, in French.
INITIATIVES = {
    Initiative.EMPLOYER: "Employeur",
    Initiative.APPRENTICE: "Apprenti(e)",
    Initiative.BOTH: "Commun accord",
    Initiative.OTHER: "Autre",
}


@dataclass(frozen=True)
class Case:
    """A legal case: its label, its article, who may decide it, what it asks.

    `is_signed_by_both`: a written agreement, by the representative too for a minor.
    """

    code: str
    label: str
    article: str
    initiatives: tuple[Initiative, ...]
    explanation: str
    is_signed_by_both: bool = False


_CASES = (
    Case(
        "first_days",
        "Dans les 45 premiers jours de formation pratique en entreprise",
        "L6222-18",
        (Initiative.EMPLOYER, Initiative.APPRENTICE),
        "L'une des deux parties suffit, par écrit et sans motif. Les 45 jours, "
        "consécutifs ou non, sont ceux passés en entreprise : ceux du CFA ne comptent "
        "pas. Le représentant légal d'un(e) apprenti(e) mineur(e) signe avec lui ou "
        "elle.",
    ),
    Case(
        "agreement",
        "Accord des deux parties",
        "L6222-18",
        (Initiative.BOTH,),
        "Écrit, signé par l'employeur et l'apprenti(e), et par le représentant légal "
        "si l'apprenti(e) est mineur(e).",
        is_signed_by_both=True,
    ),
    Case(
        "resignation",
        "Démission de l'apprenti(e)",
        "L6222-18, D6222-21-1",
        (Initiative.APPRENTICE,),
        "L'apprenti(e) saisit d'abord le médiateur, s'il y en a un ; au moins 5 jours "
        "après, il ou elle informe l'employeur ; le contrat finit au moins 7 jours "
        "après cette information. Le représentant légal d'un(e) apprenti(e) mineur(e) "
        "signe avec lui ou elle.",
    ),
    Case(
        "diploma",
        "Obtention du diplôme ou du titre préparé",
        "L6222-19",
        (Initiative.APPRENTICE,),
        "L'apprenti(e) informe l'employeur par écrit, un mois au moins avant.",
    ),
    Case(
        "grave_fault",
        "Faute grave",
        "L6222-18",
        (Initiative.EMPLOYER,),
        "Licenciement pour motif personnel, avec sa procédure.",
    ),
    Case(
        "inability",
        "Inaptitude constatée par le médecin du travail",
        "L6222-18",
        (Initiative.EMPLOYER,),
        "Licenciement ; l'employeur n'a pas à proposer un autre poste.",
    ),
    Case(
        "force_majeure",
        "Force majeure",
        "L6222-18",
        (Initiative.EMPLOYER,),
        "Licenciement.",
    ),
    Case(
        "employer_death",
        "Décès de l'employeur, maître d'apprentissage d'une entreprise unipersonnelle",
        "L6222-18",
        (Initiative.EMPLOYER, Initiative.OTHER),
        "Licenciement.",
    ),
    Case(
        "exclusion",
        "Exclusion définitive du CFA",
        "L6222-18-1",
        (Initiative.EMPLOYER,),
        "L'exclusion définitive peut être la cause d'un licenciement.",
    ),
    Case(
        "liquidation",
        "Liquidation judiciaire de l'entreprise",
        "L6222-18",
        (Initiative.OTHER,),
        "Le liquidateur met fin au contrat et en informe l'apprenti(e).",
    ),
)
CASES = {case.code: case for case in _CASES}


@dataclass(frozen=True)
class Termination:
    """What is stated of the early end of a contract.

    `notice_date`: the day the other party was told, or both agreed; `effect_date`: the
    last day of the contract; `practical_days`: days of practical training done in the
    company; `mediator_date`: the day the mediator was asked.
    """

    case: str | None = None
    initiative: Initiative | None = None
    notice_date: date | None = None
    effect_date: date | None = None
    practical_days: int | None = None
    mediator_date: date | None = None
    is_signed: bool = False


def kind_of(effect_date: date, start: date) -> Kind:
    """Return whether a contract is cancelled or broken on a day.

    :param start: first day of execution of the contract
    """
    return Kind.CANCELLED if effect_date < start else Kind.BROKEN


def explain_kind(effect_date: date, start: date) -> str:
    """Say in French whether the contract is cancelled or broken, and why."""
    if kind_of(effect_date, start) == Kind.CANCELLED:
        return (
            f"Annulation : le contrat prend fin le {effect_date:%d/%m/%Y}, avant le "
            f"début de son exécution le {start:%d/%m/%Y}. Il n'aura jamais existé."
        )
    return (
        f"Rupture : l'exécution du contrat débute le {start:%d/%m/%Y} et il prend fin "
        f"le {effect_date:%d/%m/%Y}. Le financement s'arrête à cette date."
    )


def is_within_free_days(practical_days: int) -> bool:
    """Tell whether either party may still end the contract alone (L6222-18)."""
    return practical_days <= FREE_DAYS


def check_termination(
    termination: Termination, start: date, end: date, concluded: date | None = None
) -> tuple[Remark, ...]:
    """Return what is wrong in the early end of a contract that runs from start to end.

    What is missing is said too. A contract cancelled before its start has no legal
    case to meet: nothing binds the parties yet but their signatures.

    :param concluded: the day of its conclusion, if it is known
    """
    effect = termination.effect_date
    if effect is None:
        return (Remark("Saisissez la date d'effet, dernier jour du contrat."),)
    if effect >= end:
        sentence = (
            f"Le contrat finit de lui-même le {end:%d/%m/%Y} : une fin anticipée est "
            "plus tôt."
        )
        return (Remark(sentence),)
    if concluded is not None and effect < concluded:
        sentence = (
            f"Le contrat a été conclu le {concluded:%d/%m/%Y} : il ne peut pas prendre "
            f"fin avant, le {effect:%d/%m/%Y}. Corrigez la date d'effet."
        )
        return (Remark(sentence),)
    found = [*_check_notice(termination)]
    if kind_of(effect, start) == Kind.BROKEN:
        found += _check_case(termination)
        found += _check_days_fit(termination, start)
    return tuple(found)


def _check_notice(termination: Termination) -> Iterator[Remark]:
    notice, effect = termination.notice_date, termination.effect_date
    if notice is None:
        yield Remark("Saisissez la date de la notification, ou de l'accord.")
    elif effect is not None and effect < notice:
        yield Remark(
            f"La date d'effet ({effect:%d/%m/%Y}) précède la notification "
            f"({notice:%d/%m/%Y}) : une rupture ne remonte pas dans le temps."
        )


def _check_case(termination: Termination) -> Iterator[Remark]:
    case = CASES.get(termination.case or "")
    if case is None:
        yield Remark("Choisissez le cas de rupture.")
        return
    if termination.initiative is None:
        yield Remark("Dites qui est à l'initiative de la rupture.")
    elif termination.initiative not in case.initiatives:
        yield Remark(
            f"« {case.label} » ({case.article}) ne peut pas être à cette initiative."
        )
    if case.is_signed_by_both and not termination.is_signed:
        yield Remark("L'accord doit être signé par les deux parties.")
    yield from _check_free_days(termination)
    yield from _check_delays(termination)


def _check_free_days(termination: Termination) -> Iterator[Remark]:
    days = termination.practical_days
    if termination.case == "first_days":
        if days is None:
            yield Remark("Saisissez le nombre de jours de formation pratique faits.")
        elif not days:
            yield Remark(
                "Aucun jour de formation pratique fait : vérifiez ce nombre, sur "
                "lequel repose ce cas.",
                is_blocking=False,
            )
        elif not is_within_free_days(days):
            yield Remark(
                f"{days} jours de formation pratique ont été faits : passé "
                f"{FREE_DAYS}, une partie ne peut plus rompre seule et sans motif."
            )
    elif days and is_within_free_days(days) and termination.case != "agreement":
        yield Remark(
            f"{days} jours de formation pratique seulement : dans les {FREE_DAYS} "
            "premiers jours, une partie peut rompre seule, sans motif.",
            is_blocking=False,
        )


def _check_days_fit(termination: Termination, start: date) -> Iterator[Remark]:
    days, effect = termination.practical_days, termination.effect_date
    if days and effect is not None and days > (effect - start).days + 1:
        yield Remark(
            f"Du {start:%d/%m/%Y} au {effect:%d/%m/%Y}, il n'y a pas {days} jours : "
            "corrigez le nombre de jours de formation pratique."
        )


def _check_delays(termination: Termination) -> Iterator[Remark]:
    notice, effect = termination.notice_date, termination.effect_date
    if notice is None or effect is None or effect < notice:
        return
    if termination.case == "resignation":
        mediator = termination.mediator_date
        if mediator and (notice - mediator).days < DAYS_AFTER_MEDIATOR:
            yield Remark(
                f"L'employeur est informé le {notice:%d/%m/%Y}, moins de "
                f"{DAYS_AFTER_MEDIATOR} jours après la saisine du médiateur le "
                f"{mediator:%d/%m/%Y}."
            )
        if not mediator:
            yield Remark(
                "Aucune saisine du médiateur : elle est obligatoire là où il y en a "
                "un.",
                is_blocking=False,
            )
        earliest = notice + timedelta(DAYS_AFTER_NOTICE)
        if effect < earliest:
            yield Remark(
                f"Préavis de {DAYS_AFTER_NOTICE} jours : la date d'effet ne peut pas "
                f"être avant le {earliest:%d/%m/%Y}."
            )
    if termination.case == "diploma":
        earliest = add_months(notice, MONTHS_OF_NOTICE_WITH_DIPLOMA)
        if effect < earliest:
            yield Remark(
                "Préavis d'un mois : la date d'effet ne peut pas être avant le "
                f"{earliest:%d/%m/%Y}."
            )
