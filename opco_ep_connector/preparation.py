# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What becomes of a contract that somebody wants to send."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Preparation:
    """A contract, read, checked and rendered once.

    `form` is the `Cerfa` and `content` what would leave, personal data included; the
    sentences are in the user's language, without what this user may not read. The file
    of `attachment` leaves with it; `document` is what it is the file of. `sender` is
    who is told of the outcome, when it is not the user who queues.
    """

    contract: Any
    connection: Any
    form: Any = field(default=None, repr=False)
    operation: str = "contract"
    content: dict = field(default_factory=dict, repr=False)
    blocking: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_unchanged: bool = False
    attachment: Any = None
    document: Any = None
    sender: Any = None

    @property
    def is_sendable(self):
        return not self.blocking

    @property
    def is_simply_ready(self):
        return not self.blocking and not self.warnings
