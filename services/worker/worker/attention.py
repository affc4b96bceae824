"""Tells a customer who waits that their message was read and an answer is being written.

Only when the assistant takes longer than a moment: an answer that comes at once needs no
announcement. It is no part of a reply: nothing depends on whether it arrives, and repeating it
is harmless (whatsapp.md 1.4).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from common.stores import Store, Stores
from worker.channels.cloud_api import Credentials
from worker.ports import Channel

_A_MOMENT_SECONDS = 0.7


class Attention:
    """Shows typing for the customers of every store; safe to share between threads."""

    def __init__(self, stores: Stores, channel: Channel) -> None:
        self._stores = stores
        self._channel = channel
        self._moments = _Moments()

    @contextmanager
    def shown(self, store: Store, wamid: str) -> Iterator[None]:
        """Show typing if the block takes longer than a moment."""
        credentials = Credentials(store.phone_number_id, self._stores.access_token(store))
        with self._moments.unless_done(lambda: self._channel.show_typing(credentials, wamid)):
            yield


class _Waiting(NamedTuple):
    due_at: float
    call: Callable[[], object]


class _Moments:
    """Calls what lasts longer than a moment, each in a thread of its own.

    Most turns are through long before, and a timer for each would start a thread for each. One
    thread, started by the first turn, sleeps until the oldest of them is due. All wait equally
    long, so nobody who comes later is due earlier, and it need not be woken.
    """

    def __init__(self) -> None:
        self._waiting: dict[object, _Waiting] = {}  # in the order they came
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def unless_done(self, call: Callable[[], object]) -> Iterator[None]:
        """Call it if the block takes longer than a moment."""
        key = object()
        with self._changed:
            self._waiting[key] = _Waiting(time.monotonic() + _A_MOMENT_SECONDS, call)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="attention", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._waiting.pop(key, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                first = next(iter(self._waiting.values()))
            time.sleep(max(first.due_at - time.monotonic(), 0.0))
            for call in self._due():
                threading.Thread(target=call, name="typing", daemon=True).start()

    def _due(self) -> list[Callable[[], object]]:
        """Take out what is due by now."""
        with self._changed:
            now = time.monotonic()
            due = [key for key, each in self._waiting.items() if each.due_at <= now]
            return [self._waiting.pop(key).call for key in due]
