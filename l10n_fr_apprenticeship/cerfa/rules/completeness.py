# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mandatory boxes, as `form` declares them."""

from collections.abc import Iterator

from ..circumstances import Circumstances
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import is_absent, is_missing, parts
from .registry import Problem, rule

# Someone who has just arrived in France may not have one yet.
_NIR = "apprentice.nir"


@rule("OBL-01", Severity.BLOCK, sentence="{box} : à renseigner, c'est obligatoire.")
def mandatory_boxes(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Every box the form always asks for is filled in, group by group.

    A group nobody gave is named once; a group partly given, box by box. An optional
    group (second tutor, legal representative, training place) is all or nothing.
    """
    for place, part in parts(cerfa):
        for name, path in place.mandatory:
            if is_missing(getattr(part, name)) and path != _NIR:
                yield Problem((path,))


@rule(
    "OBL-02",
    Severity.OVERRIDABLE_BLOCK,
    sentence="Le NIR de l'apprenti(e) n'est pas renseigné. Saisissez-le, ou confirmez "
    "que son immatriculation est en cours : l'OPCO le demandera, et les aides ne sont "
    "pas versées sans lui.",
)
def nir_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The NIR is given, unless someone answers for its absence (form, box NIR)."""
    apprentice = cerfa.apprentice
    if not is_absent(apprentice) and is_missing(apprentice.nir):
        yield Problem((_NIR,))
