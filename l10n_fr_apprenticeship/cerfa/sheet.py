# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The form as a sheet to read or print: sections of boxes, each a label and a text.

`_LAYOUT` says only where boxes stand on the paper. Labels, code tables and what is
personal come from `form`, and so does the order inside a part. A part named in the
layout stands for all of its boxes that are not named themselves, so that a new box is
never left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .findings import MASK, shown
from .form import Box, Cerfa, PayPeriod, boxes, boxes_on, part_class
from .legal import LegalTables

_PAY = "contract.pay_periods"
# No amount nor rate has more: such a value is shown as it stands.
_DIGITS = 15

# Section, then its groups: title (None: no title of its own) and what stands in it.
_LAYOUT = (
    ("Le formulaire", ((None, ("version", "contract.mode")),)),
    (
        "L'employeur",
        (
            (
                None,
                (
                    "employer.name",
                    "employer.siret",
                    "employer.address",
                    "employer.phone",
                    "employer.email",
                    "employer.employer_type",
                    "employer.specific_employer",
                    "employer",
                ),
            ),
        ),
    ),
    (
        "L'apprenti(e)",
        (
            (
                None,
                (
                    "apprentice.birth_name",
                    "apprentice.usage_name",
                    "apprentice.first_name",
                    "apprentice.nir",
                    "apprentice.address",
                    "apprentice.phone",
                    "apprentice.email",
                    "apprentice.birth_date",
                    "apprentice.sex",
                    "apprentice.birth_department",
                    "apprentice.birth_city",
                    "apprentice.nationality",
                    "apprentice.social_scheme",
                    "apprentice.top_level_athlete",
                    "apprentice.disabled_worker",
                    "apprentice.disability_youth_equivalence",
                    "apprentice.disability_boe_extension",
                    "apprentice",
                ),
            ),
            ("Représentant légal", ("apprentice.legal_representative",)),
        ),
    ),
    (
        "Le maître d'apprentissage",
        (
            ("Maître d'apprentissage n° 1", ("tutor",)),
            ("Maître d'apprentissage n° 2", ("second_tutor",)),
            (None, ("employer.tutor_eligibility_attested",)),
        ),
    ),
    (
        "Le contrat",
        (
            (None, ("contract",)),
            ("Rémunération", (_PAY,)),
            (
                None,
                (
                    "contract.gross_monthly_wage",
                    "employer.pension_fund",
                    "contract.meal_benefit",
                    "contract.housing_benefit",
                    "contract.other_benefit",
                ),
            ),
        ),
    ),
    (
        "La formation",
        (
            ("CFA responsable", ("training_centre.in_house", "training_centre")),
            (
                "Diplôme ou titre visé",
                (
                    "training.diploma_type",
                    "training.title",
                    "training.diploma_code",
                    "training.rncp",
                    "training_centre.is_main_place",
                    "training",
                ),
            ),
            (
                "Lieu principal de réalisation de la formation, s'il est différent",
                ("training_place",),
            ),
        ),
    ),
    (
        "Attestations et signatures",
        (
            (
                None,
                (
                    "training_centre.visa",
                    "employer.supporting_documents_attested",
                    "contract.signing_place",
                    "employer.representative_name",
                    "employer.representative_first_name",
                    "proving_signature",
                ),
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Line:
    """One box: the path of the box, its label, its text (empty when nothing is)."""

    path: str
    label: str
    text: str


@dataclass(frozen=True)
class Table:
    """Boxes that repeat: the paths and labels of the columns, and rows of texts."""

    paths: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Group:
    """Boxes that stand together, perhaps under a title; either lines or a table."""

    title: str | None
    lines: tuple[Line, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Section:
    """A titled block of the form."""

    title: str
    groups: tuple[Group, ...]


Writer = Callable[[Box, Any], str]


def sheet(cerfa: Cerfa, tables: LegalTables) -> tuple[Section, ...]:
    """Return every box of a form, for people entitled to personal data."""
    return _sheet(cerfa, _writer(cerfa, tables))


def masked_sheet(cerfa: Cerfa, tables: LegalTables) -> tuple[Section, ...]:
    """Return every box of a form for anybody: personal ones are masked, even empty."""
    write = _writer(cerfa, tables)
    return _sheet(cerfa, lambda box, value: MASK if box.personal else write(box, value))


def box_text(cerfa: Cerfa, tables: LegalTables, path: str, value: Any) -> str:
    """Write the value of one box as the sheet of this form does, empty when none.

    :param path: may lead to a line of pay: ``"contract.pay_periods.0.rate"``
    """
    if path.startswith(f"{_PAY}.") and isinstance(value, Decimal):
        return _percent(value)
    return _writer(cerfa, tables)(boxes_on(path)[-1], value)


def _sheet(cerfa: Cerfa, write: Writer) -> tuple[Section, ...]:
    return tuple(
        Section(title, tuple(_group(cerfa, write, *group) for group in groups))
        for title, groups in _placed()
    )


def _group(
    cerfa: Cerfa, write: Writer, title: str | None, paths: tuple[str, ...]
) -> Group:
    if paths == (_PAY,):
        return Group(title, table=_pay_table(cerfa, write))
    lines = (
        Line(path, box.label, write(box, _value(cerfa, path)))
        for path in paths
        if (box := boxes_on(path)[-1])
    )
    return Group(title, lines=tuple(lines))


def _pay_table(cerfa: Cerfa, write: Writer) -> Table:
    columns = boxes(PayPeriod)
    periods = _value(cerfa, _PAY) or (PayPeriod(),)
    return Table(
        paths=tuple(f"{_PAY}.{name}" for name in columns),
        labels=tuple(box.label for box in columns.values()),
        rows=tuple(
            tuple(_pay_cell(write, name, period) for name in columns)
            for period in periods
        ),
    )


def _pay_cell(write: Writer, name: str, period: PayPeriod | None) -> str:
    value = getattr(period, name, None)
    if isinstance(value, Decimal):
        return _percent(value)
    return write(boxes(PayPeriod)[name], value)


def _value(cerfa: Cerfa, path: str) -> Any:
    value: Any = cerfa
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _writer(cerfa: Cerfa, tables: LegalTables) -> Writer:
    conclusion = _value(cerfa, "contract.date_conclusion")

    def write(box: Box, value: Any) -> str:
        if value is None:
            return ""
        if box.table:
            return _code(tables, box.table, value, conclusion)
        if isinstance(value, Decimal):
            return _euros(value)
        return value.strip() if isinstance(value, str) else shown(value)

    return write


def _code(tables: LegalTables, table: str, code: str, on: date | None) -> str:
    """Write a code with the label it had when the contract was concluded."""
    row = tables.code(table, code, on) if on else None
    known = row or next(iter(reversed(tables.rows(table, code))), None)
    return f"{code} – {known.label}" if known else code


def _euros(value: Decimal) -> str:
    """Write ``Decimal("1823.03")`` as ``"1 823,03 €"``."""
    return f"{_french(value, ',.2f')} €"


def _percent(value: Decimal) -> str:
    """Write ``Decimal("27.50")`` as ``"27,5 %"``."""
    return f"{_french(value.normalize(), 'f')} %" if value.is_finite() else shown(value)


def _french(value: Decimal, format_spec: str) -> str:
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS:
        return shown(value)
    written = f"{value:{format_spec}}"
    return written.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


@lru_cache(maxsize=1)
def _placed() -> tuple:
    """Return `_LAYOUT` with each part replaced by the paths of its boxes."""
    named = {path for _, groups in _LAYOUT for _, paths in groups for path in paths}
    return tuple(
        (
            title,
            tuple((heading, _all_leaves(paths, named)) for heading, paths in groups),
        )
        for title, groups in _LAYOUT
    )


def _all_leaves(paths: tuple[str, ...], named: set[str]) -> tuple[str, ...]:
    return tuple(leaf for path in paths for leaf in _leaves(path, named))


def _leaves(path: str, named: set[str]) -> list[str]:
    """Return the boxes a line of the layout stands for, but those `named` apart."""
    part = _part_at(path)
    if part is None or part is PayPeriod:
        return [path]
    inner = (f"{path}.{name}" for name in boxes(part))
    return [
        leaf for name in inner if name not in named for leaf in _leaves(name, named)
    ]


def _part_at(path: str) -> type | None:
    part: type | None = Cerfa
    for name in path.split("."):
        part = part_class(part, name) if part else None
    return part
