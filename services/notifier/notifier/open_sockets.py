"""The open sockets of this process: how many there may be, and how they are ended together."""

import threading
from collections.abc import Collection
from typing import Protocol

from common.errors import TemporaryError
from notifier.socket_outbox import Closing

GOING_AWAY = Closing(1001, "The server is going away.")
LOGGED_OUT = Closing(1008, "The log-in is over.")
# Each socket keeps a thread of the server; these stay free for REST and probes.
SPARE_THREADS = 8
USUAL_THREADS = 128
_PATIENCE_SECONDS = 1.0


class Closable(Protocol):
    """An open socket; closing it must never block."""

    session_key: str

    def close(self, closing: Closing) -> None: ...
    def doubt(self) -> None: ...
    def cut(self) -> None: ...


class TooManySocketsError(TemporaryError):
    """Every seat is taken, or this process is going away."""

    code = "too_many_sockets"

    def __init__(self) -> None:
        super().__init__("No more sockets here, try again shortly.", retry_after=5)


class OpenSockets:
    """Seats, and who sits. A seat is taken before the upgrade and given back after the end."""

    def __init__(self, threads: int = USUAL_THREADS) -> None:
        self._lock = threading.Lock()
        self._threads = threads
        self._taken = 0
        self._is_closing = False
        self._sockets: set[Closable] = set()

    def set_threads(self, threads: int) -> None:
        """Say how many threads the server really has."""
        self._threads = threads

    def take_seat(self) -> None:
        """Count one more; raises TooManySocketsError."""
        with self._lock:
            if self._is_closing or self._taken >= max(self._threads - SPARE_THREADS, 1):
                raise TooManySocketsError
            self._taken += 1

    def give_seat_back(self) -> None:
        with self._lock:
            self._taken -= 1

    def add(self, socket: Closable) -> None:
        with self._lock:
            self._sockets.add(socket)
            is_closing = self._is_closing
        if is_closing:
            socket.close(GOING_AWAY)

    def discard(self, socket: Closable) -> None:
        with self._lock:
            self._sockets.discard(socket)

    def close_all(self) -> None:
        """End every socket and admit no more: this process is going away.

        Who does not even take the word that ends it is cut off a little later.
        """
        with self._lock:
            self._is_closing = True
            sockets = tuple(self._sockets)
        for each in sockets:
            each.close(GOING_AWAY)
        if sockets:
            cutting = threading.Timer(_PATIENCE_SECONDS, self._cut_all)
            cutting.daemon = True
            cutting.start()

    def session_keys(self) -> frozenset[str]:
        """Name the log-ins that have a socket open here."""
        with self._lock:
            return frozenset(each.session_key for each in self._sockets)

    def doubt(self, session_keys: Collection[str]) -> None:
        """Have the sockets of these log-ins ask whether they still hold."""
        if not session_keys:
            return
        with self._lock:
            sockets = tuple(self._sockets)
        for each in sockets:
            if each.session_key in session_keys:
                each.doubt()

    def _cut_all(self) -> None:
        with self._lock:
            sockets = tuple(self._sockets)
        for each in sockets:
            each.cut()
