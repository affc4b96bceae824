"""Connections to addresses that somebody else has chosen. Used by `media_download` only.

The address that a name leads to is checked on the connection itself, when nothing has been
written yet: whoever answers for the name cannot say one thing to a check and another to the
connection. And a connection lives for so long and no longer: each byte of a head that drips
would start the usual time-out anew.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from worker.connections import OneConnection, OneTlsConnection, PoolClasses, new_adapter

Allows = Callable[[str], bool]
# IPv4 addresses as IPv6 networks translate them (RFC 6052).
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Tell an address of the Internet from one of this machine, its network or its cloud."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if parsed in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


def any_address(_address: str) -> bool:
    """Allow every address: for what the operator has named."""
    return True


def guarded_adapter(tls: ssl.SSLContext | None, seconds: float, allows: Allows) -> HTTPAdapter:
    """Make what sends one request, to allowed addresses, within a time; `close` it afterwards."""
    return new_adapter(tls, _pools(seconds, allows))


def _pools(seconds: float, allows: Allows) -> PoolClasses:
    class Guarded:
        """What both kinds of connection do as soon as they are there."""

        _watch: "_Watch | None" = None

        def _new_conn(self) -> socket.socket:
            found: socket.socket = super()._new_conn()  # type: ignore[misc]
            if not allows(found.getpeername()[0]):
                found.close()
                refused: Any = self
                raise NewConnectionError(refused, "Not connected: the address is private.")
            self._watch = _Watch(found, seconds)
            return found

        def close(self) -> None:
            if self._watch is not None:
                self._watch.end()
                self._watch = None
            super().close()  # type: ignore[misc]

    class Connection(Guarded, OneConnection):
        pass

    class TlsConnection(Guarded, OneTlsConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

    return {"http": Pool, "https": TlsPool}


class _Watch:
    """Ends a connection when its time is over, whoever reads from it."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection.dup()  # TLS takes the original's place
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        self._timer.cancel()
        self._connection.close()

    def _cut(self) -> None:
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself
