"""Connections that say whether they ever came about. Used by `outgoing_http`, `media_download`.

urllib3 reports a broken TLS record, an alert or a silent handshake with the same errors before
and after the request was written. Sending a message again is safe only before, so everything
that goes wrong while connecting is given one name here: NewConnectionError.
"""

import socket
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util.retry import Retry
from urllib3.util.ssl_match_hostname import CertificateError

from worker import cutting

_CONNECTING_FAILS = (OSError, HTTPError, CertificateError)


class OneConnection(HTTPConnection):
    """A connection that says when it did not come about, and that can be cut."""

    def _new_conn(self) -> socket.socket:
        found = super()._new_conn()
        cutting.connected(found)
        return found

    def connect(self) -> None:
        try:
            super().connect()
        except _CONNECTING_FAILS as error:
            _raise_not_connected(self, error)


class OneTlsConnection(HTTPSConnection):
    """The same over TLS."""

    def _new_conn(self) -> socket.socket:
        found = super()._new_conn()
        cutting.connected(found)
        return found

    def connect(self) -> None:
        try:
            super().connect()
        except _CONNECTING_FAILS as error:
            _raise_not_connected(self, error)


class _Pool(HTTPConnectionPool):
    ConnectionCls = OneConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = OneTlsConnection


PoolClasses = Mapping[str, type[HTTPConnectionPool]]
_POOLS: PoolClasses = {"http": _Pool, "https": _TlsPool}


class _OneTry(HTTPAdapter):
    """Sends each request once, over a connection that tells, under one TLS context."""

    def __init__(self, tls: ssl.SSLContext, pools: PoolClasses) -> None:
        self._tls = tls
        self._pools = pools
        super().__init__(max_retries=Retry(0, read=False))

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = dict(self._pools)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # The context holds the authorities. Named here, they would be loaded again for every
        # connection, which costs some 35 ms of processor time.
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"


def new_adapter(tls: ssl.SSLContext | None, pools: PoolClasses = _POOLS) -> HTTPAdapter:
    """Make what sends the requests of one thread; `close` it to drop what it kept."""
    return _OneTry(tls or _public_authorities(), pools)


def never_left(error: Exception) -> bool:
    """Tell whether an error of requests means that no byte of the request was written.

    An answer that contradicts itself is a ValueError for requests, as an address is that cannot be
    asked: only that no connection came about is proof.
    """
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, ConnectTimeoutError)


@lru_cache(maxsize=1)
def _public_authorities() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


def _raise_not_connected(connection: HTTPConnection, error: BaseException) -> NoReturn:
    raise NewConnectionError(connection, f"Not connected: {type(error).__name__}") from error
