"""One connection to the door: plain deliveries are answered here, all else by gunicorn's protocol.

The first request that is not plain hands the connection over for good, with every byte from that
request's first. Requests are answered one after another, in their order, however they came.
"""

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from common.addresses import client_address
from common.errors import ServiceError
from ingress import patience
from ingress.answers import Answer
from ingress.door import BODY_LIMIT, Delivery, Door
from ingress.plain_head import LONGEST_HEAD, PlainHead, read_plain_head
from ingress.refusals import FullError, LongHeadError, SlowBodyError, too_large

# Behind the request at hand; more than this waits in the kernel, and so with the sender.
_MOST_WAITING = 16 * 1024
_END_OF_HEAD = (b"\r\n\r\n", b"\n\n")

Handover = Callable[[asyncio.Transport, bytes], None]


class DoorConnection(asyncio.Protocol):
    """Answers one client. `handover` takes what is not plain."""

    def __init__(
        self, door: Door, trusted_proxies: int, idle_seconds: float, handover: Handover
    ) -> None:
        self._door = door
        self._trusted_proxies = trusted_proxies
        self._idle_seconds = idle_seconds
        self._handover = handover
        self._received = bytearray()
        self._head: PlainHead | None = None
        self._answering: asyncio.Task[None] | None = None
        self._is_last = False
        self._is_lingering = False
        self._is_unread = False
        self._is_paused = False
        self._share = door.budget.share()
        self._peer = ""
        self._taken = 0  # bytes of the delivery that is being answered
        self._transport: asyncio.Transport | None = None
        self.deadline = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer: Any = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self.deadline = _now() + patience.HEADER_SECONDS

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        if self._answering is None:
            self._share.hold(0)

    def pause_writing(self) -> None:
        """Take no more requests of one who does not read the answers."""
        self._is_unread = True
        self.deadline = _now() + patience.HEADER_SECONDS

    def resume_writing(self) -> None:
        self._is_unread = False
        if self._answering is None and not self._is_lingering:
            self._go_on()
            self._regulate()

    def data_received(self, data: bytes) -> None:
        if self._is_lingering or self._is_last:
            return
        if not self._received and self._head is None:
            self.deadline = _now() + patience.HEADER_SECONDS
        self._received += data
        if not self._share.hold(self._taken + len(self._received)):
            self._shed()
            return
        if self._answering is None:
            self._go_on()
        self._regulate()

    def end_if_due(self, now: float) -> None:
        """Close a connection that has let its time go by; say so when a body was awaited."""
        if self._answering is not None or now < self.deadline:
            return
        if self._is_unread and self._transport is not None:
            self._transport.abort()
        elif self._head is not None and not self._is_lingering:
            self._refuse(SlowBodyError())
        self._close()

    def stop(self) -> None:
        """Take nothing more: close now, or behind the answer that is under way."""
        self._is_last = True
        if self._answering is None:
            self._close()

    def _go_on(self) -> None:
        """Take the next request as far as its bytes have come."""
        if self._transport is None or self._is_unread:
            return
        if self._head is None and not self._read_head():
            return
        head = cast("PlainHead", self._head)
        if head.body_size > BODY_LIMIT:
            self._linger_behind(too_large())
            return
        whole = head.size + head.body_size
        if len(self._received) < whole:
            return
        body = bytes(memoryview(self._received)[head.size : whole])
        del self._received[:whole]
        self._head, self._taken = None, len(body)
        delivery = Delivery(head.store_id, head.signatures, body, self._address(head))
        self._answering = asyncio.get_running_loop().create_task(self._answer(delivery))

    def _read_head(self) -> bool:
        """Read the next head; hand the connection over when it is not plain."""
        if not any(end in self._received for end in _END_OF_HEAD):
            if len(self._received) > LONGEST_HEAD:
                self._linger_behind(LongHeadError())
            return False
        self._head = read_plain_head(self._received)
        if self._head is None:
            self._hand_over()
            return False
        self.deadline = _now() + patience.BODY_SECONDS
        return True

    def _regulate(self) -> None:
        """Let more come only while there is room: a body may be long, what is behind it may not."""
        if self._transport is None or self._transport.is_closing():
            return
        wanted = self._head.size + self._head.body_size if self._head else 0
        is_full = len(self._received) > wanted + _MOST_WAITING
        if is_full and not self._is_paused:
            self._transport.pause_reading()
        elif self._is_paused and not is_full:
            self._transport.resume_reading()
        self._is_paused = is_full

    def _shed(self) -> None:
        """Keep nothing more of this client: there is no room."""
        if self._answering is None:
            self._linger_behind(FullError())
            return
        self._received.clear()
        self._share.hold(self._taken)
        self._is_last = True

    def _refuse(self, error: ServiceError) -> None:
        store_id = self._head.store_id if self._head else ""
        self._write(self._door.refuse(error, store_id), is_last=True)

    def _linger_behind(self, error: ServiceError) -> None:
        """Refuse for the last time, and let what still comes go by for a moment.

        Closing upon it would take the answer back.
        """
        self._refuse(error)
        self._received.clear()
        self._share.hold(0)
        self._is_lingering = True
        self.deadline = _now() + patience.LINGER_SECONDS

    def _hand_over(self) -> None:
        self._share.hold(0)
        transport, self._transport = self._transport, None
        received, self._received = bytes(self._received), bytearray()
        self._handover(cast("asyncio.Transport", transport), received)

    async def _answer(self, delivery: Delivery) -> None:
        answer = await self._door.receive(delivery)
        self._answering, self._taken = None, 0
        self._share.hold(len(self._received) if self._transport else 0)
        self._write(answer, is_last=self._is_last)
        if self._is_last:
            self._close()
            return
        is_owed = bool(self._received) or self._is_unread
        self.deadline = _now() + (patience.HEADER_SECONDS if is_owed else self._idle_seconds)
        self._go_on()
        self._regulate()

    def _write(self, answer: Answer, *, is_last: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(_written(answer, is_last=is_last))

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _address(self, head: PlainHead) -> str:
        return client_address(self._peer, head.forwarded_for, self._trusted_proxies)


def _written(answer: Answer, *, is_last: bool) -> bytes:
    return _unclosing(answer, int(time.time())) if not is_last else _lines(answer, _CLOSING)


@lru_cache(maxsize=8)
def _unclosing(answer: Answer, _second: int) -> bytes:
    """Write an answer once a second: nearly all are the same but for their date."""
    return _lines(answer, b"")


def _lines(answer: Answer, more: bytes) -> bytes:
    lines = [
        b"HTTP/1.1 %d %s" % (answer.status, _PHRASES.get(answer.status, b"")),
        b"date: " + formatdate(usegmt=True).encode(),
        b"content-length: %d" % len(answer.body),
        *(name + b": " + value for name, value in answer.headers),
    ]
    return b"\r\n".join((*lines, more, answer.body))


_CLOSING = b"connection: close\r\n"
_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}


def _now() -> float:
    return asyncio.get_running_loop().time()
