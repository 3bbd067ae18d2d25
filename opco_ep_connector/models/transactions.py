# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Transactions of the crons, whose work must outlive a conflict with a user's."""

import logging
from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..convergence.redact import redact_text

_logger = logging.getLogger(__name__)

MAX_TRIES = 8
# Two crons may mirror the same new dossier at once.
WORTH_ANOTHER_TRY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)


@contextmanager
def isolated(env, what, which):
    """Keep the failure of one record from stopping the others.

    The failure is logged, without the values PostgreSQL may repeat, and what it left
    pending is rolled back.
    """
    try:
        yield
    except Exception as error:
        env.cr.rollback()
        _logger.error("%s %s failed: %s", what, which, redact_text(repr(error)))
        _logger.debug("Where it failed:", exc_info=True)


def in_own_transaction(env, work):
    """Do `work()` in a transaction of its own; again when PostgreSQL asks for it.

    Only for crons, right after a commit or a rollback: what is pending is committed
    with it, and lost with its retries.

    :return: what `work` returns
    """
    for tries_left in reversed(range(MAX_TRIES)):
        try:
            result = work()
            # Counted: Odoo takes a cron that is killed three times in a row without
            # having done anything for one that never ends, and puts it off.
            env["ir.cron"]._commit_progress(1)
            return result
        except WORTH_ANOTHER_TRY as conflict:
            env.cr.rollback()
            if not tries_left:
                raise
            # No wait: what conflicts next waits for the other's lock.
            _logger.info("Conflict with another transaction: %s", conflict.pgcode)


def together_or_apart(env, what, records, work):
    """Do `work(records)` in one transaction; when it fails, record by record.

    So that what cannot be done of one holds up no other.
    """
    if len(records) > 1:
        try:
            in_own_transaction(env, lambda: work(records))
            return
        except Exception as error:
            env.cr.rollback()
            _logger.info("%s, one by one: %s", what, redact_text(repr(error)))
    for record in one_by_one(records):
        with isolated(env, what, record.id):
            in_own_transaction(env, lambda one=record: work(one))


def one_by_one(records):
    """Yield each record, to be read alone.

    A commit after each one empties the cache: all would be read again for each.
    """
    for record in records:
        yield record.with_prefetch()
