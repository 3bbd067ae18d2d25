# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""HTTP/1.1 server: threads, keep-alive, and faults played on the connection.

Werkzeug's own handler closes each connection after one answer. This one reads the
whole body first, so the next request of the same connection starts where it should.
"""

import os
import socket
import struct
import sys
import time
import traceback
from http import HTTPStatus
from io import BytesIO

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

BACKLOG = 256
MAX_BODY = 4 * 1024 * 1024
IDLE_SECONDS = 75
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def listen(host, port):
    """Return a listening socket.

    :raises OSError: the address is occupied or unknown
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


class BodyRefused(Exception):
    """The request body is too long or its framing is wrong."""

    def __init__(self, status):
        super().__init__(status.phrase)
        self.status = status


class Handler(WSGIRequestHandler):
    """One connection: request, fault if any, answer, next request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = IDLE_SECONDS

    def run_wsgi(self):
        """Answer one request, playing the fault that matches it."""
        self.environ = self.make_environ()
        fault = self.server.faults.take(self.command, self.environ["PATH_INFO"])
        if fault and fault.kind == "reset_before_read":
            self.reset()
            return
        try:
            self.environ["wsgi.input"] = BytesIO(self.read_body())
        except BodyRefused as refused:
            self.close_connection = True
            self.send(Response(refused.status.phrase, refused.status))
            return
        if fault:
            getattr(self, f"play_{fault.kind}")(fault)
        else:
            self.send(self.ask_application())

    def handle_expect_100(self):
        """Let the client send its body now."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def read_body(self):
        """Return the whole body, so that nothing of it stays on the connection.

        :raises BodyRefused: longer than MAX_BODY, or unreadable framing
        """
        source = self.environ["wsgi.input"]
        if self.environ.get("wsgi.input_terminated"):
            body = self.read_chunks(source)
            self.environ["CONTENT_LENGTH"] = str(len(body))
            return body
        length = self.environ.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            raise BodyRefused(HTTPStatus.BAD_REQUEST)
        if int(length) > MAX_BODY:
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = source.read(int(length))
        if len(body) < int(length):
            raise BodyRefused(HTTPStatus.BAD_REQUEST)
        return body

    @staticmethod
    def read_chunks(source):
        """Return a chunked body, read to its end."""
        body = b""
        try:
            while chunk := source.read(64 * 1024):
                body += chunk
                if len(body) > MAX_BODY:
                    raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except OSError as error:
            raise BodyRefused(HTTPStatus.BAD_REQUEST) from error
        return body

    def ask_application(self):
        """Return the buffered answer of the application."""
        try:
            return Response.from_app(self.server.app, self.environ, buffered=True)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Response("Internal Server Error", 500)

    def send(self, response):
        """Write a complete answer."""
        body = response.get_data()
        self.send_head(response, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def send_head(self, response, length):
        """Write status and headers; the length is always announced."""
        self.send_response(response.status_code)
        for name, value in response.headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def reset(self):
        """Cut the connection so that the peer sees a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        # rfile holds a reference: only closing the descriptor really closes it
        os.close(self.connection.detach())
        self.close_connection = True

    def play_reset_after_read(self, fault):
        """Read everything, process nothing, reset."""
        self.reset()

    def play_reset_after_processing(self, fault):
        """Process the request, then reset instead of answering."""
        self.ask_application()
        self.reset()

    def play_truncate_response(self, fault):
        """Announce the whole answer, send half of it, reset."""
        response = self.ask_application()
        body = response.get_data()
        self.send_head(response, len(body))
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        time.sleep(0.05)  # lets the half arrive before the reset
        self.reset()

    def play_hang(self, fault):
        """Stay silent, then close without an answer."""
        time.sleep(fault.seconds)
        self.close_connection = True

    def play_delay(self, fault):
        """Answer late."""
        time.sleep(fault.seconds)
        self.send(self.ask_application())

    def play_status(self, fault):
        """Answer what the fault says, without processing."""
        response = Response(fault.body, fault.status, content_type=fault.content_type)
        response.headers.extend(fault.headers)
        self.send(response)

    def version_string(self):
        """Value of the Server header."""
        return "OPCO-sandbox"

    def log(self, type, message, *args):
        """Log nothing: a request line may hold a key."""


class SandboxServer(ThreadedWSGIServer):
    """The listening server; ``url`` is the address it really serves."""

    request_queue_size = BACKLOG
    daemon_threads = True
    block_on_close = False

    def __init__(self, host, listener, app, faults):
        self.faults = faults
        super().__init__(
            host,
            listener.getsockname()[1],
            app,
            handler=Handler,
            fd=listener.fileno(),
        )
        listener.close()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.port}"

    def handle_error(self, request, client_address):
        """Stay silent about peers that leave; report anything else."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            traceback.print_exc(file=sys.stderr)
