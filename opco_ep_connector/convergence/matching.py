# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tell whether a dossier the OPCO holds is the contract that was sent (norm §2).

The norm has no idempotency key: a contract is known by its employer, its apprentice,
its start and its type, and an amendment by its effect too.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SIRET_LENGTH = 14
_NIR_LENGTH = 13
_DATE_LENGTH = len("2026-09-01")


@dataclass(frozen=True)
class Identity:
    """What makes a contract this one: NIR without its key, dates ``YYYY-MM-DD``."""

    employer_siret: str
    start: str
    contract_type: str
    nir: str
    names: tuple[str, str]
    birth_date: str
    effect: str = ""


def identity(cerfa: Mapping[str, Any]) -> Identity:
    """Return the identity of the ``cerfa`` object of a deposit or of an answer."""
    employer = _part(cerfa, "employeur")
    apprentice = _part(cerfa, "apprenti")
    contract = _part(cerfa, "contrat")
    return Identity(
        employer_siret=_siret(employer.get("siret")),
        start=_date(contract.get("dateDebutContrat")),
        contract_type=str(contract.get("typeContratApp") or ""),
        nir=_text(apprentice.get("nir")).upper()[:_NIR_LENGTH],
        names=(_letters(apprentice.get("nom")), _letters(apprentice.get("prenom"))),
        birth_date=_date(apprentice.get("dateNaissance")),
        effect=_date(contract.get("dateEffetAvenant")),
    )


def is_same_contract(sent: Identity, held: Identity) -> bool:
    """Tell whether both are the same contract.

    The apprentice is known by the NIR, or by names and birth date when one of the two
    has no NIR.
    """
    contract = (sent.employer_siret, sent.start, sent.contract_type)
    if not all(contract):
        return False
    if contract != (held.employer_siret, held.start, held.contract_type):
        return False
    if sent.effect and held.effect and sent.effect != held.effect:
        return False
    if sent.nir and held.nir:
        return sent.nir == held.nir
    person = (*sent.names, sent.birth_date)
    return all(person) and person == (*held.names, held.birth_date)


def _part(cerfa: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = cerfa.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _siret(value: Any) -> str:
    digits = "".join(filter(str.isdigit, str(value or "")))
    return digits if len(digits) <= _SIRET_LENGTH else ""


def _date(value: Any) -> str:
    # Never shifted by a time zone: only the day is meant.
    return _text(value)[:_DATE_LENGTH]


def _letters(value: Any) -> str:
    """Return a name without accents, case, spaces and hyphens."""
    decomposed = unicodedata.normalize("NFKD", _text(value))
    return "".join(filter(str.isalpha, decomposed)).casefold()
