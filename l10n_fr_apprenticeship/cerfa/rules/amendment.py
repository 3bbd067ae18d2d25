# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An amendment, compared with the version of the contract that it amends."""

from collections.abc import Iterator

from ..amendments import OWN_BOXES, may_change, reasons_to_change
from ..changes import Change, changes
from ..circumstances import Circumstances
from ..contract_types import (
    PROLONGATION_OF_DISABLED,
    PROLONGATION_TYPES,
    is_amendment,
)
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import is_missing
from .registry import Problem, rule

_TYPE = "contract.contract_type"
_PREVIOUS = "contract.previous_number"
_END = "contract.date_end"
_SIRET = "employer.siret"
_SIREN_LENGTH = 9
_OTHER_PLACE = "37"
_OTHER_CHANGES = "36"
_DIPLOMA = ("training.diploma_type", "training.diploma_code", "training.rncp")
_IDENTITY = (
    "apprentice.birth_name",
    "apprentice.first_name",
    "apprentice.birth_date",
)
_DISABILITY = (
    "apprentice.disabled_worker",
    "apprentice.disability_youth_equivalence",
    "apprentice.disability_boe_extension",
)


def _changes(cerfa: Cerfa, circumstances: Circumstances) -> tuple[Change, ...]:
    """Return what an amendment changes, but for the boxes that are its own."""
    amended = circumstances.amended
    if amended is None or not is_amendment(cerfa):
        return ()
    return tuple(
        change
        for change in changes(amended.cerfa, cerfa)
        if change.path not in OWN_BOXES
    )


@rule(
    "AVE-01",
    Severity.BLOCK,
    sentence="L'avenant ne change rien au contrat. Faites la modification qui le "
    "motive dans les cases du formulaire, ou annulez l'avenant.",
)
def amendment_changes_something(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An amendment changes at least one box of the version it amends."""
    if circumstances.amended is None or not is_amendment(cerfa):
        return
    if not _changes(cerfa, circumstances):
        yield Problem((_TYPE,))


@rule(
    "AVE-02",
    Severity.OVERRIDABLE_BLOCK,
    sentence="« {box} » passe de « {before} » à « {after} », ce que le motif {type} ne "
    "prévoit pas. Remettez l'ancienne valeur, ou choisissez un motif qui le prévoit : "
    "{reasons}.",
)
def change_fits_reason(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An amendment changes what its reason is for (notice, types 31 to 38)."""
    for change in _unfit_changes(cerfa, circumstances):
        reasons = reasons_to_change(change.path)
        if reasons:
            yield _unfit(cerfa, change, {"reasons": ", ".join(reasons)})


@rule(
    "AVE-02",
    Severity.OVERRIDABLE_BLOCK,
    sentence="« {box} » passe de « {before} » à « {after} » : aucun motif d'avenant ne "
    "le prévoit, ni le {type} ni un autre. Remettez l'ancienne valeur, ou demandez à "
    "l'OPCO comment corriger le contrat déposé.",
)
def change_fits_an_amendment(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Some boxes, such as the start, are changed by no amendment (notice)."""
    for change in _unfit_changes(cerfa, circumstances):
        if not reasons_to_change(change.path):
            yield _unfit(cerfa, change, {})


def _unfit_changes(cerfa: Cerfa, circumstances: Circumstances) -> Iterator[Change]:
    code = cerfa.contract.contract_type
    for change in _changes(cerfa, circumstances):
        if not may_change(code, change.path):
            yield change


def _unfit(cerfa: Cerfa, change: Change, facts: dict) -> Problem:
    return Problem(
        (change.path, _TYPE),
        {"before": change.before, "after": change.after},
        facts | {"type": cerfa.contract.contract_type},
    )


@rule(
    "AVE-03",
    Severity.BLOCK,
    article="L6222-11",
    sentence="Le motif {type} prolonge le contrat, qui finissait le {before} : sa "
    "nouvelle fin ne peut pas être le {after}. Saisissez une date de fin plus tardive.",
)
def prolongation_is_longer(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A prolongation ends after the contract that it prolongs (L6222-11)."""
    amended, contract = circumstances.amended, cerfa.contract
    if amended is None or contract.contract_type not in PROLONGATION_TYPES:
        return
    before = amended.cerfa.contract.date_end if amended.cerfa.contract else None
    after = contract.date_end
    if before is not None and after is not None and after <= before:
        yield Problem(
            (_END, _TYPE),
            {"type": contract.contract_type, "before": before, "after": after},
        )


@rule(
    "AVE-04",
    Severity.BLOCK,
    sentence="Le contrat modifié n'a pas encore de numéro de dépôt : l'OPCO ne peut "
    "pas y rattacher l'avenant. Attendez son engagement, puis saisissez ce numéro.",
)
def amended_contract_is_deposited(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Only a contract that has a deposit number is amended (form)."""
    amended = circumstances.amended
    if amended is not None and is_amendment(cerfa) and is_missing(amended.deca_number):
        yield Problem((_PREVIOUS,))


@rule(
    "AVE-04",
    Severity.BLOCK,
    sentence="Le numéro du contrat modifié est le {wanted}, et non « {seen} ». "
    "Corrigez-le.",
)
def amendment_names_its_contract(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The number on an amendment is that of the version it amends (form)."""
    amended, seen = circumstances.amended, cerfa.contract.previous_number
    if amended is None or not is_amendment(cerfa):
        return
    if is_missing(amended.deca_number) or is_missing(seen):
        return
    if seen != amended.deca_number:
        yield Problem((_PREVIOUS,), {"seen": seen}, {"wanted": amended.deca_number})


@rule(
    "AVE-05",
    Severity.WARN,
    sentence="« {box} » change avec le motif 36. Depuis juillet 2025 aucun motif ne "
    "vise le changement de diplôme : demandez à l'OPCO s'il faut un avenant ou un "
    "nouveau contrat.",
)
def diploma_is_kept(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The notice 51649#09 has no type for another diploma."""
    if cerfa.contract.contract_type != _OTHER_CHANGES:
        return
    changed = {change.path for change in _changes(cerfa, circumstances)}
    for path in _DIPLOMA:
        if path in changed:
            yield Problem((path, _TYPE))
            return


@rule(
    "AVE-06",
    Severity.OVERRIDABLE_BLOCK,
    sentence="Le motif 37 garde le même employeur, or le SIREN passe de {before} à "
    "{after}. Choisissez le motif 31, ou corrigez le SIRET.",
)
def other_place_of_same_employer(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Another place of execution is an establishment of the same employer."""
    if cerfa.contract.contract_type != _OTHER_PLACE:
        return
    for change in _changes(cerfa, circumstances):
        if change.path != _SIRET or is_missing(change.before):
            continue
        if is_missing(change.after):
            continue
        before, after = change.before[:_SIREN_LENGTH], change.after[:_SIREN_LENGTH]
        if before != after:
            yield Problem((_SIRET, _TYPE), {"before": before, "after": after})


@rule(
    "AVE-07",
    Severity.WARN,
    sentence="« {box} » change : un avenant ne remplace pas l'apprenti(e). Vérifiez "
    "que c'est la correction d'une erreur, et qu'il s'agit bien de la même personne.",
)
def apprentice_is_the_same(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An amendment is about the same apprentice."""
    for change in _changes(cerfa, circumstances):
        if change.path in _IDENTITY:
            yield Problem((change.path,))


@rule(
    "AVE-08",
    Severity.WARN,
    article="R6222-47",
    sentence="Le motif 34 suppose que l'apprenti(e) est reconnu(e) travailleur "
    "handicapé, ce qu'aucune case ne dit. Cochez celle qui convient.",
)
def disability_is_stated(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The prolongation of a disabled worker states the recognition (form)."""
    if cerfa.contract.contract_type != PROLONGATION_OF_DISABLED:
        return
    apprentice = cerfa.apprentice
    if not (
        apprentice.disabled_worker
        or apprentice.disability_youth_equivalence
        or apprentice.disability_boe_extension
    ):
        yield Problem(_DISABILITY)
