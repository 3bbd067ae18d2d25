# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Codes of the notice: known, and valid on the date of conclusion."""

from collections.abc import Iterator
from datetime import date

from ..circumstances import Circumstances
from ..codes import Code
from ..findings import Severity
from ..form import Cerfa
from ..legal import LegalTables
from ..parts import is_missing, parts
from .registry import Problem, rule

_CONCLUSION = "contract.date_conclusion"


@rule(
    "COD-01",
    Severity.BLOCK,
    article="notice 51649",
    sentence="{box} : le code « {seen} » n'existe pas dans la notice. Choisissez un "
    "code de la liste.",
)
def unknown_codes(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Every code exists, at some date, in its table of the notice."""
    for path, table, code in _codes(cerfa):
        if not tables.is_known(table, code):
            yield Problem((path,), {"seen": code})


@rule(
    "COD-02",
    Severity.BLOCK,
    article="notice 51649",
    sentence="{box} : le code « {seen} » ({label}) n'est admis que pour les contrats "
    "conclus jusqu'au {end}, et celui-ci est conclu le {conclusion}. Choisissez un "
    "code en vigueur à cette date.",
)
def removed_codes(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """No code had left the notice when the contract was concluded."""
    conclusion = cerfa.contract.date_conclusion
    if conclusion is None:
        return
    for path, code, rows in _codes_out_of_date(cerfa, tables, conclusion):
        ended = [row for row in rows if row.ended_before(conclusion)]
        if ended:
            last = ended[-1]
            yield Problem(
                (path, _CONCLUSION),
                {"seen": code, "conclusion": conclusion},
                {"label": last.label, "end": last.valid_to},
            )


@rule(
    "COD-03",
    Severity.BLOCK,
    article="notice 51649",
    sentence="{box} : le code « {seen} » ({label}) n'est admis que pour les contrats "
    "conclus à partir du {start}, et celui-ci est conclu le {conclusion}. Choisissez "
    "un code en vigueur à cette date.",
)
def future_codes(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """No code had yet to enter the notice when the contract was concluded."""
    conclusion = cerfa.contract.date_conclusion
    if conclusion is None:
        return
    for path, code, rows in _codes_out_of_date(cerfa, tables, conclusion):
        if all(row.starts_after(conclusion) for row in rows):
            first = rows[0]
            yield Problem(
                (path, _CONCLUSION),
                {"seen": code, "conclusion": conclusion},
                {"label": first.label, "start": first.valid_from},
            )


def _codes_out_of_date(
    cerfa: Cerfa, tables: LegalTables, conclusion: date
) -> Iterator[tuple[str, str, tuple[Code, ...]]]:
    for path, table, code in _codes(cerfa):
        if tables.is_known(table, code) and not tables.code(table, code, conclusion):
            yield path, code, tables.rows(table, code)


def _codes(cerfa: Cerfa) -> Iterator[tuple[str, str, str]]:
    for place, part in parts(cerfa):
        for name, path, table in place.coded:
            code = getattr(part, name)
            if not is_missing(code):
                yield path, table, code
