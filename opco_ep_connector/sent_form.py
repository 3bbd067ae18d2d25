# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The form as the OPCO has it, read from the bytes that were sent."""

import json
from dataclasses import dataclass, field
from typing import Any

from odoo.addons.l10n_fr_apprenticeship.cerfa.amendments import is_essential
from odoo.addons.l10n_fr_apprenticeship.cerfa.changes import changes
from odoo.addons.l10n_fr_apprenticeship.cerfa.plain import from_plain

from .convergence import payload


@dataclass(frozen=True)
class Difference:
    """A contract that is not as its transmission says.

    Both forms are read from the wire, so that a spelling is no difference; without the
    content that was sent, neither can be told.
    """

    row: Any
    sent: Any = field(default=None, repr=False)
    present: Any = field(default=None, repr=False)
    paths: tuple[str, ...] = ()

    @property
    def is_readable(self):
        return self.sent is not None

    @property
    def essential_paths(self):
        """The boxes that only an amendment made for them may change."""
        return tuple(path for path in self.paths if is_essential(path))


def difference(row, body, content):
    """Return how a contract differs from what was sent, None when it does not.

    :param row: the `opco.transmission`
    :param str body: what was sent, empty once it is erased
    :param dict content: what would be sent now
    """
    if not body:
        return Difference(row)
    try:
        sent = from_plain(payload.plain_form(json.loads(body)))
    except payload.UnreadableContent:
        return Difference(row)
    present = from_plain(payload.plain_form(content))
    paths = tuple(change.path for change in changes(sent, present))
    return Difference(row, sent, present, paths) if paths else None
