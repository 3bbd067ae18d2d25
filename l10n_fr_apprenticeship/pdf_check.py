# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is looked at in a file before it is kept: without Odoo, piece by piece."""

import hashlib
import logging
import os
from pathlib import PurePosixPath
from typing import BinaryIO

from pypdf import PdfReader
from pypdf.errors import DependencyError

_logger = logging.getLogger(__name__)

PDF = "application/pdf"
KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
LARGEST = 10 * MEGABYTE

_LONGEST_NAME = 120
_LONGEST_SUFFIX = 10
# A reader looks for the beginning of a PDF there.
_HEAD = 1024
_NO_PASSWORD = ""


class BadFile(ValueError):
    """A file that is not kept; `reason` says why, as a code.

    ``empty``, ``too_large``, ``not_pdf``, ``locked``, ``broken``.
    """

    def __init__(self, reason: str):
        super().__init__(f"File not kept: {reason}")
        self.reason = reason


def check_pdf(content: BinaryIO) -> str:
    """Return the SHA-256 of a PDF that anybody can open, in hexadecimal.

    :param content: read from its beginning, left there
    :raises BadFile: for anything else
    """
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    if not size:
        raise BadFile("empty")
    if size > LARGEST:
        raise BadFile("too_large")
    if b"%PDF-" not in content.read(_HEAD):
        raise BadFile("not_pdf")
    _check_opens(content)
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()
    content.seek(0)
    return digest


def _check_opens(content: BinaryIO) -> None:
    content.seek(0)
    try:
        reader = PdfReader(content)
        # What only forbids printing or copying opens without a password.
        is_locked = reader.is_encrypted and not reader.decrypt(_NO_PASSWORD)
        page_count = 0 if is_locked else len(reader.pages)
    except DependencyError:
        # Encrypted by AES, which this server's cryptography is too old to read.
        raise BadFile("locked") from None
    except Exception as error:
        # Whatever the reader stumbles on, the OPCO's would too.
        _logger.info("Unreadable PDF: %s", type(error).__name__)
        raise BadFile("broken") from None
    if is_locked:
        raise BadFile("locked")
    if not page_count:
        raise BadFile("broken")


def kept_name(name: str) -> str:
    """Return a file name without path or control character, and not long.

    Letters of any language stay: what leaves for an OPCO is written otherwise.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in base if letter.isprintable()).strip(" .")
    if not shown:
        return "document.pdf"
    suffix = PurePosixPath(shown).suffix[:_LONGEST_SUFFIX]
    return shown.removesuffix(suffix)[: _LONGEST_NAME - len(suffix)] + suffix
