"""The world outside, for both sides: a fast fake of the Graph API and of an assistant.

One asyncio protocol in a thread of its own, on loopback. It notes when each request came and
for whom, and nothing else, so that it costs little beside what is measured.
`POST …/messages` is Graph's; `POST /assistant/<milliseconds>/…/chat/completions` answers after
so long, any number of them at once.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from benchmarks.background import BackgroundLoop

_HEAD_END = b"\r\n\r\n"
_BACKLOG = 2048
_ANSWER_TEXT = "Claro que sí, con mucho gusto. ¿Algo más?"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that reached the fake Graph API; `at` is the monotonic clock."""

    at: float
    to: str
    callback: str
    wamid: str


@dataclass
class Seen:
    """Everything that came since it was last cleared."""

    sent: list[Sent] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)

    def clear(self) -> None:
        self.sent.clear()
        self.asked.clear()

    def first_at(self) -> float:
        """Tell when the first request of any kind came."""
        return min([*self.asked[:1], *(each.at for each in self.sent[:1])])


class World:
    """Runs the fake as long as the block lasts; `seen` may be read from any thread."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.url = ""
        self._open: set[asyncio.Transport] = set()

    def assistant_url(self, milliseconds: int) -> str:
        return f"{self.url}/assistant/{milliseconds}/v1"

    def __enter__(self) -> Self:
        self._loop = BackgroundLoop("world")
        port = self._loop.run(self._listen())
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.run(self._end())
        self._loop.stop()

    async def _end(self) -> None:
        self._server.close()
        for transport in self._open:
            transport.abort()

    async def _listen(self) -> int:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Exchange(self.seen, self._open), "127.0.0.1", 0, backlog=_BACKLOG
        )
        return int(self._server.sockets[0].getsockname()[1])


class _Exchange(asyncio.Protocol):
    """One connection: request after request, as long as the client keeps it."""

    def __init__(self, seen: Seen, open_transports: set[asyncio.Transport]) -> None:
        self._seen = seen
        self._open = open_transports
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._transport is not None:
            self._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(_HEAD_END)) >= 0:
            head = bytes(self._received[:end]).lower()
            start = end + len(_HEAD_END)
            length = _content_length(head)
            if len(self._received) < start + length:
                return
            body = bytes(self._received[start : start + length])
            path = bytes(self._received[: self._received.find(b"\r\n")]).split(b" ")[1]
            del self._received[: start + length]
            self._take(path, body, is_last=b"\r\nconnection: close" in head)

    def _take(self, path: bytes, body: bytes, *, is_last: bool) -> None:
        now = time.monotonic()
        if path.startswith(b"/assistant/"):
            self._seen.asked.append(now)
            seconds = int(path.split(b"/")[2]) / 1000
            loop = asyncio.get_running_loop()
            loop.call_later(seconds, self._answer, _COMPLETION, is_last)
            return
        message = json.loads(body)
        if "type" not in message:  # read and typing: no message
            self._answer(b'{"success":true}', is_last)
            return
        wamid = f"wamid.bench-{len(self._seen.sent)}-{time.monotonic_ns()}"
        callback = message.get("biz_opaque_callback_data", "")
        self._seen.sent.append(Sent(now, message["to"].lstrip("+"), callback, wamid))
        self._answer(_accepted(message["to"], wamid), is_last)

    def _answer(self, body: bytes, is_last: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        kept = b"close" if is_last else b"keep-alive"
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: %b\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (kept, len(body), body)
        )
        if is_last:
            self._transport.close()


def _content_length(head: bytes) -> int:
    _, found, after = head.partition(b"\r\ncontent-length:")
    return int(after.partition(b"\r\n")[0]) if found else 0


def _accepted(to: str, wamid: str) -> bytes:
    answer: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": to, "wa_id": to.lstrip("+")}],
        "messages": [{"id": wamid}],
    }
    return json.dumps(answer, separators=(",", ":")).encode()


_COMPLETION = json.dumps(
    {
        "id": "bench",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": _ANSWER_TEXT},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()
