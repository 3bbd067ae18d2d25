# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The contract: its kind, and the number of the contract before."""

from collections.abc import Iterator

from ..circumstances import Circumstances
from ..contract_types import AMENDMENT_TYPES, SUCCESSION_TYPES
from ..findings import Severity
from ..form import Cerfa
from ..identifiers import is_deca_number, is_short_deca_number
from ..legal import LegalTables
from ..parts import is_missing
from .registry import Problem, rule

_TYPE = "contract.contract_type"
_PREVIOUS = "contract.previous_number"


@rule(
    "COH-01",
    Severity.BLOCK,
    sentence="Le type {type} est un avenant : le numéro du contrat modifié est "
    "obligatoire. Saisissez le numéro de dépôt du contrat initial.",
)
def amendment_number_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An amendment names the contract it amends (form, box previous number)."""
    contract = cerfa.contract
    if contract.contract_type in AMENDMENT_TYPES and is_missing(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS, _TYPE), {"type": contract.contract_type})


@rule(
    "COH-01",
    Severity.WARN,
    sentence="Le type {type} suit un contrat précédent, dont le numéro est demandé. "
    "Saisissez le numéro de dépôt de ce contrat, même signé avec un autre employeur.",
)
def succession_number_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A contract that follows another names it (form, box previous number)."""
    contract = cerfa.contract
    if contract.contract_type in SUCCESSION_TYPES and is_missing(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS, _TYPE), {"type": contract.contract_type})


@rule(
    "COH-01",
    Severity.BLOCK,
    sentence="Numéro du contrat sur lequel porte l'avenant : « {seen} » n'est pas un "
    "numéro de dépôt. Saisissez ses 15 caractères, par exemple 075202209001234.",
)
def amendment_number_format(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The number of the amended contract is a DECA number (§2)."""
    contract = cerfa.contract
    if contract.contract_type in AMENDMENT_TYPES and _is_wrong_number(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS,), {"seen": contract.previous_number})


@rule(
    "COH-01",
    Severity.WARN,
    sentence="Numéro du contrat précédent : « {seen} » n'est pas un numéro de dépôt. "
    "Saisissez ses 15 caractères, par exemple 075202209001234.",
)
def previous_number_format(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The number of a previous contract is a DECA number (§2)."""
    contract = cerfa.contract
    if contract.contract_type not in AMENDMENT_TYPES and _is_wrong_number(
        contract.previous_number
    ):
        yield Problem((_PREVIOUS,), {"seen": contract.previous_number})


@rule(
    "IDT-09",
    Severity.WARN,
    sentence="Numéro de contrat : « {seen} » a un département sur 2 caractères. "
    "Le numéro de dépôt en compte 15 en tout, département sur 3 : vérifiez-le.",
)
def short_previous_number(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The department of a DECA number takes 3 characters (§2)."""
    number = cerfa.contract.previous_number
    if not is_missing(number) and is_short_deca_number(number):
        yield Problem((_PREVIOUS,), {"seen": number})


def _is_wrong_number(number: str | None) -> bool:
    if number is None or is_missing(number):
        return False
    return not is_deca_number(number) and not is_short_deca_number(number)


@rule(
    "COH-01",
    Severity.BLOCK,
    sentence="Le type {type} est un avenant : sa date d'effet est obligatoire. "
    "Saisissez la date à laquelle la modification s'applique.",
)
def amendment_date_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An amendment has a date of effect (form)."""
    contract = cerfa.contract
    if contract.contract_type not in AMENDMENT_TYPES:
        return
    if contract.date_amendment_effect is None:
        yield Problem(
            ("contract.date_amendment_effect", _TYPE), {"type": contract.contract_type}
        )
