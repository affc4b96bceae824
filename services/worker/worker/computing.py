"""Where stores meet in a process, few turns of a busy one compute at once, and others go before.

A process holds many turns because most of them wait for an assistant. Where none waits, those of
a busy store would share the processor with each other and with a quiet store's one turn, which
then takes as long as all of them together (B7). So a turn enters here before it computes, and
steps aside while it waits for a server of others. A store's first turn enters at once; its second
waits while `MOST_AT_ONCE` are inside: first a person's words go in, then the store that has
computed least. A store that has the process to itself waits for nobody, and nobody waits longer
than `_PATIENCE_SECONDS`, so that turns which hang in the database hang no others.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# One interpreter is full with two turns and what the database does for them (docs/benchmarks.md).
MOST_AT_ONCE = 2
_PATIENCE_SECONDS = 0.2
_COMPANY_SECONDS = 1.0  # so long after another store's turn came, a store is not alone
_local = threading.local()


class Computing:
    """Counts who computes in this process. Safe to share between threads."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._inside: Counter[str] = Counter()  # turns of each store
        self._waiting: list[_Turn] = []
        self._used: dict[str, float] = {}  # seconds of each store, until nobody is inside
        self._latest = 0.0  # what the store that entered last had used
        self._came_last = ""
        self._met_at = 0.0  # when a turn came from another store than the one before it
        self._lock = threading.Lock()

    @contextmanager
    def turn_of(self, store_id: str, *, goes_first: bool) -> Iterator[None]:
        """Compute for a store while the block runs, as soon as there is room."""
        _local.turn = turn = _Turn(self, store_id, goes_first)
        with self._lock:
            if self._came_last not in ("", store_id):
                self._met_at = time.monotonic()
            self._came_last = store_id
        self.enter(turn)
        try:
            yield
        finally:
            self.leave(turn)
            _local.turn = None

    def enter(self, turn: "_Turn") -> None:
        """Wait until there is room, or for as long as anybody has to."""
        with self._lock:
            if self._has_room(turn):
                self._let_in(turn)
                return
            self._waiting.append(turn)
        if not turn.is_inside.wait(_PATIENCE_SECONDS):
            with self._lock:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                    self._let_in(turn)

    def leave(self, turn: "_Turn") -> None:
        """Make room, for those who used least before others."""
        with self._lock:
            turn.is_inside.clear()
            self._inside[turn.store_id] -= 1
            self._used[turn.store_id] += time.monotonic() - turn.entered_at
            # Not the first alone: behind it may stand another store's only turn.
            for waiting in sorted(self._waiting, key=self._standing):
                if self._has_room(waiting):
                    self._waiting.remove(waiting)
                    self._let_in(waiting)
            if not self._inside.total():
                self._inside.clear()
                self._used.clear()
                self._latest = 0.0

    def _has_room(self, turn: "_Turn") -> bool:
        return (
            turn.goes_first
            or not self._inside[turn.store_id]
            or self._inside.total() < self._most
            or time.monotonic() - self._met_at > _COMPANY_SECONDS
        )

    def _let_in(self, turn: "_Turn") -> None:
        self._inside[turn.store_id] += 1
        self._latest = self._used[turn.store_id] = self._used_by(turn.store_id)
        turn.entered_at = time.monotonic()
        turn.is_inside.set()

    def _standing(self, turn: "_Turn") -> float:
        return self._used_by(turn.store_id)

    def _used_by(self, store_id: str) -> float:
        # Who was quiet has saved nothing up: it stands where the last one stood.
        return max(self._used.get(store_id, 0.0), self._latest)


@dataclass(eq=False)
class _Turn:
    computing: Computing
    store_id: str
    goes_first: bool
    entered_at: float = 0.0
    is_inside: threading.Event = field(default_factory=threading.Event)


@contextmanager
def aside() -> Iterator[None]:
    """Let others compute while the block waits for a server of others; outside a turn, nothing."""
    turn: _Turn | None = getattr(_local, "turn", None)
    if turn is None or not turn.is_inside.is_set():
        yield
        return
    turn.computing.leave(turn)
    try:
        yield
    finally:
        turn.computing.enter(turn)
