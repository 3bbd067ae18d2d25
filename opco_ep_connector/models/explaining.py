# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Explaining what an OPCO said is a help: what follows from it does not wait for it."""

import logging
from contextlib import contextmanager

from ..convergence.redact import redact_text

_logger = logging.getLogger(__name__)

# What words that nobody foresaw may make of the catalogue. PostgreSQL's errors are not
# among them: after those the whole is done again.
NOT_UNDERSTOOD = (LookupError, RecursionError, TypeError, ValueError)


@contextmanager
def explained_if_possible(env, which):
    """Log what cannot be explained, and undo what its explanation had begun."""
    try:
        with env.cr.savepoint():
            yield
    except NOT_UNDERSTOOD as error:
        _logger.error("%s is not explained: %s", which, redact_text(repr(error)))
        _logger.debug("Where it failed:", exc_info=True)
