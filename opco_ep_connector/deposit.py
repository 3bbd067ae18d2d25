# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What leaves for the OPCO: one call for each operation of a transmission."""

import json
from dataclasses import replace

from .convergence.errors import AuthRefused, ConvergenceError, NotAllowed
from .convergence.files import UnusableFile
from .convergence.profile import ClosedFlow

FORBIDDEN = 403

# What a call raises when, before anything left, it could not be made as it was queued.
NEVER_LEFT = (UnusableFile, ClosedFlow)


def deposit(client, body):
    """Deposit a contract.

    :return: the client's `Receipt`
    """
    return _telling_refusals_apart(client, lambda: client.deposit(body))


def notify_termination(client, body):
    """Notify an early termination.

    :return: the client's `Acknowledgement`
    """
    return _telling_refusals_apart(client, lambda: client.notify_termination(body))


def deposit_convention(client, body, file):
    """Deposit a training agreement, with its signed file.

    :return: the client's `Acknowledgement`
    """
    data = json.loads(body)
    return _telling_refusals_apart(
        client, lambda: client.deposit_convention(data, file)
    )


def upload_document(client, body, file):
    """Attach a file to a dossier.

    :return: the client's `Acknowledgement`
    """
    info = json.loads(body)
    return _telling_refusals_apart(client, lambda: client.upload_document(info, file))


# By operation of `opco.transmission`.
OPERATIONS = {
    "contract": deposit,
    "termination": notify_termination,
    "convention": deposit_convention,
    "document": upload_document,
}


def _telling_refusals_apart(client, call):
    """Make a call; a 403 on it alone is the OPCO's verdict on what it carries.

    :raises ConvergenceError: `NotAllowed` when the OPCO, which refuses this call,
        accepts the key for a harmless read
    """
    try:
        return call()
    except AuthRefused as error:
        if error.http_status != FORBIDDEN or error.stage != "call":
            raise
        refusal = error
    try:
        client.check_access()
    except ConvergenceError:
        raise refusal from None
    raise NotAllowed(
        str(refusal),
        http_status=refusal.http_status,
        messages=refusal.messages,
        response_text=refusal.response_text,
        exchange=replace(refusal.exchange, outcome=NotAllowed.outcome),
    )
