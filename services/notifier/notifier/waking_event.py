"""The event by which simple-websocket says that something came in; it wakes our thread too.

The library takes the class of its events as an option. So one thread can wait for what comes
in and for what goes out, without a third thread and without polling.
"""

import threading
from collections.abc import Callable

Notice = Callable[[], None]


def _nobody() -> None:
    """Nobody waits before the route has begun."""


class WakingEvent(threading.Event):
    """A threading.Event that calls `on_set` after each `set`."""

    def __init__(self) -> None:
        super().__init__()
        self.on_set: Notice = _nobody

    def set(self) -> None:
        super().set()
        self.on_set()
