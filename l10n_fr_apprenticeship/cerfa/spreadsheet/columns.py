# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The columns of the spreadsheet, derived from the form.

A column is known by the path of its box (``"employer.address.zip"``), never by its
place or its title. Pay is flattened: ``"contract.pay_periods.1.2.rate"`` is the rate of
the second period of the first year.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import get_args, get_type_hints

from .. import form

PAY_PERIODS = tuple((year, number) for year in range(1, 5) for number in (1, 2))
PAY_PERIOD_BOXES = ("date_start", "date_end", "rate", "basis")

# The version of the form is ours to say.
_LEFT_OUT = frozenset(("version",))

_KIND_OF_NAME = {
    "siret": "siret",
    "naf": "identifier",
    "uai": "identifier",
    "rncp": "identifier",
    "idcc": "idcc",
    "zip": "zip",
    "phone": "phone",
    "nir": "nir",
    "diploma_code": "diploma_code",
    "previous_number": "deca",
    "birth_department": "department",
    "sex": "sex",
    "basis": "basis",
    "rate": "rate",
}
_KIND_OF_TYPE = {
    str: "text",
    int: "integer",
    bool: "boolean",
    date: "date",
    Decimal: "amount",
}


@dataclass(frozen=True)
class Column:
    """One column: `kind` says how its cells are read, `table` where its codes are.

    `title` is the French label of the box with its section; `mandatory` tells whether
    the form always asks for the box, `personal` whether only people entitled to
    personal data may fill it in.
    """

    path: str
    title: str
    kind: str
    table: str | None
    mandatory: bool
    personal: bool

    @property
    def section(self) -> str:
        """The part of the form, such as ``"employer"``."""
        return self.path.split(".")[0]


@lru_cache(maxsize=1)
def columns() -> tuple[Column, ...]:
    """Return every column, in the order of the form."""
    return tuple(_columns_of(form.Cerfa, "", ()))


@lru_cache(maxsize=1)
def columns_by_path() -> dict[str, Column]:
    """Return every column by the path of its box."""
    return {column.path: column for column in columns()}


@lru_cache(maxsize=1)
def code_titles() -> dict[str, str]:
    """Return the French title of each code table that a column uses."""
    titles: dict[str, str] = {}
    for column in columns():
        if column.table:
            titles.setdefault(column.table, form.boxes_on(column.path)[-1].label)
    # Three boxes share this table: none of their labels would do for all.
    titles["diploma"] = "Diplôme ou titre"
    return titles


def _columns_of(part, prefix, titles):
    for name, box in form.boxes(part).items():
        path = prefix + name
        if path in _LEFT_OUT:
            continue
        held = form.part_class(part, name)
        if held is form.PayPeriod:
            yield from _pay_columns(path, titles, box.label)
        elif held:
            yield from _columns_of(held, f"{path}.", (*titles, box.label))
        else:
            yield _column(part, path, (*titles, box.label))


def _pay_columns(prefix, titles, label):
    for year, number in PAY_PERIODS:
        for name in PAY_PERIOD_BOXES:
            period = f"{label} {year}.{number}"
            box = form.boxes(form.PayPeriod)[name]
            path = f"{prefix}.{year}.{number}.{name}"
            yield _column(form.PayPeriod, path, (*titles, period, box.label))


def _column(part, path, titles):
    on_the_way = form.boxes_on(path)
    table = on_the_way[-1].table
    return Column(
        path=path,
        title=" – ".join(titles),
        kind="code" if table else _kind(part, path.split(".")[-1]),
        table=table,
        mandatory=all(box.mandatory for box in on_the_way) and _is_first_pay(path),
        personal=any(box.personal for box in on_the_way),
    )


def _is_first_pay(path):
    """Only the first pay period of a contract is always there."""
    return "pay_periods" not in path or path.startswith("contract.pay_periods.1.1.")


def _kind(part, name):
    if name in _KIND_OF_NAME:
        return _KIND_OF_NAME[name]
    hint = get_type_hints(part)[name]
    return _KIND_OF_TYPE[(get_args(hint) or (hint,))[0]]
