# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Read the error bodies of the OPCOs (norm §1.4), whose shapes differ.

Read in this order, keys in any case: ``errors[]`` (code, description or message, else
every other key), ``description``, ``comment``, ``message``, ``error_description``,
``error``; then what general-purpose servers write (``detail``, ``title``); then the
raw text.
"""

import html
import json
import re
from typing import Any

from .errors import RemoteError
from .remote_text import SHOWN_LIMIT, decode, storable

MAX_ERRORS = 50
#: Characters that cannot be shown, in what is still taken for text.
MAX_ODD_CHARACTERS = 3

_TEXT_KEYS = (
    "description",
    "comment",
    "message",
    "error_description",
    "error",
    "detail",
    "title",
)
_FIELD_KEYS = ("field", "champ", "path", "jsonpath", "property", "propertypath")
_CODE_KEYS = ("code", "errorcode")

# Openings and closings are looked for apart: a page that opens thousands of things and
# closes none is read once.
_TITLE = re.compile(r"<title\b[^<>]*>", re.IGNORECASE)
_TITLE_END = re.compile(r"</title", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:(script|style|head)\b|!--)", re.IGNORECASE)
_BLOCK_ENDS = {
    name: re.compile(rf"</{name}\s{{0,9}}>", re.IGNORECASE)
    for name in ("script", "style", "head")
} | {None: re.compile("-->")}
_TAG = re.compile(r"<[^<>]*>")
_PATH = re.compile(r"\bcerfa(?:\.[^\W\d]\w*|\[[0-9]+\])+", re.IGNORECASE)
_HTML = re.compile(r"\s*(<!doctype\s+html|<html|<head|<body|<h1)", re.IGNORECASE)


def parse_errors(
    body: bytes, content_type: str | None = None
) -> tuple[RemoteError, ...]:
    """Return what an error body says, at most 50 errors of 2,000 characters each.

    Never raises; an empty body gives an empty tuple. Norm §1.4, shapes A to E.
    """
    text = decode(body, content_type)
    try:
        found = _from_json(json.loads(text.lstrip("\ufeff")))
    except (ValueError, RecursionError):
        found = [RemoteError(text=_readable(text))]
    kept = [error for error in found if error.text or error.code]
    return tuple(kept[:MAX_ERRORS])


def looks_like_html(body: bytes, content_type: str | None = None) -> bool:
    """Tell whether a web page came where data was expected."""
    return "html" in (content_type or "").lower() or bool(
        _HTML.match(decode(body[:512]))
    )


def has_error_list(body: bytes) -> bool:
    """Tell whether the body carries a non-empty ``errors`` (shape A, not D)."""
    try:
        root = json.loads(decode(body))
    except (ValueError, RecursionError):
        return False
    return isinstance(root, dict) and bool(_lowered(root).get("errors"))


def _from_json(root: Any) -> list[RemoteError]:
    if isinstance(root, list):
        return [_from_item(item) for item in root[:MAX_ERRORS]]
    if not isinstance(root, dict):
        return [RemoteError(text=_cut(root))]
    keys = _lowered(root)
    return _from_errors(keys.get("errors")) or [_from_item(root)]


def _from_errors(errors: Any) -> list[RemoteError]:
    if isinstance(errors, list):
        return [_from_item(item) for item in errors[:MAX_ERRORS]]
    if isinstance(errors, dict):
        return [
            RemoteError(text=_cut(text), field=_cut(name) or None)
            for name, text in list(errors.items())[:MAX_ERRORS]
        ]
    return [RemoteError(text=_cut(errors))] if errors else []


def _from_item(item: Any) -> RemoteError:
    if not isinstance(item, dict):
        return RemoteError(text=_cut(item))
    keys = _lowered(item)
    error = keys.get("error")
    if isinstance(error, dict):
        return _from_item(error)
    text_key = next((key for key in _TEXT_KEYS if _cut(keys.get(key))), None)
    code = _first(keys, _CODE_KEYS)
    if code is None and text_key != "error":
        code = _cut(error) or None
    named = _first(keys, _FIELD_KEYS)
    if text_key:
        said = _cut(keys[text_key])
        return RemoteError(code, said, named or _path_in(said))
    others = {
        key: value
        for key, value in keys.items()
        if key not in (*_CODE_KEYS, *_FIELD_KEYS) and value not in (None, "", [], {})
    }
    return RemoteError(code, _cut(others) if others else "", named)


def _path_in(text: str) -> str | None:
    """Return the wire path a sentence names, as ``cerfa.apprenti.nir``."""
    path = _PATH.search(text)
    return path and path[0]


def _lowered(mapping: dict) -> dict:
    return {str(key).lower(): value for key, value in mapping.items()}


def _first(keys: dict, names: tuple[str, ...]) -> str | None:
    return next((_cut(keys[name]) for name in names if _cut(keys.get(name))), None)


def _cut(value: Any) -> str:
    """Return a JSON value as one bounded text; nothing gives an empty text."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = " ".join(value)
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError):
            return ""
    return storable(value).strip()[:SHOWN_LIMIT]


def _readable(text: str) -> str:
    """Return the words of a raw body; of a web page, its title and its text.

    Noise, an archive or an image has none.
    """
    if _is_noise(text[:SHOWN_LIMIT]):
        return ""
    if not looks_like_html(text[:512].encode()):
        return _cut(text)
    text = text[: 50 * SHOWN_LIMIT]
    words = _words(_TAG.sub(" ", _without_blocks(text)))
    heading = _words(_title(text))
    if heading and not words.startswith(heading):
        words = f"{heading} – {words}" if words else heading
    return _cut(words)


def _title(page: str) -> str:
    opening = _TITLE.search(page)
    closing = opening and _TITLE_END.search(page, opening.end())
    return page[opening.end() : closing.start()] if closing else ""


def _without_blocks(page: str) -> str:
    """Return a page without its scripts, styles, head and comments that are closed."""
    kept, position, unclosed = [], 0, set()
    for opening in _BLOCK.finditer(page):
        name = opening[1] and opening[1].lower()
        if opening.start() < position or name in unclosed:
            continue
        closing = _BLOCK_ENDS[name].search(page, opening.end())
        if closing:
            kept += [page[position : opening.start()], " "]
            position = closing.end()
        else:
            unclosed.add(name)
    return "".join(kept) + page[position:]


def _is_noise(text: str) -> bool:
    """Tell bytes that were no text from words with a wrongly decoded letter or two."""
    odd = sum(
        char == "\ufffd" or not (char.isprintable() or char.isspace()) for char in text
    )
    return odd > MAX_ODD_CHARACTERS


def _words(markup: str) -> str:
    return " ".join(html.unescape(markup).split())
