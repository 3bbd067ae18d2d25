# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why a call got no answer, read from the exceptions that `transport` names."""

import re

from .errors import ConvergenceError

# What to look for in the names of the exceptions, and the cause it tells.
_CAUSES = (
    ("NameResolution", "name"),
    ("gaierror", "name"),
    ("SSL", "tls"),
    ("ConnectionRefused", "refused"),
    ("Timeout", "timeout"),
)


def network_cause(error: ConvergenceError) -> str | None:
    """Return ``name``, ``tls``, ``refused`` or ``timeout``; None for another cause.

    ``name`` the host does not exist, ``tls`` no secure connection, ``refused`` nothing
    listens there, ``timeout`` no answer in time.
    """
    if error.http_status is not None:
        return None
    names = re.findall(r"\w+", str(error))
    return next(
        (cause for part, cause in _CAUSES if any(part in name for name in names)), None
    )
