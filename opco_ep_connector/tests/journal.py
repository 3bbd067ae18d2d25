# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What only who owns the tables can do to the journal."""

from contextlib import contextmanager
from datetime import UTC, datetime

from odoo.tools import SQL

from ..convergence.exchange import Exchange

TABLES = ("opco_exchange", "opco_chain")


def new_exchange(**changes):
    """Return a call as the client would have made it."""
    values = {
        "method": "POST",
        "url": "https://opco.example/v1/dossiers",
        "http_status": 200,
        "started_at": datetime(2026, 11, 23, 9, 30, 1, 500, tzinfo=UTC),
        "duration_ms": 120,
        "response_body": '{"numeroInterne": "AP-1"}',
        "outcome": "accepted",
    }
    return Exchange(**(values | changes))


@contextmanager
def unprotected(env):
    """Let the block do what the triggers refuse."""
    env.flush_all()
    for table in TABLES:
        env.cr.execute(
            SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table))
        )
    yield env.cr
    for table in TABLES:
        env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))
    env.invalidate_all()


def forget_journal(env, connection_ids):
    """Remove what a test has committed."""
    with unprotected(env) as cr:
        for table in TABLES:
            cr.execute(
                SQL(
                    "DELETE FROM %s WHERE connection_id = ANY(%s)",
                    SQL.identifier(table),
                    list(connection_ids),
                )
            )
