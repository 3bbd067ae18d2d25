# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""HTTP/1.1 server: threads, keep-alive, and faults played on the connection.

Werkzeug's own handler closes each connection after one answer. This one reads the
whole body first, so the next request of the same connection starts where it should.
"""

import json
import os
import socket
import struct
import sys
import time
import traceback

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from . import plays
from .bodies import BodyRefused, declared_length, read_body
from .chance import Asked

BACKLOG = 256
IDLE_SECONDS = 75
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
# the admin API and the page stay reachable whatever the faults
NORM = ("/v1/", "/v2/", "/auth/")
TOO_LONG = "Request size limit exceeded"


def listen(host, port):
    """Return a listening socket.

    :raises OSError: the address is occupied or unknown
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


class Handler(WSGIRequestHandler):
    """One connection: request, fault if any, answer, next request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = IDLE_SECONDS

    def run_wsgi(self):
        """Answer one request, playing the fault that matches it."""
        self.environ = self.make_environ()
        self.status_sent = None
        path = self.environ["PATH_INFO"]
        if not path.startswith(NORM):
            self.answer(self.answer_application)
            return
        try:
            self.answer_norm(path)
        finally:
            self.server.sandbox.calls.count(self.command, path, self.status_sent)

    def answer_norm(self, path):
        """Answer a call of the norm or of the token server."""
        early = self.server.sandbox.faults.take_unread(self.command, path)
        if early:
            self.play(early)
        else:
            self.answer(self.answer_played)

    def answer(self, give):
        """Read the body, let ``give`` answer, forget the body."""
        sandbox = self.server.sandbox
        limit = sandbox.settings.body_limit(self.environ.get("CONTENT_TYPE", ""))
        try:
            body = read_body(self.environ, limit, sandbox.files.folder)
        except BodyRefused as refused:
            self.close_connection = True
            text = TOO_LONG if refused.status == 413 else refused.status.phrase
            message = json.dumps({"message": text})
            self.send(Response(message, refused.status, mimetype="application/json"))
            return
        with body.file:
            self.environ["wsgi.input"] = body.file
            self.environ["CONTENT_LENGTH"] = str(body.length)
            self.asked = Asked(
                self.command,
                self.environ["PATH_INFO"],
                self.environ.get("QUERY_STRING", ""),
                body.sha256,
            )
            give()

    def answer_application(self):
        """Answer without any fault."""
        self.send(self.ask_application())

    def answer_played(self):
        """Wait as long as the OPCO is said to take, then play the fault if any."""
        sandbox = self.server.sandbox
        time.sleep(sandbox.slowness.seconds(self.asked))
        fault = sandbox.faults.take(sandbox.settings["seed"], self.asked)
        if fault:
            self.play(fault)
        else:
            self.answer_application()

    def play(self, fault):
        """Play a fault, ``(kind, options)``."""
        kind, options = fault
        getattr(plays, kind)(self, options)

    def handle_expect_100(self):
        """Let the client send its body now."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def read_half(self):
        """Read half of the body that is announced, if it is still to be read."""
        length = declared_length(self.environ) or 0
        self.environ["wsgi.input"].read(length // 2)

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
        self.wfile.write(self.head(response, length))

    def head(self, response, length):
        """Return status and headers as bytes."""
        self.status_sent = response.status_code
        self.send_response(response.status_code)
        for name, value in response.headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        lines = [*self._headers_buffer, b"\r\n"]
        self._headers_buffer = []
        return b"".join(lines)

    def reset(self):
        """Cut the connection so that the peer sees a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        # rfile holds a reference: only closing the descriptor really closes it
        os.close(self.connection.detach())
        self.close_connection = True

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

    def __init__(self, host, listener, app, sandbox):
        self.sandbox = sandbox
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
