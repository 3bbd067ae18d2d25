# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The journal written, sealed and verified.

`main` is called by dev/bench in « odoo shell ». It commits: only for a database that is
dropped afterwards.
"""

import json
import time
from datetime import UTC, datetime
from statistics import median

from odoo.addons.opco_ep_connector.convergence.exchange import Exchange
from odoo.addons.opco_ep_connector.sealed_content import (
    CURRENT_FORMAT,
    sealed_content,
)
from odoo.addons.opco_ep_connector.verify_journal import answer_digest, content_digest

from benchmarks.measuring import machine, print_table

ROWS = 100_000
JOURNALED = 300
VERIFIED_PER_SECOND = 20_000
ANSWER = json.dumps({"numeroInterne": "AP-2026-000001", "message": "Dossier reçu" * 10})
STARTED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def main(env):
    """Print the table.

    :raises SystemExit: a row does not verify
    """
    connection = _connection(env)
    journaled = _journal(env, connection)
    _fill(env, connection)
    sealed = _timed(env["opco.chain"]._cron_seal)
    chain = env["opco.chain"].search([("connection_id", "=", connection.id)])
    check = chain._new_check()
    verified = _timed(lambda: chain._verify_slice(check))
    print(f"Sealed journal ({check.read} rows of {len(ANSWER)} characters)")
    print_table(
        ("", "s", "CPU s", "rows/s", "rows per CPU s", "target"),
        [
            _cells("one row journaled (median)", 1, *journaled, target=1_000),
            _cells("sealed", check.read, *sealed),
            _cells("verified", check.read, *verified, target=VERIFIED_PER_SECOND),
        ],
    )
    print(machine())
    if check.fault or check.read != ROWS + JOURNALED:
        raise SystemExit(f"The journal does not verify: {check.fault}")


def _cells(name, count, clock, cpu, target=None):
    return (
        name,
        f"{clock:.4f}",
        f"{cpu:.4f}",
        f"{count / clock:,.0f}",
        f"{count / cpu:,.0f}",
        f"{target:,}" if target else "",
    )


def _connection(env):
    site = env["res.partner"].create(
        {
            "name": "CFA EXEMPLE",
            "is_company": True,
            "country_id": env.ref("base.fr").id,
            "company_registry": "90000002700012",
        }
    )
    return env["opco.connection"].create({"partner_id": site.id})


def _journal(env, connection):
    exchange = Exchange(
        "POST", "https://opco.example", 200, STARTED_AT, 120, ANSWER, "accepted"
    )

    def one():
        env["opco.exchange"]._journal(connection, exchange)
        env.flush_all()

    clocks, cpus = zip(*(_timed(one) for _ in range(JOURNALED)), strict=True)
    env.cr.commit()
    return median(clocks), median(cpus)


def _fill(env, connection):
    """Insert rows as `create` would have, some 50 times faster."""
    for start in range(0, ROWS, 1000):
        rows = [_row(number) for number in range(start, start + 1000)]
        env.cr.execute_values(
            "INSERT INTO opco_exchange (connection_id, company_id, environment, method,"
            " url, outcome, started_at, reference, siret, http_status, duration_ms,"
            " response_salt, response_body, response_digest, digest_format, digest)"
            " VALUES %s",
            [(connection.id, connection.company_id.id or None, *row) for row in rows],
        )
    env.cr.commit()


def _row(number):
    salt = f"{number:032x}"
    values = {
        "environment": "sandbox",
        "method": "POST",
        "url": "https://opco.example/v1/dossiers",
        "outcome": "accepted",
        "started_at": "2026-11-23 09:30:00",
        "reference": f"AP/2026/{number}",
        "siret": "90000002700012",
        "http_status": 200,
        "duration_ms": 120,
    }
    digest = answer_digest(salt, ANSWER)
    content = sealed_content(
        values
        | {
            "request_sha256": None,
            "file_sha256": None,
            "response_digest": digest,
            "sender": None,
            "operation": None,
            "digest_format": CURRENT_FORMAT,
        }
    )
    return (
        *values.values(),
        salt,
        ANSWER,
        digest,
        CURRENT_FORMAT,
        content_digest(content),
    )


def _timed(run):
    """Return the seconds on the clock and those of this process's CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - cpu
