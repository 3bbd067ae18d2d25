# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""States of many dossiers read while a few changed; dev/bench calls `main` in « odoo
shell ».

Real calls on the loopback to a simulated OPCO that holds as many dossiers. It commits:
only for a database that is dropped afterwards.
"""

import json
import random
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from odoo import fields
from odoo.tools import SQL

from benchmarks.contracts import create_contracts
from benchmarks.delivery import prepare
from benchmarks.measuring import machine, print_table
from sandbox_process import SandboxProcess

FEW, MANY, CHANGED = 1000, 10_000, 100
PAGE_SIZE = 500
MOST_OVER_FEW = 1.2
FIRST_NUMBER = 2_000_000
DETAIL_PATH = "/v1/dossiers"
# How the list is given, and the profile that asks for it so.
LISTS = {
    "V1, one answer": {
        "states_path": "/v1/dossiers/etats",
        "states_page_parameter": False,
    },
    f"V2, pages of {PAGE_SIZE}": {
        "states_path": "/v2/dossiers/etats",
        "states_page_parameter": "numeroPage",
    },
}


@dataclass(frozen=True)
class Refreshed:
    """What one reading of the states took."""

    kind: str
    dossiers: int
    lists: int
    details: int
    queries: int
    seconds: float
    cpu_seconds: float

    def cells(self):
        return (
            self.kind,
            f"{self.dossiers:,}",
            str(self.lists),
            str(self.details),
            f"{self.queries:,}",
            f"{self.seconds:.2f}",
            f"{self.cpu_seconds:.2f}",
        )


def main(env):
    """Print the table.

    :raises SystemExit: when what did not change is read too, or costs queries
    """
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "sandbox.sqlite"
        with SandboxProcess(state=state) as sandbox:
            sandbox.set(page_size=PAGE_SIZE)
            opco = Opco(sandbox, state)
            # Those of the other benchmarks have no OPCO any more.
            env["opco.connection"].search([]).state = "inactive"
            connection = prepare(env, sandbox)
            rows = []
            for count in (FEW, MANY):
                _hold(env, connection, opco, count)
                rows += [_read(env, connection, opco, kind) for kind in LISTS]
    print(f"States read, {CHANGED} of the dossiers changed")
    print_table(
        ("", "dossiers", "lists", "details", "queries", "s", "CPU s"),
        [row.cells() for row in rows],
    )
    print(machine().replace("medians of 5 runs", "one run each"))
    _conclude(rows)


class Opco:
    """A simulated OPCO whose dossiers are written straight into what it keeps."""

    def __init__(self, sandbox, state):
        self.sandbox = sandbox
        self._state = state
        self.held = 0
        self._untouched = []
        self._chance = random.Random(1)

    def hold(self, count):
        """Make it hold that many dossiers; return the numbers of the new ones."""
        form = json.loads(self.sandbox.example.read_text(encoding="utf-8"))["cerfa"]
        cerfa = json.dumps(form)
        added = list(range(FIRST_NUMBER + self.held, FIRST_NUMBER + count))
        link = sqlite3.connect(self._state, timeout=30)
        with link:
            link.executemany(
                "INSERT INTO dossiers (numero_interne, numero_externe, etat,"
                " received_at, cfa_siren, employer_siret, nir13, start_date,"
                " contract_type, cerfa)"
                " VALUES (?, ?, 'TRANSMIS', ?, ?, ?, ?, ?, 11, ?)",
                [
                    (
                        number,
                        f"EP-2026-{number}",
                        "2026-11-23T09:00:00+00:00",
                        form["organismeFormation"]["siret"][:9],
                        form["employeur"]["siret"],
                        form["apprenti"]["nir"][:13],
                        form["contrat"]["dateDebutContrat"][:10],
                        cerfa,
                    )
                    for number in added
                ],
            )
        link.close()
        self.held = count
        self._untouched += added
        self._chance.shuffle(self._untouched)
        return added

    def commit_some(self):
        """Have it commit to dossiers that it had only received."""
        for _ in range(CHANGED):
            self.sandbox.set_state(self._untouched.pop(), "ENGAGE")

    def count_calls(self, path):
        """Return how often a path was called, whatever the answer."""
        calls = self.sandbox.calls().items()
        return sum(
            count for (_method, called, _status), count in calls if called == path
        )


def _hold(env, connection, opco, count):
    """Have the OPCO hold dossiers, each of a contract of this database."""
    numbers = opco.hold(count)
    contracts = create_contracts(env, len(numbers))
    values = connection._dossier_identity(None)
    env["opco.dossier"].create(
        [
            values
            | {
                "internal_number": str(number),
                "external_number": f"EP-2026-{number}",
                "contract_id": contract.id,
                "raw_state": "TRANSMIS",
                "state": "transmitted",
                "detail_read_at": fields.Datetime.now(),
            }
            for number, contract in zip(numbers, contracts, strict=True)
        ]
    )
    env.flush_all()
    env.cr.execute(
        SQL(
            "UPDATE apprenticeship_contract c SET state = 'ready',"
            " opco_transport_state = 'sent', opco_state = d.state,"
            " opco_raw_state = d.raw_state, opco_environment = d.environment,"
            " opco_internal_number = d.internal_number,"
            " opco_external_number = d.external_number"
            " FROM opco_dossier d WHERE d.contract_id = c.id AND c.id IN %s",
            tuple(contracts.ids),
        )
    )
    env.cr.commit()
    env.invalidate_all(flush=False)


def _read(env, connection, opco, kind):
    # Another address must be tested; a token is asked for meanwhile.
    connection.profile_id.write(LISTS[kind])
    connection.action_test_connection()
    _refresh(env, connection)
    opco.commit_some()
    opco.sandbox.clear_calls()
    queries = env.cr.sql_log_count
    clock, cpu = time.perf_counter(), time.process_time()
    _refresh(env, connection)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    return Refreshed(
        kind,
        opco.held,
        opco.count_calls(connection.profile_id.states_path),
        opco.count_calls(DETAIL_PATH),
        env.cr.sql_log_count - queries,
        clock,
        cpu,
    )


def _refresh(env, connection):
    env["opco.polling"]._ask(connection)
    env.cr.commit()
    env.invalidate_all(flush=False)
    env["opco.dossier"]._cron_refresh()
    env.invalidate_all()


def _conclude(rows):
    for row in rows:
        if row.details != CHANGED:
            raise SystemExit(f"{row.details} details read for {CHANGED} changes.")
    for few, many in zip(rows[: len(LISTS)], rows[len(LISTS) :], strict=True):
        ratio = many.queries / few.queries
        print(f"{many.kind}: {ratio:.3f} times the queries of {FEW:,} dossiers.")
        if ratio > MOST_OVER_FEW:
            raise SystemExit("The number of queries depends on the number of dossiers.")
