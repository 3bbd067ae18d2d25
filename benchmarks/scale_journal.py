# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The journal of a large CFA: how fast it is verified, how soon it is sealed.

Both by the clock: what is promised is what somebody waits for. A machine busy elsewhere
is told by its load, printed beneath.
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from odoo.tools import SQL

from benchmarks.contracts import create_contracts
from benchmarks.delivery import officer
from benchmarks.measuring import print_table

RUNS = 3
VERIFIED_PER_SECOND = 20_000
SLICE_SECONDS = 2
MOST_LAG = 5.0
CONTRACTS = 1000
CRON_THREADS = 2
SAMPLE_SECONDS = 0.05
GIVE_UP_AFTER = 300


# --------------------------------------------------------------------- verification
@dataclass(frozen=True)
class Verified:
    """What one check of the whole chain took."""

    rows: int
    stops: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self):
        return self.rows / self.seconds


def measure_check(env, connection):
    """Print how fast the integrity check reads; stopped and resumed as a user does."""
    chain = env["opco.chain"].search([("connection_id", "=", connection.id)])
    runs = [_verify(env, chain) for _run in range(RUNS)]
    print("Integrity check of the whole journal, stopped and resumed")
    print_table(
        ("", "rows", "stops", "s", "CPU s", "rows/s", "rows per CPU s", "target"),
        [
            (
                f"run {number}",
                f"{run.rows:,}",
                str(run.stops),
                f"{run.seconds:.1f}",
                f"{run.cpu_seconds:.1f}",
                f"{run.per_second:,.0f}",
                f"{run.rows / run.cpu_seconds:,.0f}",
                f"{VERIFIED_PER_SECOND:,}",
            )
            for number, run in enumerate(runs, 1)
        ],
    )
    speed = median(run.per_second for run in runs)
    print(f"Median: {speed:,.0f} rows a second.\n")
    return ["the integrity check"] if speed < VERIFIED_PER_SECOND else []


def _verify(env, chain):
    check = env["opco.integrity.check"].create({})
    line = env["opco.integrity.check.line"].create(
        {"check_id": check.id, "chain_id": chain.id}
    )
    stops = 0
    clock, cpu = time.perf_counter(), time.process_time()
    while not line._go_on([], SLICE_SECONDS):
        env.cr.commit()
        stops += 1
    taken = time.perf_counter() - clock, time.process_time() - cpu
    if line.state != "intact" or line.number != chain.number:
        raise SystemExit(f"The journal does not verify: {line.result}")
    return Verified(line.number, stops, *taken)


# ------------------------------------------------------------------------------- lag
@dataclass(frozen=True)
class Sealed:
    """How long each exchange waited for its seal, and what sending them took."""

    lags: list
    seconds: float


def measure_lag(env, connection):
    """Print how long exchanges wait for their seal while a server sends all it can.

    A real server of its own runs all the crons, as in production, with the threads
    that Odoo gives them.
    """
    runs = [_send_all(env, connection) for _run in range(RUNS)]
    print(
        f"Sealing, while a server with {CRON_THREADS} cron threads sends as fast as it"
        " can to an OPCO at 0 ms"
    )
    print_table(
        ("", "exchanges", "in", "per second", "median lag", "longest lag", "most"),
        [
            (
                f"run {number}",
                f"{len(run.lags):,}",
                f"{run.seconds:.1f} s",
                f"{len(run.lags) / run.seconds:.0f}",
                f"{median(run.lags):.2f} s",
                f"{max(run.lags):.2f} s",
                f"{MOST_LAG:.0f} s",
            )
            for number, run in enumerate(runs, 1)
        ],
    )
    longest = max(max(run.lags) for run in runs)
    print()
    return ["the lag of the seal"] if longest > MOST_LAG else []


def _send_all(env, connection):
    contracts = create_contracts(env, CONTRACTS).with_user(officer(env))
    env.cr.commit()
    with _server(env) as server:
        _wait_for_crons(env, server)
        rows = contracts._transmit().sudo()
        began = time.perf_counter()
        env.cr.commit()
        lags = _lags(env, rows)
        return Sealed(lags, time.perf_counter() - began)


@contextmanager
def _server(env):
    """Run a server for the crons of this database."""
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "odoo",
            "-d",
            env.cr.dbname,
            "--no-http",
            f"--max-cron-threads={CRON_THREADS}",
            "--log-level=error",
        ],
        # It is stopped in the middle of its work, and says so.
        stderr=subprocess.DEVNULL,
    )
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


def _wait_for_crons(env, server):
    """Wait until the server's cron threads listen: what wakes them is lost before."""
    listening = SQL(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = %s AND datname = 'postgres' AND state = 'idle'",
        f"odoo-{server.pid}",
    )
    began = time.perf_counter()
    while env.execute_query(listening) != [(CRON_THREADS,)]:
        env.cr.rollback()
        if time.perf_counter() - began > GIVE_UP_AFTER:
            raise SystemExit("The server of the benchmark does not start.")
        time.sleep(SAMPLE_SECONDS)
    env.cr.rollback()


def _lags(env, rows):
    """Return, for each exchange, the seconds from its creation to its seal.

    Both as PostgreSQL sees them from outside: from the start of the transaction that
    wrote the exchange to the moment when a seal that is committed is first seen.
    """
    lags = {}
    began = time.perf_counter()
    while len(lags) < len(rows):
        if time.perf_counter() - began > GIVE_UP_AFTER:
            raise SystemExit(f"{len(lags)} exchanges sealed, then nothing.")
        time.sleep(SAMPLE_SECONDS)
        found = env.execute_query(
            SQL(
                "SELECT id, EXTRACT(epoch FROM clock_timestamp() AT TIME ZONE 'UTC'"
                " - create_date)::float FROM opco_exchange"
                " WHERE transmission_id IN %s AND id NOT IN %s AND seal IS NOT NULL",
                tuple(rows.ids),
                tuple(lags) or (0,),
            )
        )
        lags.update(found)
        env.cr.rollback()
    return list(lags.values())
