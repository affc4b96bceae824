"""The worker's one way of asking another server: one request, no second try behind our back.

Used by `catalog`, `assistant.chat_completions` and `channels`. It tells what never left this
machine (`NotConnectedError`) from what may have arrived (`NoAnswerError`), and bounds how long
and how large an answer may be. It follows no redirect, reads no environment (proxies, .netrc: the
wiring would set them openly) and logs nothing.
"""

import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import default_headers
from urllib3.exceptions import HTTPError

from common.errors import TemporaryError
from worker.connections import never_left, new_adapter
from worker.retry_after import retry_after

_CHUNK_BYTES = 65_536


class NotConnectedError(TemporaryError):
    """No connection came about: not a byte of the request has left."""

    code = "not_connected"


class NoAnswerError(TemporaryError):
    """The request may have arrived; its answer did not, or not in time, whole and small."""

    code = "no_answer"


class ConnectionClosedError(NoAnswerError):
    """The connection ended without a byte of an answer, as a kept one may."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, Retry-After in seconds when given, the body."""

    status: int
    retry_after: float | None
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  # RFC 9110, 15.3

    def json(self) -> Any:
        """Return the body's JSON; None when it is no JSON in UTF-8."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):  # a megabyte of "[" is a recursion error
            return None


@dataclass(frozen=True)
class Limits:
    """How long to wait for a connection and for a whole answer, and its greatest size."""

    connect_seconds: float
    answer_seconds: float
    answer_bytes: int


class OutgoingHttp:
    """Sends requests; safe to share, since each thread has an adapter of requests of its own.

    A requests.Session would merge settings we do not have into each request, read none of the
    environment we do not want, and keep cookies: a third of what a request costs.

    Every request goes over a new connection. A kept one that the server closes at the moment we
    write on it fails with the request's fate unknown. Nothing would repeat the request (retries
    are off in urllib3, and http.client has none), but the doubt alone costs a conversation a
    minute; a connection costs milliseconds. Where a question may be asked twice without harm,
    `keeps_connections` saves those.
    """

    def __init__(
        self,
        limits: Limits,
        tls: ssl.SSLContext | None = None,
        *,
        keeps_connections: bool = False,
    ) -> None:
        """Take the limits, and a TLS context where other than public authorities are right."""
        self._limits = limits
        self._tls = tls
        self._keeps_connections = keeps_connections
        self._headers = {
            **default_headers(),
            "Connection": "keep-alive" if keeps_connections else "close",
        }
        self._local = threading.local()

    def ask(self, method: str, url: str, headers: Mapping[str, str], **content: Any) -> Answer:
        """Send one request (`json=`, `params=`) and read its answer, whatever its status.

        A body may also come as `pieces=`, with its length and type among the headers. Raises
        NotConnectedError or NoAnswerError.
        """
        try:
            request = _prepared(method, url, {**self._headers, **headers}, **content)
        except (requests.RequestException, ValueError) as error:
            raise NotConnectedError("The request cannot be written.") from error
        adapter = self._adapter()
        try:
            return self._exchange(adapter, request)
        except (requests.RequestException, HTTPError, ValueError) as error:
            if never_left(error):
                raise NotConnectedError("The server cannot be reached.") from error
            if isinstance(error, requests.ConnectionError):
                raise ConnectionClosedError("The server closed the connection.") from error
            raise NoAnswerError("The server did not answer.") from error
        finally:
            if not self._keeps_connections:
                # A server may answer "keep-alive" to our "close": then the pool has kept it.
                adapter.close()

    def _exchange(self, adapter: HTTPAdapter, request: requests.PreparedRequest) -> Answer:
        limits = self._limits
        deadline = time.monotonic() + limits.connect_seconds + limits.answer_seconds
        timeouts = (limits.connect_seconds, limits.answer_seconds)
        with adapter.send(request, stream=True, timeout=timeouts) as response:
            body = self._read(response, deadline)
            return Answer(response.status_code, retry_after(response.headers), body)

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        # read1 returns what one packet brings, so a server that drips meets the deadline.
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > self._limits.answer_bytes:
                raise NoAnswerError("The answer is too long.")
            if time.monotonic() > deadline:
                raise NoAnswerError("The answer takes too long.")
        return bytes(body)

    def _adapter(self) -> HTTPAdapter:
        if not hasattr(self._local, "adapter"):
            self._local.adapter = new_adapter(self._tls)
        adapter: HTTPAdapter = self._local.adapter
        return adapter


def _prepared(
    method: str,
    url: str,
    headers: Mapping[str, str],
    params: Any = None,
    json: Any = None,
    pieces: Iterator[bytes] | None = None,
) -> requests.PreparedRequest:
    """Make a request of what we say and nothing else: no cookies, no hooks, no .netrc."""
    request = requests.PreparedRequest()
    request.prepare_method(method)
    request.prepare_url(url, params)
    request.prepare_headers(headers)
    for value in headers.values():
        value.encode("latin-1")  # or it could not be written once there is a connection
    if pieces is None:
        request.prepare_body(None, None, json)
    else:
        request.body = pieces  # type: ignore[assignment]  # as requests itself sends a generator
    return request
