"""The turns one process has begun and not ended, out of as many as it can run at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from common.queues.scripts import Taken


class Seats:
    """Counts what a process is at. Safe to share between threads."""

    def __init__(self, count: int, *, is_shared: bool) -> None:
        """Take how many there are, and whether more than one store sits on them."""
        self.count = count
        # So many are kept for stores that have no turn at work: a store whose sends hang
        # cannot fill a process.
        self.kept = count // 4 if is_shared else 0
        self._taken: set[Taken] = set()
        self._changed = threading.Condition()

    @property
    def free(self) -> int:
        return self.count - len(self._taken)

    def take(self, turns: tuple[Taken, ...]) -> None:
        with self._changed:
            self._taken.update(turns)

    def leave(self, turn: Taken) -> None:
        with self._changed:
            self._taken.discard(turn)
            self._changed.notify_all()

    def wait_for_one(self, seconds: float) -> bool:
        """Wait until a seat is free, so long at most."""
        with self._changed:
            return self._changed.wait_for(lambda: self.free > 0, seconds)

    @contextmanager
    def held(self) -> Iterator[tuple[Taken, ...]]:
        """Name what is at work; nobody takes or leaves a seat inside the block."""
        with self._changed:
            yield tuple(self._taken)
