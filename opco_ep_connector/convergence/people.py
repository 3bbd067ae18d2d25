# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an OPCO answered, for whoever is handed a proof: it tells of no person.

Masked: what `redact` masks, the JSON values of names such as ``nom`` or ``courriel``,
e-mail addresses, and in any sentence what the form says of people. Numbers, states and
reasons stay. A mask may hide too much, never too little.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from .anonymous import values_in
from .redact import MASK, redact_text

# A name and its value; in a text of a JSON value, the quotes are escaped.
_NAMED = re.compile(
    r""""(?P<name>\w{1,40})"\s*:\s*(?P<value>"(?:[^"\\]|\\.)*"?|[^\s"\[{,}\]]+)""",
    re.DOTALL,
)
_NAMED_INSIDE = re.compile(
    r"""\\"(?P<name>\w{1,40})\\"\s*:\s*(?P<value>\\"(?:[^"\\]|\\[^"])*(?:\\")?)"""
)
# « \u00e9 », as many servers write an accent; once more for JSON inside a JSON text.
_ESCAPED = re.compile(r"\\{1,4}u([0-9a-fA-F]{4})")
_WORD = re.compile(r"[^\W_]+")
_MASKED_RUN = re.compile(r"\*\*\*(?:[\s.,/:'’-]{1,3}\*\*\*)+")
# An address has no longer part: a long text without one is read once.
_E_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_SAID_OF_PEOPLE = frozenset(
    (
        "nom",
        "nomusage",
        "prenom",
        "datenaissance",
        "communenaissance",
        "telephone",
        "courriel",
        "adresse1",
        "adresse2",
    )
)
# Too common elsewhere for their values to be looked for.
_MASKED_NAMES = _SAID_OF_PEOPLE | {
    "codepostal",
    "commune",
    "complement",
    "departementnaissance",
    "nationalite",
    "sexe",
    "voie",
}


def readable(text: str) -> str:
    """Return a text of JSON with its letters as they are read, whatever their spelling.

    It still is the same JSON: quotes, backslashes and control characters stay escaped.
    """
    return unicodedata.normalize("NFC", _ESCAPED.sub(_as_read, text))


def without_people(text: str, form: Any = None) -> str:
    """Return a text in which nobody can be recognised; as it is if nobody is in it.

    :param form: the content that it speaks of, a decoded JSON value
    """
    read = readable(text)
    masked = _masked(read, form)
    return text if masked == read else masked


def _as_read(escaped: re.Match) -> str:
    character = chr(int(escaped[1], 16))
    if character.isspace():
        return " "
    if character in '"\\' or not character.isprintable():
        return escaped[0]
    return character


def _masked(text: str, form: Any) -> str:
    text = _NAMED.sub(_without_value, redact_text(text))
    text = _NAMED_INSIDE.sub(_without_value, text)
    text = _E_MAIL.sub(MASK, text)
    words = list(_WORD.finditer(text))
    kept, position = [], 0
    for number in sorted(values_in(words, list(_said_of_people(form)))):
        word = words[number]
        kept += [text[position : word.start()], MASK]
        position = word.end()
    return _MASKED_RUN.sub(MASK, "".join(kept) + text[position:])


def _without_value(named: re.Match) -> str:
    if named["name"].casefold() not in _MASKED_NAMES:
        return named[0]
    if named["value"] in ("null", '""', r"\"\""):
        return named[0]
    quote = re.match(r'\\?"|', named["value"])[0]
    start = named.start("value") - named.start()
    return f"{named[0][:start]}{quote}{MASK}{quote}"


def _said_of_people(value: Any) -> Iterator[dict[str, str]]:
    """Yield each thing that a form says of a person, under its own name."""
    if isinstance(value, list):
        for held in value:
            yield from _said_of_people(held)
    if not isinstance(value, dict):
        return
    for name, held in value.items():
        if isinstance(held, dict | list):
            yield from _said_of_people(held)
        elif isinstance(held, str) and name.casefold() in _SAID_OF_PEOPLE:
            for spelling in _spellings(name, held):
                yield {name: spelling}


def _spellings(name: str, held: str) -> tuple[str, ...]:
    if name.casefold() != "datenaissance":
        return (held,)
    try:
        day = date.fromisoformat(held[:10])
    except ValueError:
        return (held,)
    return (day.isoformat(), f"{day:%d/%m/%Y}")
