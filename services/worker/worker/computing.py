"""Lets few turns of a process compute at once: first a person's words, then the quietest store's.

A process holds many turns because most of them wait for an assistant. Where none waits, those of
a busy store would share the processor, and a quiet store's turn would take as long as all of them
together (B7). So a turn enters here before it computes, and steps aside while it waits for a
server of others. Nobody is held up for long: who has waited `_PATIENCE_SECONDS` enters anyway, so
that turns which hang in the database hang no others.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# One interpreter is full with two turns and what the database does for them (docs/benchmarks.md).
MOST_AT_ONCE = 2
_PATIENCE_SECONDS = 0.2
_local = threading.local()


class Computing:
    """Counts who computes in this process. Safe to share between threads."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._inside = 0
        self._waiting: list[_Turn] = []
        self._used: dict[str, float] = {}  # seconds of each store, until nobody is inside
        self._latest = 0.0  # what the store that entered last had used
        self._lock = threading.Lock()

    @contextmanager
    def turn_of(self, store_id: str, *, goes_first: bool) -> Iterator[None]:
        """Compute for a store while the block runs, as soon as there is room."""
        _local.turn = turn = _Turn(self, store_id, goes_first)
        self.enter(turn)
        try:
            yield
        finally:
            self.leave(turn)
            _local.turn = None

    def enter(self, turn: "_Turn") -> None:
        """Wait until there is room, or for as long as anybody has to."""
        with self._lock:
            if self._inside < self._most:
                self._let_in(turn)
            else:
                self._waiting.append(turn)
        if not turn.is_inside.wait(_PATIENCE_SECONDS):
            with self._lock:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                    self._let_in(turn)

    def leave(self, turn: "_Turn") -> None:
        """Make room for the one that stands first."""
        with self._lock:
            turn.is_inside.clear()
            self._inside -= 1
            self._used[turn.store_id] += time.monotonic() - turn.entered_at
            while self._waiting and self._inside < self._most:
                following = min(self._waiting, key=self._standing)
                self._waiting.remove(following)
                self._let_in(following)
            if not self._inside:
                self._used.clear()
                self._latest = 0.0

    def _let_in(self, turn: "_Turn") -> None:
        self._inside += 1
        self._latest = self._used[turn.store_id] = self._used_by(turn.store_id)
        turn.entered_at = time.monotonic()
        turn.is_inside.set()

    def _standing(self, turn: "_Turn") -> tuple[bool, float]:
        return not turn.goes_first, self._used_by(turn.store_id)

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
