# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Contracts read and checked in Odoo; `main` is called by dev/bench in « odoo shell ».

Each run starts from an empty cache, as a user's request does.
"""

from dataclasses import dataclass

from odoo import Command

from benchmarks.contracts import create_contracts
from benchmarks.measuring import Measure, machine, measure, print_table

FEW, MANY = 100, 1000
TARGET_SECONDS = 1.0


def main(env):
    """Print the table.

    :raises SystemExit: when the number of queries depends on that of contracts
    """
    contracts = create_contracts(env, MANY).with_user(_user(env))
    env.flush_all()
    steps = {"_to_cerfa()": _read, "_to_cerfa() and all rules": _check}
    rows = [_row(name, step, contracts) for name, step in steps.items()]
    findings = sum(len(found) for _cerfa, found in contracts[:FEW]._checked().values())
    print(f"Contracts in Odoo ({findings} findings on {FEW} contracts)")
    print_table(
        ("", f"{FEW}: s", "queries", f"{MANY}: s", "CPU s", "queries", "ratio"),
        [row.cells() for row in rows],
    )
    print(machine())
    _conclude(rows[-1])


def _read(contracts):
    for contract in contracts:
        contract._to_cerfa()


def _check(contracts):
    contracts._checked()


def _user(env):
    """Return someone who is not the superuser, so that access is really checked."""
    return env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench",
            "group_ids": [
                Command.link(env.ref("l10n_fr_apprenticeship.group_contract_user").id)
            ],
        }
    )


@dataclass(frozen=True)
class Row:
    """A step on few and on many contracts: times and numbers of queries."""

    name: str
    few: Measure
    few_queries: int
    many: Measure
    many_queries: int

    def cells(self):
        return (
            self.name,
            f"{self.few.seconds:.3f}",
            str(self.few_queries),
            f"{self.many.seconds:.3f}",
            f"{self.many.cpu_seconds:.3f}",
            str(self.many_queries),
            f"{self.many.seconds / self.few.seconds:.1f}",
        )


def _row(name, step, contracts):
    few, many = contracts[:FEW], contracts
    return Row(
        name,
        measure(lambda: _cold(step, few)),
        _queries(step, few),
        measure(lambda: _cold(step, many)),
        _queries(step, many),
    )


def _cold(step, contracts):
    contracts.env.invalidate_all(flush=False)
    # A new recordset: the ORM reads ahead for all records of the set they come from.
    step(contracts.browse(contracts.ids))


def _queries(step, contracts):
    before = contracts.env.cr.sql_log_count
    _cold(step, contracts)
    return contracts.env.cr.sql_log_count - before


def _conclude(row):
    verdict = "met" if row.many.seconds <= TARGET_SECONDS else "missed"
    print(
        f"Target of {TARGET_SECONDS:.0f} s for {MANY} contracts: {verdict}. A clock "
        "well ahead of the CPU says that the machine was busy elsewhere."
    )
    if row.few_queries != row.many_queries:
        raise SystemExit("The number of queries depends on the number of contracts.")
