# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A file to send, read from the disk piece by piece and never held whole (norm §3)."""

import hashlib
import json
import mimetypes
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from requests_toolbelt import MultipartEncoder

from .profile import Profile

_LONGEST_NAME = 100
_PIECE = 64 * 1024


class UnusableFile(ValueError):
    """A file that is not sent; `reason` says why, as a code.

    ``missing``, ``empty``, ``too_large``, ``mime_type``.
    """

    def __init__(self, reason: str):
        super().__init__(f"File not sent: {reason}")
        self.reason = reason


class FileChanged(UnusableFile):
    """The content is no longer the one whose hash was taken (``changed``)."""

    def __init__(self):
        super().__init__("changed")


@dataclass(frozen=True)
class FileToSend:
    """Where the file is, what it is called, and what it was when it was queued.

    `sha256` is in hexadecimal, `size` in bytes.
    """

    path: str
    name: str
    mime_type: str
    sha256: str
    size: int


def check_file(file: FileToSend, profile: Profile) -> None:
    """:raises UnusableFile: when the OPCO would not take it; its content is not read"""
    if not file.size:
        raise UnusableFile("empty")
    if file.size > profile.max_file_bytes:
        raise UnusableFile("too_large")
    if file.mime_type not in profile.accepted_mime_types:
        raise UnusableFile("mime_type")


@contextmanager
def opened(file: FileToSend) -> Iterator[BinaryIO]:
    """Open the file, after a look that its content is still the one announced.

    :raises FileChanged: when it is not
    :raises UnusableFile: when it cannot be read (``missing``)
    """
    try:
        content = open(file.path, "rb")
    except OSError:
        raise UnusableFile("missing") from None
    with content:
        # The size first: a file that has grown is not read to its end.
        if os.fstat(content.fileno()).st_size != file.size:
            raise FileChanged()
        if sha256_of(content) != file.sha256.lower():
            raise FileChanged()
        yield content


def sha256_of(content: BinaryIO) -> str:
    """Return the SHA-256 of what is left to read, in hexadecimal, piece by piece."""
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def multipart(
    part: str,
    document: Mapping[str, Any],
    file_part: str,
    file: FileToSend,
    content: BinaryIO,
) -> MultipartEncoder:
    """Return the body that holds `document` as JSON, then the content from its start.

    The JSON part bears no type, as in the requests that OPCOs are known to take.
    """
    content.seek(0)
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    sent_file = (header_name(file.name, file.mime_type), content, file.mime_type)
    return MultipartEncoder({part: written, file_part: sent_file})


def header_name(name: str, mime_type: str) -> str:
    """Return a file name safe in a header: plain ASCII, no path, no quote, not long.

    Its extension is that of its type, by which OPCOs tell files: ``Convention « Léa »``
    of a PDF is ``Convention_Lea.pdf``.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    suffix = PurePosixPath(base).suffix
    if mimetypes.guess_type(f"file{suffix}")[0] == mime_type:
        base = base.removesuffix(suffix)
    else:
        suffix = mimetypes.guess_extension(mime_type) or ""
    stem = _plain(base) or "fichier"
    return stem[: _LONGEST_NAME - len(suffix)] + suffix


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9.-]+", "_", letters)
    return re.sub(r"_*\._*", ".", safe).strip("._-")
