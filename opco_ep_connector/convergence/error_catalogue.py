# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Recognise what an OPCO says among the entries of a catalogue (norm §1.4).

The norm publishes no list of codes: an entry is recognised by a code, by an HTTP
status or by words, whatever their order, case and accents; everything it asks for must
be there. One wording a line; ``ferm*`` stands for every word that begins so. Words are
compared as sets: no pattern can be slow.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .errors import RemoteError

#: Complaints of one answer that are looked at.
MAX_COMPLAINTS = 50
#: Characters of one complaint that are shown.
SHOWN_CHARACTERS = 400
#: A shorter word alone would be recognised everywhere.
SHORTEST_WORD = 3

_BULLET = re.compile(r"^[\s•*·–—-]+")
_WORD = re.compile(r"[^\W_]+")
_WISHED_WORD = re.compile(r"[^\W_]+\*?")

# What stands first speaks alone.
_EXACT, _CODE, _WORDS, _GENERAL = range(4)


@dataclass(frozen=True)
class Entry:
    """What an entry of the catalogue asks for; `key` is the caller's.

    `fingerprint` is of the very wording that it was collected from, and suffices. A
    general entry speaks only when no other does.
    """

    key: Any
    code: str = ""
    http_status: int = 0
    wordings: tuple[frozenset[str], ...] = ()
    fingerprint: str = ""
    is_general: bool = False


@dataclass(frozen=True)
class Complaint:
    """One thing an OPCO complains of, ready to be recognised."""

    error: RemoteError
    http_status: int = 0
    fingerprint: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether the OPCO said nothing besides the status."""
        return not (self.error.code or self.error.text)


class Catalogue:
    """The entries that have an explanation, in the order in which they are shown."""

    def __init__(self, entries: Iterable[Entry]):
        self.entries = tuple(entries)

    def find(self, complaint: Complaint) -> list[Any]:
        """Return the keys of the entries that explain a complaint.

        The most precise kind only; none that asks for less than another one of them.
        """
        words = words_of(complaint.error.text)
        by_rank: dict[int, list[tuple[Any, frozenset]]] = {}
        for entry in self.entries:
            for rank, reasons in _reasons(entry, complaint, words):
                by_rank.setdefault(rank, []).append((entry.key, reasons))
        if not by_rank:
            return []
        found = by_rank[min(by_rank)]
        return list(
            dict.fromkeys(
                key
                for key, reasons in found
                if not any(reasons < others for _key, others in found)
            )
        )

    def advise(self, complaint: Complaint) -> list[Any]:
        """Return the keys of the entries that speak for the HTTP status alone."""
        return [
            entry.key
            for entry in self.entries
            if entry.http_status
            and entry.http_status == complaint.http_status
            and not (entry.code or entry.wordings)
        ]


def _reasons(
    entry: Entry, complaint: Complaint, words: frozenset[str]
) -> Iterator[tuple[int, frozenset]]:
    """Yield by what an entry is recognised: its rank, and what it asked for."""
    if entry.fingerprint and entry.fingerprint == complaint.fingerprint:
        yield _EXACT, frozenset()
        return
    asked = set()
    if entry.code:
        if fold(entry.code) != fold(complaint.error.code or ""):
            return
        asked.add(("code", fold(entry.code)))
    if entry.http_status:
        if entry.http_status != complaint.http_status:
            return
        asked.add(("status", entry.http_status))
    rank = _GENERAL if entry.is_general else _CODE if entry.code else _WORDS
    if not entry.wordings:
        if entry.code:
            yield rank, frozenset(asked)
        return
    for wording in entry.wordings:
        if all(_is_there(word, words) for word in wording):
            yield rank, frozenset(asked) | wording


def _is_there(wished: str, words: frozenset[str]) -> bool:
    if not wished.endswith("*"):
        return wished in words
    return any(word.startswith(wished[:-1]) for word in words)


def fold(text: str) -> str:
    """Return a text without case, accents and outer spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, folded."""
    return frozenset(_WORD.findall(fold(text)))


def read_wordings(lines: str) -> tuple[frozenset[str], ...]:
    """Return what a person typed, one wording a line, as sets of folded words.

    :raises ValueError: with the line that has no word of three characters
    """
    wordings = []
    for line in lines.splitlines():
        words = frozenset(_WISHED_WORD.findall(fold(line)))
        if not words:
            continue
        if max(len(word.rstrip("*")) for word in words) < SHORTEST_WORD:
            raise ValueError(line.strip())
        wordings.append(words)
    return tuple(wordings)


def complaints_of(errors: Iterable[RemoteError]) -> list[RemoteError]:
    """Return what is complained of, one thing each, without repeats, at most 50.

    A text of several lines is as many complaints; JSON becomes words.
    """
    found = {}
    for error in errors:
        lines = [_BULLET.sub("", line) for line in in_words(error.text).splitlines()]
        for line in [line.strip() for line in lines if line.strip()] or [""]:
            complaint = RemoteError(error.code, line, error.field)
            found.setdefault((error.code, line, error.field), complaint)
    return list(found.values())[:MAX_COMPLAINTS]


def in_words(text: str) -> str:
    """Return a text that people can read: JSON becomes « name: value » lines."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return "\n".join(_lines("", json.loads(text)))
    except (ValueError, RecursionError):
        # Cut in the middle, most often; else nested without end.
        return " ".join(re.sub(r'[\[\]{}"\\]+', " ", text).split())


def _lines(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _lines(str(key), held)
    elif isinstance(value, list):
        for held in value:
            yield from _lines(name, held)
    elif value is not None and value != "":
        yield f"{name}: {value}" if name else str(value)


def shown(text: str) -> str:
    """Return a complaint short enough for a banner."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return f"{text[: SHOWN_CHARACTERS - 1].rstrip()}…"
