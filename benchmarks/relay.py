"""Counts round trips on the wire: a relay between a process and a server it talks to.

A round trip is what a client waits for: bytes to the server after bytes from it. Statements
sent together in a pipeline are one.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from benchmarks.background import BackgroundLoop

_CHUNK = 65_536


class CountingRelay:
    """Relays to the server of a URL as long as the block lasts; use `url` instead of it."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self.round_trips = 0
        self.url = ""

    def __enter__(self) -> Self:
        self._loop = BackgroundLoop("relay")
        port = self._loop.run(self._listen())
        login, _, _ = self._target.netloc.rpartition("@")
        self.url = self._target._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.run(self._end())
        self._loop.stop()

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        connection = _Connection(self)
        try:
            await asyncio.gather(
                _pass_on(reader, there[1], connection.asked),
                _pass_on(there[0], writer, connection.answered),
            )
        except OSError:
            pass  # a side that went without a word
        finally:
            writer.close()
            there[1].close()


class _Connection:
    def __init__(self, relay: CountingRelay) -> None:
        self._relay = relay
        self._is_waiting = False

    def asked(self) -> None:
        if not self._is_waiting:
            self._relay.round_trips += 1
        self._is_waiting = True

    def answered(self) -> None:
        self._is_waiting = False


async def _pass_on(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, note: Callable[[], None]
) -> None:
    while chunk := await source.read(_CHUNK):
        note()
        sink.write(chunk)
        await sink.drain()
    sink.close()
