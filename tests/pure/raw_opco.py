# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A server on raw sockets, to answer as badly as one likes, and a client of it."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from convergence.auth import Credentials
from convergence.profile import Profile, Timeouts

KEY = "eyJhbGciOiJub25lIn0.eyJjZmEiOiJleGVtcGxlIn0.c2lnbmF0dXJl"
SECRET = "un-secret-de-logiciel"
NIR = "106057505612379"
BODY = json.dumps({"cerfa": {"apprenti": {"nir": NIR, "nom": "LÉA"}}}).encode()


@dataclass
class Received:
    method: str
    target: str
    headers: dict
    body: bytes

    @property
    def path(self):
        return self.target.partition("?")[0]


@dataclass
class Opco:
    """A server whose answer to each path is a function of the request and socket."""

    listener: socket.socket
    routes: dict = field(default_factory=dict)
    received: list = field(default_factory=list)
    connections: int = 0
    tokens: int = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def on(self, path, answer):
        self.routes[path] = answer

    def calls(self, path):
        return [request for request in self.received if request.path == path]

    def serve(self):
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with connection, connection.makefile("rb") as reader:
            try:
                while request := _read_request(reader):
                    self.received.append(request)
                    answer = self.routes.get(request.path) or self._default(request)
                    reply = answer(request, connection) if callable(answer) else answer
                    if reply is None:
                        return
                    connection.sendall(reply)
            except OSError:
                return

    def _default(self, request):
        if request.path == "/token":
            self.tokens += 1
            return reply(200, {"access_token": f"jeton-{self.tokens}-secret"})
        return reply(404, {"message": "no Route matched with those values"})


def _read_request(reader):
    line = reader.readline().decode()
    if not line.strip():
        return None
    method, target, _version = line.split()
    headers = {}
    while header := reader.readline().decode().strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))
    return Received(method, target, headers, body)


def reply(status, body=b"", **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content_Type", "application/json")
    headers.setdefault("Content_Length", len(body))
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} X", *lines])
    return head.encode() + b"\r\n\r\n" + body


def reset(_request, connection):
    linger = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.shutdown(socket.SHUT_RD)


def stall(_request, _connection):
    time.sleep(1.5)


def in_turn(*answers):
    waiting = list(answers)
    return lambda request, connection: waiting.pop(0)


@contextmanager
def serving() -> Iterator[Opco]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=50)
    server = Opco(listener)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        listener.close()


def credentials(**changed):
    values = {
        "client_id": "logiciel",
        "client_secret": SECRET,
        "api_key": KEY,
        "editor": "Editeur",
        "software": "Logiciel",
        "version": "1.0.0",
    }
    return Credentials(**{**values, **changed})


def profile(server, **changed):
    values = {
        "base_url": server.url,
        "token_url": f"{server.url}/token",
        "timeouts": Timeouts(0.5, 0.6, 0.6),
        "max_response_bytes": 50_000,
    }
    return Profile(**{**values, **changed})


def failure(client, outcome, call=None):
    with pytest.raises(outcome) as caught:
        call() if call else client.deposit(BODY)
    error = caught.value
    assert type(error) is outcome
    assert error.exchange.outcome == error.outcome
    for secret in (KEY, SECRET, NIR, "jeton-"):
        assert secret not in f"{error} {error!r} {error.exchange!r}"
    assert error.__context__ is None or error.__suppress_context__
    return error
