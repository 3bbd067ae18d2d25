# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What there is to say of a file: where, what was seen, a sentence in French."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Issue:
    """An error, or a warning when it does not block.

    `row` and `position` are numbers of a row and of a column of the sheet, ``None``
    when the whole file, or the whole row, is meant.
    """

    sentence: str
    row: int | None = None
    position: int | None = None
    title: str = ""
    seen: str = ""
    blocking: bool = True


class UnreadableFile(ValueError):
    """The file cannot be read as a whole; the message says why in French."""
