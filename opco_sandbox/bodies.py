# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Request bodies: read whole, kept on disk beyond a small size."""

import hashlib
from http import HTTPStatus
from tempfile import SpooledTemporaryFile

IN_MEMORY = 256 * 1024
PIECE = 64 * 1024
# beyond this, a body that is too long is not even thrown away: the line is cut
DRAINED = 256 * 1024 * 1024


class BodyRefused(Exception):
    """The request body is too long or its framing is wrong."""

    def __init__(self, status):
        super().__init__(status.phrase)
        self.status = status


class Body:
    """One body, with its length and SHA-256."""

    def __init__(self, folder):
        self.file = SpooledTemporaryFile(IN_MEMORY, dir=folder)  # noqa: SIM115
        self.length = 0
        self._digest = hashlib.sha256()

    def write(self, piece):
        """Append some bytes."""
        self.file.write(piece)
        self.length += len(piece)
        self._digest.update(piece)

    @property
    def sha256(self):
        """SHA-256 of the whole body, in hexadecimal."""
        return self._digest.hexdigest()


def declared_length(environ):
    """Return the announced length, or None for a chunked body.

    :raises BodyRefused: unreadable framing
    """
    if environ.get("wsgi.input_terminated"):
        return None
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit():
        raise BodyRefused(HTTPStatus.BAD_REQUEST)
    return int(length)


def read_body(environ, limit, folder):
    """Return the whole body, so that nothing of it stays on the connection.

    :raises BodyRefused: longer than ``limit`` bytes, or unreadable framing
    """
    length = declared_length(environ)
    source = environ["wsgi.input"]
    if length is not None and length > limit:
        # a client that is still sending would not see the answer
        for _ in _pieces(source, length if length <= DRAINED else 0):
            pass
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = Body(folder)
    for piece in _pieces(source, length):
        if body.length + len(piece) > limit:
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body.write(piece)
    if length is not None and body.length < length:
        raise BodyRefused(HTTPStatus.BAD_REQUEST)
    body.file.seek(0)
    return body


def _pieces(source, length):
    left = length
    try:
        while left is None or left > 0:
            piece = source.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            if left is not None:
                left -= len(piece)
            yield piece
    except OSError as error:
        raise BodyRefused(HTTPStatus.BAD_REQUEST) from error
