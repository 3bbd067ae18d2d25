# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Connections of requests whose every wait obeys `deadline`: connecting, handshake,
sending, headers and body. Only the system's name resolution cannot be interrupted.
"""

import socket
import ssl
from collections.abc import Iterable

import requests.adapters
import urllib3.connection
import urllib3.connectionpool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from .deadline import seconds_left, within


class _Hurried:
    """A socket that waits no longer than what is left."""

    def _hurry(self) -> None:
        left = seconds_left()
        if left is None:
            return
        if not left:
            raise TimeoutError("no time left")
        own = self.gettimeout()
        if own is None or own > left:
            self.settimeout(left)

    def connect(self, *args):
        self._hurry()
        return super().connect(*args)

    def send(self, *args):
        self._hurry()
        return super().send(*args)

    def sendall(self, *args):
        self._hurry()
        return super().sendall(*args)

    def recv_into(self, *args):
        self._hurry()
        return super().recv_into(*args)


class _Socket(_Hurried, socket.socket):
    pass


class _TlsSocket(_Hurried, ssl.SSLSocket):
    def do_handshake(self, *args):
        self._hurry()
        return super().do_handshake(*args)


class _Connecting:
    """A connection of urllib3 that spends one connect timeout, handshake included."""

    def connect(self):
        with within(self.timeout):
            connected = super().connect()
        self.sock.settimeout(self.timeout)
        return connected

    def _new_conn(self) -> socket.socket:
        try:
            return _connected(self._dns_host, self.port, self.socket_options or ())
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "connection timed out") from error
        except OSError as error:
            raise NewConnectionError(self, f"no connection: {error}") from error


class _HTTPConnection(_Connecting, urllib3.connection.HTTPConnection):
    pass


class _HTTPSConnection(_Connecting, urllib3.connection.HTTPSConnection):
    pass


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class Adapter(requests.adapters.HTTPAdapter):
    """To be mounted on a session of requests."""

    def init_poolmanager(self, *args, **kwargs):
        context = create_urllib3_context()
        context.sslsocket_class = _TlsSocket
        made = super().init_poolmanager(*args, ssl_context=context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _HTTPPool,
            "https": _HTTPSPool,
        }
        return made


def _connected(host: str, port: int, options: Iterable[tuple]) -> socket.socket:
    """Connect to the first address that answers; each has its share of the time."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure: OSError = OSError("no address")
    for tried, (family, kind, protocol, _name, address) in enumerate(found):
        new = _Socket(family, kind, protocol)
        try:
            for option in options:
                new.setsockopt(*option)
            with within(seconds_left() / (len(found) - tried)):
                new.connect(address)
        except OSError as error:
            new.close()
            failure = error
        else:
            return new
    raise failure
