"""Hundreds of callers who never come to an end: of headers, of a body, or of their silence."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path

from .raw_socket import HOST, ROUTE

_BEAT_SECONDS = 0.4
_SLICES = 20  # of a beat, so that the crowd does not come in one burst
_HEAD = b"POST " + ROUTE + b" HTTP/1.1\r\n" + HOST
_ROOT = Path(__file__).parents[3]
# How a caller begins, and what it says at each beat.
_WAYS = (
    (_HEAD + b"X-", b"a"),
    (_HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    (_HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b" "),
    (b"", b""),
    (_HEAD + b"Content-Length: 3000000\r\n\r\n" + b" " * 20_000, b""),
)


@contextmanager
def slow_crowd(port: int, count: int) -> Iterator[None]:
    """Keep so many callers at a port for as long as the block lasts.

    In a process of their own: what they cost is not to be measured as the good callers' time.
    """
    command = [sys.executable, "-m", __name__, str(port), str(count)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE) as crowd:
        assert crowd.stdout is not None
        crowd.stdout.readline()  # all are there
        try:
            yield
        finally:
            assert crowd.poll() is None
            crowd.kill()


class _Crowd:
    """Callers who never leave; who is sent away returns."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self._callers: list[socket.socket | None] = [None] * count

    def bother(self) -> None:
        for place in range(len(self._callers)):
            self._call(place)
        print("all are there", flush=True)
        for began in cycle(range(_SLICES)):
            time.sleep(_BEAT_SECONDS / _SLICES)
            for place in range(began, len(self._callers), _SLICES):
                self._say(place)

    def _say(self, place: int) -> None:
        caller = self._callers[place]
        if caller is None or _is_closed(caller):
            if caller is not None:
                caller.close()
            self._call(place)
        elif word := _WAYS[place % len(_WAYS)][1]:
            with suppress(OSError):
                caller.send(word)

    def _call(self, place: int) -> None:
        self._callers[place] = None
        with suppress(OSError):
            caller = socket.create_connection(("127.0.0.1", self._port), 5)
            caller.send(_WAYS[place % len(_WAYS)][0])
            caller.setblocking(False)
            self._callers[place] = caller


def _is_closed(caller: socket.socket) -> bool:
    """Tell whether it was sent away, with an answer or without."""
    try:
        caller.recv(1000)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def patience_of(port: int, began: bytes, word: bytes = b"", most: float = 8.0) -> float:
    """Say how many seconds pass before the door closes upon such a caller."""
    with socket.create_connection(("127.0.0.1", port), 5) as caller:
        caller.sendall(began)
        caller.settimeout(0.1)
        start = time.monotonic()
        while time.monotonic() - start < most and not _is_left(caller, word):
            pass
        return time.monotonic() - start


def _is_left(caller: socket.socket, word: bytes) -> bool:
    try:
        caller.send(word)
        return not caller.recv(1000)
    except TimeoutError:
        return False
    except OSError:
        return True


if __name__ == "__main__":
    _Crowd(int(sys.argv[1]), int(sys.argv[2])).bother()
