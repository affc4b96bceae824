"""gunicorn's ASGI worker, with a faster way in for deliveries; all else is as it ships.

Measured against the worker as it ships in docs/benchmarks.md; decision 0030 says why it is as
safe. `INGRESS_WORKER=asgi` goes back to the one that ships.
"""

import asyncio
import os
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers.gasgi import ASGIWorker

from ingress import patience
from ingress.door_connection import DoorConnection
from ingress.webhook import Webhook

# Often: those whose time is up together are sent away together, and the others wait meanwhile.
_LOOK_SECONDS = 0.2


class DoorWorker(ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    """Serves the door's application; refuses to serve another."""

    def init_process(self) -> None:
        self.open: set[DoorConnection] = set()
        super().init_process()

    async def _serve(self) -> None:
        """Serve until told to stop; look after the connections' time."""
        for sock in self.sockets:
            self.servers.append(
                await self.loop.create_server(self._connection, sock=sock.sock, start_serving=True)
            )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            for connection in tuple(self.open):
                connection.end_if_due(self.loop.time())
            await asyncio.sleep(_LOOK_SECONDS)
        for connection in tuple(self.open):
            connection.stop()
        await self._shutdown()

    def _connection(self) -> asyncio.Protocol:
        webhook: Webhook = self.asgi
        return CountedConnection(self, webhook)

    def hand_over(self, transport: asyncio.Transport, received: bytes) -> None:
        """Let gunicorn's own protocol have a connection, from the bytes not yet answered on."""
        protocol: Any = GuestProtocol(self)
        transport.set_protocol(protocol)
        transport.resume_reading()
        protocol.connection_made(transport)
        protocol.data_received(received)


class GuestProtocol(ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own protocol, with an end to its patience."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        self._end = loop.call_later(patience.GUEST_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end.cancel()
        super().connection_lost(exc)


class CountedConnection(DoorConnection):
    """A connection that its worker counts, so that a stop can wait for it."""

    def __init__(self, worker: DoorWorker, webhook: Webhook) -> None:
        super().__init__(
            webhook.door, webhook.trusted_proxies, worker.cfg.keepalive, self._give_away
        )
        self._worker = worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._worker.nr_conns += 1
        self._worker.open.add(self)
        if self._worker.nr_conns > self._worker.worker_connections:
            transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _give_away(self, transport: asyncio.Transport, received: bytes) -> None:
        self._forget()
        self._worker.hand_over(transport, received)

    def _forget(self) -> None:
        self._worker.open.discard(self)
        self._worker.nr_conns -= 1
