# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The same error about somebody else is the same: what tells people apart is masked.

Masked: what `redact` masks, addresses, whatever holds a digit, the values of the form
that was sent, and words in capitals that no form uses, which are mostly names. A mask
may hide too much; in a text all in capitals it hides the values of the form only.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from .error_catalogue import fold
from .errors import RemoteError
from .redact import MASK, redact_text
from .wire_boxes import cerfa_box

HIDDEN = "…"
#: Characters kept of a masked text.
KEPT_CHARACTERS = 300
#: A shorter value of the form is also a common word; a person's name hides anyway.
SHORTEST_VALUE = 3
_NAMES = frozenset(("nom", "nomusage", "prenom"))

_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[^\W_]+")
_PATH = re.compile(r"\b[a-z]\w*(?:\[[0-9]+\])?(?:\.[a-z]\w*(?:\[[0-9]+\])?)+", re.I)
_SENTENCE_END = re.compile(r"[.!?\n]")
_HIDDEN_RUN = re.compile(rf"{HIDDEN}(?:[\s.,/:()'’-]*{HIDDEN})+")
# Capitals that are no name.
_OF_THE_FORM = frozenset(
    "afdas akto api boe bp btm bts but cap cerfa cfa cfd cnil cqp cqpm deca deets"
    " dreets drom ep fr html http https iban idcc insee json la le les naf nda nir"
    " npec ocapiat opco opcos pdf qualiopi rib rncp rome rqth siren sirene siret smc"
    " smic tp tva ue uai un une urssaf url xml".split()
)


def masked(text: str, form: Any = None) -> str:
    """Return a text without what is personal, and without what varies.

    :param form: the content that was sent, a decoded JSON value
    """
    text = _CHUNK.sub(_without_address, redact_text(text).replace(MASK, HIDDEN))
    words = list(_WORD.finditer(text))
    hidden = values_in(words, form) | _names_in(text, words)
    hidden |= {n for n, word in enumerate(words) if any(map(str.isdigit, word[0]))}
    hidden -= _paths_in(text, words)
    kept, position = [], 0
    for number, word in enumerate(words):
        if number in hidden:
            kept += [text[position : word.start()], HIDDEN]
            position = word.end()
    text = "".join(kept) + text[position:]
    return " ".join(_HIDDEN_RUN.sub(HIDDEN, text).split())[:KEPT_CHARACTERS]


def fingerprint(error: RemoteError, http_status: int = 0, form: Any = None) -> str:
    """Return what is equal for the same error about somebody else, SHA-256.

    The status counts only when nothing was said.
    """
    box = cerfa_box(error.field or "") or ""
    box = ".".join(name for name in box.split(".") if not name.isdigit())
    said = [fold(error.code or ""), box, fold(masked(error.text, form))]
    if not any(said):
        said.append(str(http_status))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _without_address(chunk: re.Match) -> str:
    return HIDDEN if "@" in chunk[0] else chunk[0]


def values_in(words: list[re.Match], form: Any) -> set[int]:
    """Return the positions of the words that are values of the form."""
    folded = [fold(word[0]) for word in words]
    by_first: dict[str, list[list[str]]] = {}
    for phrase in set(_phrases(form, SHORTEST_VALUE)):
        by_first.setdefault(phrase[0], []).append(list(phrase))
    found = set()
    for position, word in enumerate(folded):
        for phrase in by_first.get(word, ()):
            if folded[position : position + len(phrase)] == phrase:
                found.update(range(position, position + len(phrase)))
    return found


def _phrases(value: Any, shortest: int) -> Iterator[tuple[str, ...]]:
    """Yield the words of each value of a form that has `shortest` letters at least."""
    if isinstance(value, dict):
        for key, held in value.items():
            is_name = key.lower() in _NAMES
            yield from _phrases(held, 1 if is_name else SHORTEST_VALUE)
    elif isinstance(value, list):
        for held in value:
            yield from _phrases(held, shortest)
    elif isinstance(value, str):
        phrase = tuple(_WORD.findall(fold(value)))
        if len("".join(phrase)) >= shortest:
            yield phrase


def _names_in(text: str, words: list[re.Match]) -> set[int]:
    """Return the positions of the words that look like names."""
    if not any(map(str.islower, text)):
        return set()
    found: set[int] = set()
    for position, word in enumerate(words):
        if not _may_be_name(word[0]):
            continue
        begins = _begins_sentence(text, words, position, found)
        after = words[position + 1][0] if position + 1 < len(words) else ""
        is_shouted = len(word[0]) > 1 and word[0].isupper()
        if not begins or is_shouted or _may_be_name(after):
            found.add(position)
    return found


def _may_be_name(word: str) -> bool:
    return word[:1].isupper() and fold(word) not in _OF_THE_FORM


def _begins_sentence(
    text: str, words: list[re.Match], position: int, hidden: set[int]
) -> bool:
    if position == 0:
        return True
    # « M. », « Mme. »: the name comes next.
    if position - 1 in hidden:
        return False
    between = text[words[position - 1].end() : words[position].start()]
    return bool(_SENTENCE_END.search(between))


def _paths_in(text: str, words: list[re.Match]) -> set[int]:
    """Return the positions of the words of wire paths, but for their indexes."""
    spans = [path.span() for path in _PATH.finditer(text) if cerfa_box(path[0])]
    return {
        position
        for position, word in enumerate(words)
        if not word[0].isdigit()
        and any(start <= word.start() < end for start, end in spans)
    }
