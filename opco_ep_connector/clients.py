# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The clients this process keeps open, so that a token and its connections serve on."""

import threading

from .convergence.client import ConvergenceClient

_clients = {}
_lock = threading.Lock()


def client_for(key, identity, make_credentials):
    """Return the client kept under `key`, made anew when `identity` has changed.

    :param key: what the client is for: database name and connection
    :param identity: (profile, anything that changes when the credentials change)
    :param make_credentials: called only to make a new client
    :rtype: ConvergenceClient
    """
    with _lock:
        known_identity, client = _clients.get(key, (None, None))
        if client is not None and known_identity == identity:
            return client
        new_client = ConvergenceClient(identity[0], make_credentials())
        _clients[key] = (identity, new_client)
    if client is not None:
        client.close()
    return new_client
