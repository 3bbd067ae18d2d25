# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Formats that hold wherever the box stands on the form."""

from collections.abc import Callable, Iterator

from ..circumstances import Circumstances
from ..findings import Severity
from ..form import Cerfa
from ..identifiers import is_email, is_phone, is_postal_code
from ..legal import LegalTables
from ..parts import is_missing, parts
from .registry import Problem, rule

_EMAIL_MAX_LENGTH = 80


@rule(
    "FMT-01",
    Severity.BLOCK,
    sentence="{box} : {length} caractères, {limit} au plus. Raccourcissez le texte "
    "« {seen} ».",
)
def lengths(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """No text is longer than its box (exchange norm, §2)."""
    for place, part in parts(cerfa):
        for name, path, limit in place.limited:
            text = getattr(part, name)
            if text is not None and len(text) > limit:
                seen = {"seen": text, "length": len(text)}
                yield Problem((path,), seen, {"limit": limit})


@rule(
    "FMT-02",
    Severity.BLOCK,
    sentence="{box} : « {seen} » n'est pas une adresse électronique. Saisissez une "
    "seule adresse, de la forme nom@domaine.fr, sans accent ni espace.",
)
def emails(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Every e-mail address is plausible (form: the ASP and the OPCO write to it)."""
    for problem in _ill_formed(cerfa, "email", is_email):
        # A text longer than its box is already named by `lengths`.
        if len(problem.values["seen"]) <= _EMAIL_MAX_LENGTH:
            yield problem


@rule(
    "FMT-03",
    Severity.BLOCK,
    sentence="{box} : « {seen} » n'est pas un numéro de téléphone français. Saisissez "
    "10 chiffres, ou +33, +262, +590, +594 ou +596 suivi de 9 chiffres.",
)
def phones(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Every phone number can be written on 10 digits (exchange norm, §2.2)."""
    return _ill_formed(cerfa, "phone", is_phone)


@rule(
    "FMT-04",
    Severity.BLOCK,
    sentence="{box} : « {seen} » n'est pas un code postal. Saisissez 5 chiffres.",
)
def postal_codes(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Every postal code has 5 digits (exchange norm, §2.8)."""
    return _ill_formed(cerfa, "zip", is_postal_code)


def _ill_formed(
    cerfa: Cerfa, name: str, is_well_formed: Callable[[str], bool]
) -> Iterator[Problem]:
    for place, part in parts(cerfa):
        if name in place.paths:
            text = getattr(part, name)
            if not is_missing(text) and not is_well_formed(text):
                yield Problem((place.paths[name],), {"seen": text})
