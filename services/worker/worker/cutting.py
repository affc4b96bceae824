"""Lets one thread end the requests that another one waits for. Used by `owner_watch`.

Only what is asked within `cuttable` can be ended, so a send never is: its answer must be heard.
A connection that was kept from before is not known here; its request ends by its own limit.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_local = threading.local()


class Cut:
    """What one thread asks of other servers, until somebody cuts it off."""

    def __init__(self) -> None:
        self.is_cut = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def cut(self) -> None:
        """End the requests that are under way, and those that follow."""
        with self._lock:
            self.is_cut = True
            for each in self._sockets:
                _end(each)

    def add(self, connected: socket.socket) -> None:
        own = connected.dup()  # TLS takes the original's place
        with self._lock:
            self._sockets.append(own)
            if self.is_cut:
                _end(own)

    def forget(self) -> None:
        """Let go of the sockets; their owners close them."""
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()


@contextmanager
def cuttable() -> Iterator[Cut]:
    """Let the new connections of this thread be cut while the block runs."""
    cut = _local.cut = Cut()
    try:
        yield cut
    finally:
        _local.cut = None
        cut.forget()


def connected(new: socket.socket) -> None:
    """Note a connection of this thread, before anything is written on it."""
    cut: Cut | None = getattr(_local, "cut", None)
    if cut is not None:
        cut.add(new)


def _end(own: socket.socket) -> None:
    try:
        own.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself
