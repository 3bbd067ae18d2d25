# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The training agreement (convention de formation) that goes with a contract.

It restates some boxes of the form, adds what the training costs, and is signed by the
employer and the training centre. The OPCO compares it with its dossier.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .durations import add_months, day_after
from .findings import title_of
from .form import Cerfa
from .identifiers import compact
from .remarks import Remark

# Of the rise of the funding for a disabled apprentice, in euros a year.
HIGHEST_DISABILITY_AMOUNT = Decimal(4000)
YEARS = 4
_MONTHS = 12
_DAYS = 365
_CENT = Decimal("0.01")
_NOTHING = "(vide)"


@dataclass(frozen=True)
class Agreement:
    """What the agreement says; amounts in euros, over the whole contract.

    `disability_amounts` has one amount per year of contract, `YEARS` at the most.
    `file_name` is the signed file's. The booleans at the end are attestations of the
    training centre.
    """

    employer_siret: str | None = None
    apprentice_name: str | None = None
    apprentice_usage_name: str | None = None
    apprentice_first_name: str | None = None
    contract_start: date | None = None
    contract_end: date | None = None
    centre_siret: str | None = None
    centre_uai: str | None = None
    rncp: str | None = None
    title: str | None = None
    training_start: date | None = None
    training_end: date | None = None
    training_hours: int | None = None
    teaching_cost: Decimal = Decimal(0)
    meals: int = 0
    nights: int = 0
    first_equipment: Decimal = Decimal(0)
    disability_amounts: tuple[Decimal, ...] = ()
    is_mobile_abroad: bool = False
    has_overseas_support: bool = False
    signed_on: date | None = None
    is_mandated_by_employer: bool = False
    is_signed_by_employer: bool = False
    is_signed_by_centre: bool = False
    has_proving_signature: bool = False
    is_same_as_file: bool = False


@dataclass(frozen=True)
class _Shared:
    """A box of the form that the agreement restates, and how two are compared."""

    box: str
    read: Callable[[Any], Any]
    is_optional: bool = False


def _text(value: Any) -> str:
    return " ".join(str(value).split()).casefold()


def _identifier(value: Any) -> str:
    return compact(str(value))


def _digits(value: Any) -> str:
    return re.sub(r"\D", "", str(value))


def _as_is(value: Any) -> Any:
    return value


#: By attribute of `Agreement`.
SHARED = {
    "employer_siret": _Shared("employer.siret", _identifier),
    "apprentice_name": _Shared("apprentice.birth_name", _text),
    "apprentice_usage_name": _Shared("apprentice.usage_name", _text, is_optional=True),
    "apprentice_first_name": _Shared("apprentice.first_name", _text),
    "contract_start": _Shared("contract.date_start", _as_is),
    "contract_end": _Shared("contract.date_end", _as_is),
    "centre_siret": _Shared("training_centre.siret", _identifier),
    "centre_uai": _Shared("training_centre.uai", _identifier, is_optional=True),
    # With or without its prefix, it is the same code.
    "rncp": _Shared("training.rncp", _digits),
    "title": _Shared("training.title", _text),
    "training_start": _Shared("training.date_start", _as_is),
    "training_end": _Shared("training.date_end", _as_is),
    "training_hours": _Shared("training.hours", _as_is),
}

_ATTESTATIONS = {
    "is_mandated_by_employer": "que l'employeur vous a donné mandat de la transmettre",
    "is_signed_by_employer": "que l'employeur l'a signée",
    "is_signed_by_centre": "que le CFA l'a signée",
    "is_same_as_file": "que le fichier joint dit la même chose que cette page",
}


@dataclass(frozen=True)
class Difference:
    """A box that the agreement and the form do not state alike, in French texts."""

    name: str
    label: str
    agreed: str
    concluded: str

    @property
    def message(self) -> str:
        return (
            f"{self.label} : la convention dit « {self.agreed} », le contrat "
            f"« {self.concluded} »."
        )


def shared_values(cerfa: Cerfa) -> dict[str, Any]:
    """Return what an agreement restates of a form, by attribute of `Agreement`."""
    return {name: _reach(cerfa, shared.box) for name, shared in SHARED.items()}


def differences(agreement: Agreement, cerfa: Cerfa) -> tuple[Difference, ...]:
    """Return the boxes that the agreement and the form do not state alike.

    Spaces, capitals and the prefix of a RNCP code make no difference.
    """
    return tuple(_differences(agreement, cerfa))


def _differences(agreement: Agreement, cerfa: Cerfa) -> Iterator[Difference]:
    for name, shared in SHARED.items():
        agreed, concluded = getattr(agreement, name), _reach(cerfa, shared.box)
        if _comparable(agreed, shared) != _comparable(concluded, shared):
            yield Difference(
                name, title_of(shared.box), _shown(agreed), _shown(concluded)
            )


def check_agreement(
    agreement: Agreement, cerfa: Cerfa, today: date
) -> tuple[Remark, ...]:
    """Return what is missing or wrong, and what differs from the form."""
    return tuple(_remarks(agreement, cerfa, today))


def _remarks(agreement: Agreement, cerfa: Cerfa, today: date) -> Iterator[Remark]:
    different = differences(agreement, cerfa)
    told = {difference.name for difference in different}
    for difference in different:
        yield Remark(difference.message)
    for name, shared in SHARED.items():
        is_expected = not shared.is_optional and name not in told
        if is_expected and getattr(agreement, name) in (None, "", 0):
            yield Remark(f"{title_of(shared.box)} : à compléter sur le contrat.")
    if agreement.teaching_cost <= 0:
        yield Remark("Saisissez le coût pédagogique total, sur toute la durée.")
    yield from _signature(agreement, today)
    yield from _disability(agreement, cerfa)


def _signature(agreement: Agreement, today: date) -> Iterator[Remark]:
    if agreement.signed_on is None:
        yield Remark("Saisissez la date de signature de la convention.")
    elif agreement.signed_on > today:
        yield Remark(
            f"La date de signature ({agreement.signed_on:%d/%m/%Y}) est à venir."
        )
    for name, what in _ATTESTATIONS.items():
        if not getattr(agreement, name):
            yield Remark(f"Attestez {what}.")
    if not agreement.has_proving_signature:
        yield Remark(
            "La signature n'est pas déclarée probante : l'OPCO peut refuser une "
            "convention qui n'est pas signée électroniquement.",
            is_blocking=False,
        )


def _disability(agreement: Agreement, cerfa: Cerfa) -> Iterator[Remark]:
    if not any(agreement.disability_amounts):
        return
    apprentice = cerfa.apprentice
    if not (
        apprentice.disabled_worker
        or apprentice.disability_youth_equivalence
        or apprentice.disability_boe_extension
    ):
        yield Remark(
            "Une majoration RQTH est saisie, mais le contrat ne dit pas que "
            "l'apprenti(e) y a droit.",
            is_blocking=False,
            is_personal=True,
        )
    if max(agreement.disability_amounts) > HIGHEST_DISABILITY_AMOUNT:
        yield Remark(
            f"La majoration RQTH d'une année ne dépasse pas "
            f"{HIGHEST_DISABILITY_AMOUNT} € en principe.",
            is_blocking=False,
            is_personal=True,
        )


def teaching_cost(yearly_cost: Decimal, start: date, end: date) -> Decimal:
    """Return the cost of a contract at a yearly cost: whole months, then days.

    :param end: last day of the contract
    """
    after, months = day_after(end), 0
    while months < YEARS * _MONTHS and add_months(start, months + 1) <= after:
        months += 1
    days = max((after - add_months(start, months)).days, 0)
    share = Decimal(months) / _MONTHS + Decimal(days) / _DAYS
    return (yearly_cost * share).quantize(_CENT, ROUND_HALF_UP)


def _reach(cerfa: Cerfa, path: str) -> Any:
    found: Any = cerfa
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _comparable(value: Any, shared: _Shared) -> Any:
    if value is None or value == "":
        return None
    # A number of hours that was not entered is no number.
    return shared.read(value) or None


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return _NOTHING if value in (None, "", 0) else str(value)
