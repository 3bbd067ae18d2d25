# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How each fault is played on a connection; one function per kind.

Each takes the handler of the connection and the options of the fault. ``processed``
makes the application work before a replaced answer: the client then reads an error, or
nonsense, about something that was done.
"""

import random
import time
import zlib

from werkzeug.wrappers import Response

PIECE = 64 * 1024
MEGABYTE = 1024 * 1024
GARBAGE_BYTES = 512
HALF_ARRIVES = 0.05
OTHER_HOST = "127.0.0.2"
PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Maintenance</title></head>
<body><h1>Service momentanément indisponible</h1></body></html>
"""
ACCENTS = '{"comment": "Dossier reçu, à compléter : pièce manquante"}'


def reset_before_read(handler, options):
    """TCP reset, body unread."""
    handler.reset()


def reset_mid_body(handler, options):
    """TCP reset when half of the body was read."""
    handler.read_half()
    handler.reset()


def reset_after_read(handler, options):
    """Read everything, process nothing, reset."""
    handler.reset()


def reset_after_processing(handler, options):
    """Process the request, then reset instead of answering."""
    handler.ask_application()
    handler.reset()


def hang(handler, options):
    """Stay silent, then close without an answer."""
    time.sleep(options.get("seconds", 5))
    handler.close_connection = True


def hang_after_processing(handler, options):
    """Process, stay silent, then close without an answer."""
    handler.ask_application()
    hang(handler, options)


def delay(handler, options):
    """Answer late."""
    time.sleep(options.get("seconds", 5))
    handler.send(handler.ask_application())


def truncate_response(handler, options):
    """Announce the whole answer, send half of it, reset."""
    response = handler.ask_application()
    body = response.get_data()
    handler.send_head(response, len(body))
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    time.sleep(HALF_ARRIVES)
    handler.reset()


def trickle(handler, options):
    """Answer byte by byte: the headers, the body, or both."""
    response = handler.ask_application()
    where, seconds = options.get("where", "body"), options.get("seconds", 0.2)
    pauses = {
        "headers": (seconds, 0),
        "body": (0, seconds),
        "both": (seconds, seconds),
    }
    body = response.get_data()
    head = handler.head(response, len(body))
    for part, pause in zip((head, body), pauses[where], strict=True):
        _write_slowly(handler.wfile, part, pause)


def _write_slowly(wfile, part, pause):
    if not pause:
        wfile.write(part)
        wfile.flush()
        return
    for byte in part:
        wfile.write(bytes((byte,)))
        wfile.flush()
        time.sleep(pause)


def status(handler, options):
    """Answer what the fault says."""
    _replace(
        handler,
        options,
        options.get("body", ""),
        503,
        options.get("content_type", "application/json"),
    )


def redirect(handler, options):
    """Send the client to another host."""
    port = handler.server.port
    elsewhere = f"http://{OTHER_HOST}:{port}{handler.asked.path}"
    location = options.get("location", elsewhere)
    headers = options.get("headers", {}) | {"Location": location}
    _replace(handler, options | {"headers": headers}, "", 307, "text/plain")


def garbage(handler, options):
    """Answer 200 and bytes that mean nothing, the same for the same request."""
    seed = f"{handler.server.sandbox.settings['seed']} {handler.asked}"
    noise = random.Random(seed).randbytes(GARBAGE_BYTES)
    _replace(handler, options, noise, 200, "application/json")


def html(handler, options):
    """Answer 200 and a page, as a proxy in maintenance does."""
    _replace(handler, options, PAGE, 200, "text/html; charset=utf-8")


def wrong_encoding(handler, options):
    """Answer 200 and Latin-1 bytes that are said to be UTF-8."""
    latin = ACCENTS.encode("latin-1")
    _replace(handler, options, latin, 200, "application/json; charset=utf-8")


def _replace(handler, options, body, status, content_type):
    if options.get("processed"):
        handler.ask_application()
    response = Response(body, options.get("status", status), content_type=content_type)
    for name, value in options.get("headers", {}).items():
        response.headers[name] = value
    handler.send(response)


def large_body(handler, options):
    """Answer 200 and a long JSON text, never built in memory."""
    if options.get("processed"):
        handler.ask_application()
    opening, ending = b'{"padding": "', b'"}'
    size = options.get("megabytes", 100) * MEGABYTE
    response = Response(
        status=options.get("status", 200), content_type="application/json"
    )
    handler.send_head(response, size)
    handler.wfile.write(opening)
    left = size - len(opening) - len(ending)
    while left:
        piece = min(PIECE, left)
        handler.wfile.write(b"x" * piece)
        left -= piece
    handler.wfile.write(ending)
    handler.wfile.flush()


def bomb(handler, options):
    """Answer 200 and a small gzip body that inflates to ``megabytes``."""
    if options.get("processed"):
        handler.ask_application()
    response = Response(
        _inflating_to(options.get("megabytes", 100)),
        options.get("status", 200),
        content_type="application/json",
    )
    response.headers["Content-Encoding"] = "gzip"
    handler.send(response)


def _inflating_to(megabytes):
    gzip = zlib.compressobj(9, wbits=31)
    blank = b" " * MEGABYTE
    pieces = [gzip.compress(blank) for _ in range(megabytes)]
    return b"".join([*pieces, gzip.flush()])
