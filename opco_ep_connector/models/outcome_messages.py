# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The sentences that people read about the outcome of a call."""

from ..convergence.errors import (
    AuthRefused,
    Busy,
    NotAllowed,
    NotSent,
    Rejected,
    WrongAddress,
)
from ..convergence.profile import ClosedFlow
from ..convergence.redact import redact_text


def explain_failure(env, error):
    """Return what happened and what to do, without anything secret.

    :param error: a `ConvergenceError`
    """
    if isinstance(error, AuthRefused):
        return _explain_refused_credentials(env, error)
    if isinstance(error, WrongAddress):
        return env._(
            "Nothing of the OPCO answers at this address: check the API address and "
            "the token address."
        )
    if isinstance(error, NotSent):
        return env._(
            "The OPCO cannot be reached: its server is down, or the address or this "
            "server's network is wrong."
        )
    if isinstance(error, Busy):
        return env._("The OPCO asks to come back later: it is busy or in maintenance.")
    if isinstance(error, NotAllowed):
        return _explain_contract_not_allowed(env, error)
    if isinstance(error, Rejected):
        return remote_text(error) or env._("The OPCO refused the request.")
    return env._("The OPCO did not answer in a readable way.")


def explain_unsendable(env, reason):
    """Return why nothing left, and what to do.

    :param reason: a `ClosedFlow`, or an `UnusableFile`
    """
    if isinstance(reason, ClosedFlow):
        return env._(
            "Not open at this OPCO: nothing left. Enter it on the OPCO's portal, or "
            "have a system administrator open the flow in the OPCO's profile."
        )
    return {
        "missing": env._(
            "The file has been deleted since it was queued: nothing left. Add it "
            "again, then transmit it."
        ),
        "changed": env._(
            "The file has changed since it was checked: nothing left. Add it again, "
            "then transmit it."
        ),
        "empty": env._("The file is empty: nothing left. Add the right one."),
        "too_large": env._(
            "The file is larger than the OPCO takes: nothing left. Add a lighter one."
        ),
        "mime_type": env._(
            "The OPCO does not take this type of file: nothing left. Add a PDF."
        ),
    }[reason.reason]


def _explain_refused_credentials(env, error):
    if error.stage == "token":
        return env._(
            "The OPCO refuses the software: check the client ID and the client secret."
        )
    if error.http_status == 401:
        return env._(
            "The OPCO refuses the access token of the software: check the client ID, "
            "or ask the OPCO whether the software is registered."
        )
    return env._(
        "The OPCO refuses the token (403): it is wrong, revoked by a newer one, or "
        "made for another SIRET. Make a new one on the OPCO's portal and paste it."
    )


def _explain_contract_not_allowed(env, error):
    message = env._(
        "The OPCO accepts the token but not for this contract (403): check the SIRET "
        "of the responsible training centre, or ask the OPCO for the right on it."
    )
    return "\n".join(filter(None, (message, remote_text(error))))


def remote_text(error):
    """Return what the OPCO said, one complaint a line; untrusted, without a NIR."""
    return redact_text(
        "\n".join(
            " – ".join(filter(None, (message.code, message.text)))
            for message in error.messages
        )
    )
