# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Contracts delivered to a simulated OPCO; dev/bench calls `main` in « odoo shell ».

Real calls on the loopback and real commits. The sandbox works on the same machine, in a
process of its own, whose CPU is not counted.
"""

import time
from dataclasses import dataclass

import requests

from odoo import Command, fields

from benchmarks.contracts import CENTRE_SIRET, create_contracts
from benchmarks.measuring import machine, print_table
from sandbox_process import SandboxProcess

MANY, FEW = 1000, 100
LATENCY = 0.2
CALLS_AT_ONCE = 4
MOST_OVER_LIMIT = 1.15
MOST_CPU_MS = 15.0
PATH = "/v1/dossiers"


@dataclass(frozen=True)
class Timed:
    """What delivering `count` contracts took, on the clock and of this CPU."""

    count: int
    seconds: float
    cpu_seconds: float

    @property
    def for_a_thousand(self):
        return self.seconds * 1000 / self.count

    @property
    def cpu_ms(self):
        return self.cpu_seconds * 1000 / self.count


def main(env):
    """Print the tables; the database keeps what it was sent."""
    with SandboxProcess() as sandbox:
        connection = prepare(env, sandbox)
        idle = Timed(*deliver(env, _queue(env, MANY)))
        sandbox.set(latency=LATENCY)
        slow_rows = _queue(env, MANY)
        slow = Timed(*deliver(env, slow_rows))
        bodies = [row.payload.encode() for row in slow_rows[:FEW]]
        # Issues another key: what follows no longer goes through the connection.
        session = sandbox.session(connection.siret)
        url = sandbox.url + PATH
        loop = Timed(*_loop(env, session, url, slow_rows[:FEW], bodies))
        sandbox.set(latency=0)
        bare = Timed(*_bare(session, url, bodies))
    _print_slow(slow, loop)
    _print_idle(idle, bare)
    print(machine().replace("medians of 5 runs", "one run"))


def prepare(env, sandbox):
    """Return a tested connection to the sandbox."""
    connection = env["opco.connection"].create(
        {
            "partner_id": env.company.partner_id.id,
            "siret": CENTRE_SIRET,
            "environment": "sandbox",
            "base_url": sandbox.url,
            "token_url": sandbox.token_url,
            "client_id": sandbox.client_id,
        }
    )
    connection._store_secrets(
        api_key=sandbox.issue_key(CENTRE_SIRET), client_secret=sandbox.client_secret
    )
    connection.action_test_connection()
    if connection.test_result != "passed":
        raise SystemExit(connection.test_message)
    connection.profile_id.calls_at_once = CALLS_AT_ONCE
    env.cr.commit()
    return connection


def _queue(env, count):
    contracts = create_contracts(env, count).with_user(officer(env))
    # Odoo would track each field of what was just made.
    env.cr.commit()
    rows = contracts._transmit().sudo()
    env.cr.commit()
    return rows


def officer(env):
    login = "bench_transmit"
    user = env["res.users"].search([("login", "=", login)])
    groups = (
        "l10n_fr_apprenticeship.group_contract_user",
        "opco_ep_connector.group_transmit",
    )
    return user or env["res.users"].create(
        {
            "name": "Bench",
            "login": login,
            "group_ids": [Command.link(env.ref(group).id) for group in groups],
        }
    )


def deliver(env, rows):
    """Run the cron as often as it asks for; return count, seconds, CPU seconds."""
    clock, cpu = time.perf_counter(), time.process_time()
    while rows.filtered(lambda row: row.state in ("queued", "retry")):
        env["opco.transmission"]._cron_deliver()
        env.invalidate_all()
    taken = time.perf_counter() - clock, time.process_time() - cpu
    if set(rows.mapped("state")) != {"sent"}:
        raise SystemExit(f"not delivered: {rows.filtered('message')[:1].message}")
    return len(rows), *taken


def _loop(env, session, url, rows, bodies):
    """Do what comparable connectors do: call, write, commit, one after the other."""
    clock, cpu = time.perf_counter(), time.process_time()
    for row, body in zip(rows, bodies, strict=True):
        number = _post(session, url, body).json()["numeroInterne"]
        row.contract_id.write(
            {"opco_internal_number": number, "opco_answered_at": fields.Datetime.now()}
        )
        env.cr.commit()
    return len(rows), time.perf_counter() - clock, time.process_time() - cpu


def _bare(session, url, bodies):
    clock, cpu = time.perf_counter(), time.process_time()
    for body in bodies:
        _post(session, url, body)
    return len(bodies), time.perf_counter() - clock, time.process_time() - cpu


def _post(session, url, body):
    answer = session.post(url, data=body, headers={"Content-Type": "application/json"})
    if answer.status_code != requests.codes.ok:
        raise SystemExit(f"{answer.status_code}: {answer.text[:200]}")
    return answer


def _print_slow(slow, loop):
    limit = 1000 * LATENCY / CALLS_AT_ONCE
    print(f"1,000 contracts, an OPCO that takes {LATENCY * 1000:.0f} ms to answer")
    print_table(
        ("", "s", "of the limit"),
        [
            (f"limit: N × latency / {CALLS_AT_ONCE}", f"{limit:.1f}", "1.00"),
            _slow_row(f"this connector, {CALLS_AT_ONCE} calls at once", slow, limit),
            _slow_row(
                f"one after the other ({loop.count}, in proportion)", loop, limit
            ),
        ],
    )
    over = slow.for_a_thousand / limit
    verdict = "met" if over <= MOST_OVER_LIMIT else "missed"
    print(f"Target of {MOST_OVER_LIMIT:.2f} times the limit: {verdict}.\n")


def _slow_row(name, timed, limit):
    seconds = timed.for_a_thousand
    return name, f"{seconds:.1f}", f"{seconds / limit:.2f}"


def _print_idle(idle, bare):
    print(f"{idle.count} contracts, an OPCO that answers at once")
    print_table(
        ("", "CPU ms each", "ms each", "ratio"),
        [
            _idle_row("a bare session that posts the same bytes", bare, bare),
            _idle_row("this connector, chatter and commits included", idle, bare),
        ],
    )
    verdict = "met" if idle.cpu_ms <= MOST_CPU_MS else "missed"
    print(f"Target of {MOST_CPU_MS:.0f} ms of CPU each: {verdict}.")


def _idle_row(name, timed, bare):
    return (
        name,
        f"{timed.cpu_ms:.2f}",
        f"{timed.for_a_thousand:.2f}",
        f"{timed.cpu_ms / bare.cpu_ms:.1f}",
    )
