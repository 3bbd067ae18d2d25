# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The sentences that say why the test of a connection failed: one for each cause."""

from ..convergence.error_bodies import looks_like_html
from ..convergence.errors import AuthRefused, Busy, Unknown
from ..convergence.network_causes import network_cause
from .outcome_messages import explain_failure

SECONDS_OF_A_MINUTE = 60
FORBIDDEN = 403


def explain_failed_test(env, error, seconds_ahead):
    """Return what is wrong and what to do, without anything secret.

    :param error: a `ConvergenceError`
    :param seconds_ahead: what this server's clock is ahead of the OPCO's, 0 when right
    """
    if isinstance(error, AuthRefused) and _may_come_from_clock(error, seconds_ahead):
        return _explain_clock(env, seconds_ahead)
    if isinstance(error, Busy):
        return env._(
            "The OPCO is busy or in maintenance (%(status)s): nothing is wrong here. "
            "Test again later.",
            status=error.http_status,
        )
    if isinstance(error, Unknown) and looks_like_html(error.response_text.encode(), ""):
        return env._(
            "A web page answers at this address, not the OPCO's API: check the API "
            "address and the token address."
        )
    return _explain_network(env, network_cause(error)) or explain_failure(env, error)


def _may_come_from_clock(error, seconds_ahead):
    return seconds_ahead and error.http_status != FORBIDDEN


def _explain_clock(env, seconds_ahead):
    minutes = max(1, round(abs(seconds_ahead) / SECONDS_OF_A_MINUTE))
    if seconds_ahead > 0:
        return env._(
            "The clock of this server is %(minutes)s min ahead of the OPCO's, which "
            "refuses what comes from the future: set the clock right, then test again.",
            minutes=minutes,
        )
    return env._(
        "The clock of this server is %(minutes)s min behind the OPCO's, which refuses "
        "what is out of date: set the clock right, then test again.",
        minutes=minutes,
    )


def _explain_network(env, cause):
    sentences = {
        "name": env._(
            "The OPCO cannot be reached: the name of its server is unknown. Check the "
            "spelling of the addresses, and the DNS of this server."
        ),
        "refused": env._(
            "The OPCO cannot be reached: nothing listens at this address. Its server "
            "is down, or the port is wrong."
        ),
        "tls": env._(
            "The OPCO cannot be reached securely: its certificate is not accepted. "
            "Check the addresses, the date of this server and its authorities."
        ),
        "timeout": env._(
            "The OPCO cannot be reached: no answer came in time. Its server is slow, "
            "or a firewall stands between."
        ),
    }
    return sentences.get(cause)
