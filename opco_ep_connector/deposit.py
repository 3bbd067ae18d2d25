# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A deposit, whose refused credentials are looked into."""

from dataclasses import replace

from .convergence.errors import AuthRefused, ConvergenceError, NotAllowed

FORBIDDEN = 403


def deposit(client, body):
    """Deposit a contract; a 403 on it alone is the OPCO's verdict on this contract.

    :return: the client's `Receipt`
    :raises ConvergenceError: `NotAllowed` when the OPCO, which refuses this contract,
        accepts the key for a harmless read
    """
    try:
        return client.deposit(body)
    except AuthRefused as error:
        if error.http_status != FORBIDDEN or error.stage != "call":
            raise
        refusal = error
    try:
        client.list_states()
    except ConvergenceError:
        raise refusal from None
    raise NotAllowed(
        str(refusal),
        http_status=refusal.http_status,
        messages=refusal.messages,
        response_text=refusal.response_text,
        exchange=replace(refusal.exchange, outcome=NotAllowed.outcome),
    )
