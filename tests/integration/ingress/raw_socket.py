"""A client that says exactly the bytes it is told to, and reads what comes back."""

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

ROUTE = b"/webhooks/store-1"
HOST = b"Host: mostrador.example\r\n"
_PATIENCE_SECONDS = 8.0


@dataclass(frozen=True)
class Heard:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


class RawSocket:
    """One connection, on which nothing is checked or put right."""

    def __init__(self, port: int, seconds: float = _PATIENCE_SECONDS) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), seconds)
        self._read = b""

    def say(self, *pieces: bytes) -> bool:
        """Send; a server that closed before the end is no error, its answer tells why."""
        with suppress(ConnectionError):
            self._socket.sendall(b"".join(pieces))
            return True
        return False

    def hear(self) -> Heard | None:
        """Read the next answer; None when the connection was closed instead.

        Raises TimeoutError when the server neither answers nor closes.
        """
        head = self.hear_head()
        if head is None or head.status < 200:
            return head
        return replace(head, body=self._body(head.headers))

    def hear_head(self) -> Heard | None:
        """Read an answer that has no body, as one to HEAD."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return Heard(int(first.split(" ")[1]), headers)

    def statuses(self) -> list[int]:
        """Read answers until the connection closes."""
        found = []
        while (heard := self.hear()) is not None:
            found.append(heard.status)
        return found

    def reset(self) -> None:
        """Leave as one does whose line is cut."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return self._chunks()
        return self._exactly(int(headers.get("content-length", 0)))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n") or b"0", 16):
            body += self._exactly(size + 2)[:-2]
        self._until(b"\r\n")
        return body

    def _exactly(self, size: int) -> bytes:
        while len(self._read) < size and self._more():
            pass
        found, self._read = self._read[:size], self._read[size:]
        return found

    def _until(self, end: bytes) -> bytes | None:
        while end not in self._read:
            if not self._more():
                assert self._read == b"", f"closed in the middle of an answer: {self._read!r}"
                return None
        found, _, self._read = self._read.partition(end)
        return found

    def _more(self) -> bool:
        try:
            piece = self._socket.recv(65536)
        except ConnectionError:
            return False
        self._read += piece
        return bool(piece)
