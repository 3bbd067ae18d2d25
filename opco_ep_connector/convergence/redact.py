# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nothing secret or personal reaches a log.

Masked: the values of sensitive names, what looks like a JWT, what follows ``Bearer`` or
``Basic``, what looks like a NIR. A mask may hide too much, never too little.
"""

import logging
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"

_SENSITIVE_NAMES = frozenset(
    {
        "accesstoken",
        "apikey",
        "authorization",
        "clientsecret",
        "handicap",
        "idtoken",
        "nir",
        "numerodesecuritesociale",
        "numerodesecu",
        "numerosecuritesociale",
        "numerosecu",
        "password",
        "refreshtoken",
        "xapikey",
    }
)
# Part of each name that tells of a disability: rights, and the amounts they open.
_SENSITIVE_PART = "rqth"

# A name, then : or =, as in JSON, in a query string or in a header.
_NAME = re.compile(r"""([^\W\d_][\w .-]{1,40}?)\\?["']?\s*[:=]\s*""")
_VALUE = re.compile(
    r"""
    (?P<opening>\\")(?:[^"\\]|\\[^"])*(?:\\")?   # quoted inside a quoted text
  | (?P<quote>["'])(?:(?!(?P=quote))[^\\]|\\.)*(?P=quote)?
  | [^\s"'&,;}\]]+
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADER_VALUE = re.compile(r"""[^"'\r\n]+""")
_SIREN_PARAMETER = re.compile(r"([?&]siren=)[^&\s\"']*", re.IGNORECASE)
_SCHEME_VALUE = re.compile(r"\b(bearer|basic|dpop)\s+[^\s\"',;]+", re.IGNORECASE)
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*")
# Sex, year, month, département (2A, 2B), commune, order, and perhaps the key.
_NIR = re.compile(
    r"(?<![0-9])[1-478]"
    r"(?:[ .\u00a0-]?[0-9]){5}[ .\u00a0-]?[0-9AB]"
    r"(?:[ .\u00a0-]?[0-9]){6}(?:(?:[ .\u00a0-]?[0-9]){2})?(?![0-9])",
    re.IGNORECASE,
)


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with everything sensitive masked, and each of `secrets`.

    A secret is masked as it is and as it stands in a URL.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for spelling in {secret, quote(secret, safe=""), quote_plus(secret)}:
            text = text.replace(spelling, MASK)
    text = _JWT.sub(MASK, text)
    text = _SCHEME_VALUE.sub(rf"\1 {MASK}", text)
    text = _SIREN_PARAMETER.sub(rf"\1{MASK}", text)
    # Before the named values: a NIR may be written with spaces.
    text = _NIR.sub(MASK, text)
    return _without_named_values(text)


def redact_json(value: Any) -> Any:
    """Return a copy of a decoded JSON value with everything sensitive masked."""
    try:
        return _redacted(value)
    except RecursionError:
        return MASK


def is_sensitive(name: str) -> bool:
    """Tell whether the value of this JSON key, header or parameter must be masked."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(filter(str.isalnum, letters))
    return letters in _SENSITIVE_NAMES or _SENSITIVE_PART in letters


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: MASK if is_sensitive(str(key)) else _redacted(held)
            for key, held in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(item) for item in value]
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return MASK if _NIR.fullmatch(str(value)) else value
    return value


def _without_named_values(text: str) -> str:
    kept, position = [], 0
    for named in _NAME.finditer(text):
        if named.start() < position or not _ends_with_sensitive(named[1]):
            continue
        value = _VALUE.match(text, named.end())
        if named[1].casefold().endswith("authorization"):
            value = _HEADER_VALUE.match(text, named.end()) or value
        if value is None:
            continue
        quoting = _quoting(value)
        kept += [text[position : named.end()], quoting, MASK, quoting]
        position = value.end()
    return "".join(kept) + text[position:]


def _ends_with_sensitive(name: str) -> bool:
    # « le NIR : 1… », « cerfa.apprenti.nir: 1… »: other words may stand before.
    words = re.split(r"[\s.]+", name)
    return any(is_sensitive("".join(words[start:])) for start in range(len(words)))


def _quoting(value: re.Match) -> str:
    groups = value.groupdict()
    return groups.get("opening") or groups.get("quote") or ""


class RedactingFilter(logging.Filter):
    """Masks in the message and the traceback of a record; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact_text(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact_text(record.exc_text)
        return True


# A filter of a logger does not apply to its children: each is named.
FILTERED_LOGGERS = (
    "requests",
    "urllib3",
    "urllib3.connectionpool",
    "urllib3.util.retry",
    __package__,
    f"{__package__}.transport",
)


def install_log_filters(*more_loggers: str) -> None:
    """Attach one `RedactingFilter` to each logger a key could pass through.

    :param more_loggers: names of loggers of the application to filter as well
    """
    for name in (*FILTERED_LOGGERS, *more_loggers):
        logger = logging.getLogger(name)
        if not any(isinstance(held, RedactingFilter) for held in logger.filters):
            logger.addFilter(RedactingFilter())
