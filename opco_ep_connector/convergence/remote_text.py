# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Decode what a server sent, whatever it claims about it."""

import json

#: Characters kept of a body shown to people.
SHOWN_LIMIT = 2_000
#: Characters kept of a body stored in a journal.
STORED_LIMIT = 100_000


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return `body` as text; never raises.

    UTF-8 when it is UTF-8 (servers announce Latin-1 by default without meaning it),
    else the announced charset, else Windows-1252.
    """
    for charset in (json.detect_encoding(body), _charset(content_type)):
        try:
            return storable(body.decode(charset))
        except (LookupError, ValueError):
            continue
    return storable(body.decode("cp1252", errors="replace"))


def storable(text: str) -> str:
    """Return `text` without what PostgreSQL refuses: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _charset(content_type: str | None) -> str:
    _, _, after = (content_type or "").lower().partition("charset=")
    return after.split(";")[0].strip(" \"'")
