"""Looks again whether log-ins of open sockets hold, a few at a time.

Not in the sockets' own threads: a thousand of them would take every connection to the database
together, and each would tell nothing while it waits.
"""

import queue
import threading
from typing import Protocol

import structlog

from common.errors import ServiceError, TemporaryError
from notifier.open_sockets import LOGGED_OUT
from notifier.socket_outbox import Closing

_LOG = structlog.get_logger()

_THREADS = 2
_IDLE_SECONDS = 5.0


class Checkable(Protocol):
    """An open socket; `check` raises a ServiceError when its log-in does not hold."""

    def check(self) -> None: ...
    def close(self, closing: Closing) -> None: ...


class Rechecks:
    """A line of sockets, and two threads while there is one."""

    def __init__(self, threads: int = _THREADS) -> None:
        self._most = threads
        self._lock = threading.Lock()
        self._line: queue.SimpleQueue[Checkable] = queue.SimpleQueue()
        self._waiting: set[Checkable] = set()
        self._running = 0

    def ask(self, socket: Checkable) -> None:
        """Have a socket looked at soon; closed if its log-in is over. Never blocks."""
        with self._lock:
            if socket in self._waiting:
                return
            self._waiting.add(socket)
            self._line.put(socket)
            if self._running < min(self._most, len(self._waiting)):
                self._running += 1
                threading.Thread(target=self._run, name="rechecks", daemon=True).start()

    def _run(self) -> None:
        is_through = False
        try:
            while (socket := self._next()) is not None:
                _look_at(socket)
            is_through = True  # and counted out already
        finally:
            if not is_through:  # what nobody foresaw ends this thread, and another one looks on
                with self._lock:
                    self._running -= 1

    def _next(self) -> Checkable | None:
        try:
            socket = self._line.get(timeout=_IDLE_SECONDS)
        except queue.Empty:
            with self._lock:
                if not self._waiting:
                    self._running -= 1
                    return None
            return self._next()
        with self._lock:
            self._waiting.discard(socket)
        return socket


def _look_at(socket: Checkable) -> None:
    try:
        socket.check()
    except TemporaryError as error:  # looked at again with the next heartbeat
        _LOG.warning("log_in_not_checked", code=error.code)
    except ServiceError:
        socket.close(LOGGED_OUT)
