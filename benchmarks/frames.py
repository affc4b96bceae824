"""A WebSocket's far end, read byte by byte: what a library might forgive is a fault here. Pure.

Frames of a server must be whole, unmasked, uncompressed and of a known kind, and text must be
UTF-8 and JSON. Whoever reads by this notices half a frame, or two mixed into each other.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_KINDS = frozenset({TEXT, CLOSE, PING, PONG})
_FINAL, _RESERVED, _KIND = 0x80, 0x70, 0x0F
_MASKED, _LENGTH = 0x80, 0x7F
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_LONGEST_CONTROL = 125
_LONGEST = 1 << 20
_HEAD_END = b"\r\n\r\n"


class BrokenFrameError(Exception):
    """What came is no frame that a server may send."""


@dataclass(frozen=True)
class Frame:
    """One frame: its kind and its content."""

    kind: int
    content: bytes

    def as_json(self) -> dict[str, Any]:
        """Read a text; raises BrokenFrameError."""
        try:
            read = json.loads(self.content.decode("utf-8", "strict"))
        except ValueError as error:
            raise BrokenFrameError(str(self.content[:80])) from error
        if not isinstance(read, dict):
            raise BrokenFrameError(str(self.content[:80]))
        return read

    def closing_code(self) -> int:
        return int.from_bytes(self.content[:2], "big")


class FrameReader:
    """Takes bytes as they come, gives frames as they are whole."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self.head = b""  # the answer to the handshake, once it is whole

    def take(self, content: bytes) -> Iterator[Frame]:
        """Give the frames that are whole by now; raises BrokenFrameError."""
        self._rest += content
        if not self.head and not self._take_head():
            return
        while (frame := self._next()) is not None:
            yield frame

    @property
    def is_between_frames(self) -> bool:
        return not self._rest

    def _take_head(self) -> bool:
        end = self._rest.find(_HEAD_END)
        if end < 0:
            return False
        self.head = bytes(self._rest[:end])
        del self._rest[: end + len(_HEAD_END)]
        return True

    @property
    def status(self) -> int:
        """Tell the handshake's status; 0 before it is here."""
        return int(self.head.split(b" ", 2)[1]) if self.head else 0

    def _next(self) -> Frame | None:
        if self.status != 101 or len(self._rest) < 2:  # noqa: PLR2004
            return None
        kind, size, start = self._header()
        if size is None or len(self._rest) < start + size:
            return None
        content = bytes(self._rest[start : start + size])
        del self._rest[: start + size]
        return Frame(kind, content)

    def _header(self) -> tuple[int, int | None, int]:
        """Read a frame's kind, size and where its content begins; no size: not here yet."""
        first, second = self._rest[0], self._rest[1]
        kind, size = first & _KIND, second & _LENGTH
        is_control = kind in (CLOSE, PING, PONG)
        is_wrong = not first & _FINAL or first & _RESERVED or second & _MASKED
        if is_wrong or kind not in _KINDS or (is_control and size > _LONGEST_CONTROL):
            raise BrokenFrameError(bytes(self._rest[:40]).hex())
        if size < _TWO_BYTES:
            return kind, size, 2
        width = 2 if size == _TWO_BYTES else 8
        if len(self._rest) < 2 + width:
            return kind, None, 0
        long = int.from_bytes(self._rest[2 : 2 + width], "big")
        if long > _LONGEST:
            raise BrokenFrameError(f"{long} bytes")
        return kind, long, 2 + width


def written(kind: int, content: bytes) -> bytes:
    """Write a client's frame, masked as it must be."""
    size, mask = len(content), os.urandom(4)
    if size < _TWO_BYTES:
        head = bytes([_FINAL | kind, _MASKED | size])
    else:
        head = bytes([_FINAL | kind, _MASKED | _TWO_BYTES]) + size.to_bytes(2, "big")
    masked = bytes(each ^ mask[place % 4] for place, each in enumerate(content))
    return head + mask + masked


def said(action: str, **content: Any) -> bytes:
    return written(TEXT, json.dumps({"action": action, **content}).encode())


def handshake(host: str, cookie: str, origin: str) -> bytes:
    """Write the request that opens a socket."""
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Origin: {origin}",
        f"Cookie: {cookie}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
