"""What a fault does to a TCP connection: holds it open, or cuts it without an answer.

Knows where gunicorn and werkzeug keep the socket of a request; nothing else does.
"""

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

_LOOK_EVERY_SECONDS = 0.2
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def connection_of(environ: Mapping[str, Any]) -> socket.socket | None:
    """Return the request's socket; None under a test client, which has none."""
    found = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    return found if isinstance(found, socket.socket) else None


def hold(connection: socket.socket | None, released: Event, seconds: float) -> None:
    """Wait until the time is over, the wait is released or the client has left.

    A client that gave up must not keep one of the server's threads.
    """
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not has_left(connection):
        if released.wait(min(left, _LOOK_EVERY_SECONDS)):
            return


class CutConnection(Iterator[bytes]):
    """A response's iterable that resets the connection instead of giving a body.

    Raising from the iterable is how both servers are told that no answer is to be written.
    """

    def __init__(self, connection: socket.socket | None) -> None:
        self._connection = connection

    def __next__(self) -> bytes:
        if self._connection is not None:
            _reset(self._connection)
        raise ConnectionResetError(errno.ECONNRESET, "cut by a fault")


def _reset(connection: socket.socket) -> None:
    """Send RST now, and leave the server a closed stand-in under the same descriptor.

    The server will still close its socket object; closing it here would make that an error.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    stand_in, other_end = socket.socketpair()
    with stand_in, other_end:
        os.dup2(stand_in.fileno(), connection.fileno(), inheritable=False)


def has_left(connection: socket.socket | None) -> bool:
    """Tell whether the client closed its side; never blocks."""
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
