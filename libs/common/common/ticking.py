"""Something that is done every few seconds for as long as the process lives."""

import os
import signal
import threading
from collections.abc import Callable

import redis
import structlog

from common.errors import ServiceError

_LOG = structlog.get_logger()


class Ticker:
    """One thread that calls an action again and again.

    A database or a Redis that is away costs one turn of it. If the action breaks in any other
    way the process ends: a worker that no longer sweeps or renews must not look alive.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        action: Callable[[], object],
        *,
        first_after: float | None = None,
    ) -> None:
        """Take the pause between two calls, and the one before the first where it is another."""
        self._name = name
        self._seconds = seconds
        self._first_after = seconds if first_after is None else first_after
        self._action = action
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            pause = self._first_after
            while not self._stopped.wait(pause):
                self._tick()
                pause = self._seconds
        finally:
            if not self._stopped.is_set():
                _LOG.critical("ticker_broke", ticker=self._name)
                os.kill(os.getpid(), signal.SIGTERM)

    def _tick(self) -> None:
        try:
            self._action()
        except (ServiceError, redis.RedisError) as error:
            _LOG.warning("tick_missed", ticker=self._name, error_type=type(error).__name__)
