"""Fetches bytes from where they may be fetched: bounded in time, size and redirects.

Redirects are followed by hand, each one admitted by `media_sources` or `picture_sources`. Nothing
is read from the environment, nothing is kept between two requests, and neither a token nor an
address is logged.
"""

import ssl
import time
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import requests
from urllib3.exceptions import HTTPError

from common.errors import PermanentError, TemporaryError
from worker.guarded_connections import Allows, any_address, guarded_adapter, is_public
from worker.media_sources import Source
from worker.retry_after import retry_after

_CONNECT_SECONDS, _SILENCE_SECONDS = 5.0, 15.0
_MOST_REDIRECTS = 3
_OK = 200
_CHUNK_BYTES = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Bounds:
    """How large an answer may be, and how long all of it may take, redirects included."""

    most_bytes: int
    seconds: float


@dataclass(frozen=True)
class Downloaded:
    """How a request ended; the body of whatever status is in the file."""

    status: int
    retry_after: float | None

    @property
    def is_success(self) -> bool:
        return self.status == _OK


class Sources(Protocol):
    """Admits the addresses that may be asked; raises ForbiddenSourceError for others."""

    def check(self, url: str) -> Source: ...

    def follow(self, source: Source, location: str) -> Source: ...


class MediaDownload:
    """GETs an address into a file; safe to share between threads."""

    def __init__(
        self,
        sources: Sources,
        tls: ssl.SSLContext | None = None,
        allows: Allows = is_public,
    ) -> None:
        """Take where to fetch from, and which addresses hosts that are not ours may have."""
        self._sources = sources
        self._tls = tls
        self._allows = allows

    def get(self, url: str, token: str, into: BinaryIO, bounds: Bounds) -> Downloaded:
        """Write the answer's body into a file.

        Raises ForbiddenSourceError, PermanentError (too large) or TemporaryError.
        """
        deadline = time.monotonic() + bounds.seconds
        source = self._sources.check(url)
        for _ in range(1 + _MOST_REDIRECTS):
            answer = self._ask(source, token, into, bounds.most_bytes, deadline)
            if isinstance(answer, Downloaded):
                return answer
            source = self._sources.follow(source, answer)
        raise PermanentError("It leads from place to place.", code="too_many_redirects")

    def _ask(
        self, source: Source, token: str, into: BinaryIO, most_bytes: int, deadline: float
    ) -> Downloaded | str:
        """Ask once; a text is where it sends us."""
        left = max(deadline - time.monotonic(), 0.1)
        allows = any_address if source.is_own else self._allows
        adapter = guarded_adapter(self._tls, left, allows)
        timeouts = (min(_CONNECT_SECONDS, left), min(_SILENCE_SECONDS, left))
        try:
            with adapter.send(_request(source, token), stream=True, timeout=timeouts) as response:
                location = response.headers.get("Location", "")
                if response.status_code in _REDIRECTS and location:
                    return location
                _read(response, into, most_bytes, deadline)
                return Downloaded(response.status_code, retry_after(response.headers))
        except (requests.RequestException, HTTPError, ValueError) as error:
            raise TemporaryError("The file could not be fetched.", code="no_answer") from error
        finally:
            adapter.close()


def _request(source: Source, token: str) -> requests.PreparedRequest:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    # Meta's file hosts refuse the names of some programs, and none at all.
    headers["User-Agent"] = "mostrador"
    if source.wants_token:
        headers["Authorization"] = f"Bearer {token}"
    request = requests.PreparedRequest()
    request.prepare_method("GET")
    request.prepare_url(source.url, None)
    request.prepare_headers(headers)
    return request


def _read(response: requests.Response, into: BinaryIO, most_bytes: int, deadline: float) -> None:
    """Copy the body as it is: what was packed all the same could unpack to anything."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise TemporaryError("The file came packed.", code="packed")
    into.seek(0)
    into.truncate()
    raw: Any = response.raw
    written = 0
    # read1 returns what one packet brings, so a server that drips meets the deadline.
    while chunk := raw.read1(_CHUNK_BYTES, decode_content=False):
        written += len(chunk)
        if written > most_bytes:
            raise PermanentError("The file is too large.", code="too_large")
        _check_time(deadline)
        into.write(chunk)
    # A connection that was cut when its time was over looks like one that ended.
    _check_time(deadline)


def _check_time(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise TemporaryError("The file takes too long.", code="too_slow")
