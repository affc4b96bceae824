"""One kept HTTP/1.1 connection on a raw socket, which never waits."""

import socket
from contextlib import suppress

from benchmarks.volley.shape import NOT_ANSWERED

NO_REQUEST = -1
_HEAD_END = b"\r\n\r\n"
_MOST_BYTES = 65_536
_CONNECT_SECONDS = 10.0


class Connection:
    """Sends a request and reads its answer; opens anew when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._received = b""
        self.place = NO_REQUEST  # of the one that is under way
        self._open()

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, place: int, request: bytes) -> None:
        """Send one request; it fits into the socket's buffer, since nothing else is in it."""
        self.place = place
        with suppress(ConnectionError):  # which the reading finds, too
            self._socket.sendall(request)

    def answer(self) -> int | None:
        """Read what came: the answer's status, None while it is not whole.

        NOT_ANSWERED, and a new connection, when the server broke this one.
        """
        try:
            came = self._socket.recv(_MOST_BYTES)
        except ConnectionError:
            came = b""
        if not came:
            self._reopen()
            return NOT_ANSWERED
        received = self._received + came
        status, is_last = status_of(received)
        self._received = received if status is None else b""
        if status is not None and is_last:
            self._reopen()
        return status

    def _open(self) -> None:
        self._socket = socket.create_connection(self._address, _CONNECT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self.is_new = True  # nobody waits for what comes on it yet

    def _reopen(self) -> None:
        self._socket.close()
        self._received = b""
        self._open()


def status_of(received: bytes) -> tuple[int | None, bool]:
    """Read the status of a whole answer, None of a part, and whether the connection ends."""
    end = received.find(_HEAD_END)
    if end < 0:
        return None, False
    head = received[:end].lower()
    _, found, after = head.partition(b"\r\ncontent-length:")
    length = int(after.partition(b"\r\n")[0]) if found else 0
    if len(received) < end + len(_HEAD_END) + length:
        return None, False
    return int(head[9:12]), b"\r\nconnection: close" in head
