# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the digest of a row of the journal covers, and how that is written."""

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

# For each format of the row. No foreign key: what it points to may be renamed, merged
# or deleted. No body: it may be erased. An absent value is false.
SEALED_CONTENT = {
    1: (
        "environment",
        "reference",
        "siret",
        "method",
        "url",
        "outcome",
        "http_status",
        "started_at",
        "duration_ms",
        "request_sha256",
        "response_digest",
    ),
}
SEALED_CONTENT[2] = (*SEALED_CONTENT[1], "sender", "operation")
SEALED_CONTENT[3] = (*SEALED_CONTENT[2], "file_sha256")
CURRENT_FORMAT = 3
SEALED_NAMES = frozenset().union(*SEALED_CONTENT.values())


def sealed_content(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the digest of a row covers.

    :param values: the row's columns, ``started_at`` as text
    """
    names = SEALED_CONTENT[values["digest_format"] or 1]
    return {name: False if values[name] is None else values[name] for name in names}


class ContentWriter:
    """Writes the content of many rows as `verify_journal.canonical` would, faster.

    What a verification does most: the keys are put in order once, not for each row.
    """

    def __init__(self, digest_format: int, columns: Sequence[str]):
        names = sorted(SEALED_CONTENT[digest_format])
        self._values = itemgetter(*map(columns.index, names))
        self._template = ", ".join(f'"{name}": %s' for name in names).join("{}")

    def as_json(self, row: Sequence[str | int | None]) -> str:
        """Return the content of a row as JSON.

        :param row: its values, in the order of the columns
        :raises TypeError: a value is neither text, nor a whole number, nor absent
        """
        return self._template % tuple(map(_written, self._values(row)))


def _written(value):
    if value is None:
        return "false"
    return str(value) if type(value) is int else encode_basestring(value)


def content_writers(columns: Sequence[str]) -> dict[int, ContentWriter]:
    """Return a writer for each format, for rows that hold these columns."""
    return {number: ContentWriter(number, columns) for number in SEALED_CONTENT}
