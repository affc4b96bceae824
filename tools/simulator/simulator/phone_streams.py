"""Server-sent events for phone pages: what changed on their phones, as it happens.

Each listener keeps one of the server's threads, so there are few of them; a page that gets no
place asks again every second instead. Reads the ledger, never writes it.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any

from simulator.phone_messages import PhoneKey, describe_message
from simulator.phone_threads import Changes, PhoneThreads

MOST_LISTENERS = 24
_HEARTBEAT_SECONDS = 15.0
# How soon a page that was closed gives its thread back.
_LOOK_EVERY_SECONDS = 1.0
_PAUSE_MS = 1000


class PhoneStreams:
    """Hands out a limited number of streams."""

    def __init__(self, threads: PhoneThreads, most: int = MOST_LISTENERS) -> None:
        self._threads = threads
        self._lock = Lock()
        self._free = most

    def enter(self) -> bool:
        """Take a place, to be given back with `leave`; False when all are taken."""
        with self._lock:
            if self._free == 0:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._free += 1

    def frames(
        self, keys: Sequence[PhoneKey], cursor: str, has_left: Callable[[], bool]
    ) -> Iterator[str]:
        """Yield what follows a cursor until the client has left or the simulator closes."""
        yield f"retry: {_PAUSE_MS}\n\n"
        after = read_cursor(cursor, self._threads.run)
        if after is None:
            after = 0
            yield _frame("reset", {}, "")
        beat = time.monotonic() + _HEARTBEAT_SECONDS
        while not self._threads.closed and not has_left():
            changes = self._threads.changes(keys, after)
            yield from self._frames_of(changes)
            after = max(after, changes.revision)
            if time.monotonic() >= beat:
                yield ": still here\n\n"
                beat = time.monotonic() + _HEARTBEAT_SECONDS
            self._threads.wait(keys, after, _LOOK_EVERY_SECONDS)

    def _frames_of(self, changes: Changes) -> Iterator[str]:
        for message in changes.messages:
            name = {"store_id": message.key.store_id, "phone": message.key.phone}
            cursor = write_cursor(self._threads.run, message.revision)
            yield _frame("message", {**name, "message": describe_message(message)}, cursor)
        for key in changes.typing:
            yield _frame("typing", {"store_id": key.store_id, "phone": key.phone}, "")


def write_cursor(run: str, revision: int) -> str:
    return f"{run}.{revision}"


def read_cursor(cursor: str, run: str) -> int | None:
    """Read a revision, 0 when there is none; None when it belongs to another run."""
    if not cursor:
        return 0
    of_run, _, revision = cursor.partition(".")
    return int(revision) if of_run == run and revision.isdecimal() else None


def _frame(event: str, content: dict[str, Any], cursor: str) -> str:
    place = f"id: {cursor}\n" if cursor else ""
    return f"{place}event: {event}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"
