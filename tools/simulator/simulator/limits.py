"""Limits that a number keeps by itself: so much in a second, so much to one contact in six.

Asked and told by the state, under its lock, with its clock. Pure: no I/O, no clock of its own.
"""

from collections import deque
from dataclasses import dataclass

from simulator.faults import Asked

THROUGHPUT_CODE, PAIR_CODE = 130429, 131056
_SECOND = 1.0
_PAIR_SECONDS = 6.0
_Window = deque[float]


@dataclass(frozen=True)
class Limit:
    """What one store's number takes at most; None: as much as comes."""

    store_id: str
    per_second: int | None = None
    pair_per_6s: int | None = None


class SlidingLimits:
    """Counts the messages that were accepted, in windows that slide; refused ones are free."""

    def __init__(self) -> None:
        self._limits: dict[str, Limit] = {}
        self._numbers: dict[str, _Window] = {}
        self._pairs: dict[tuple[str, str], _Window] = {}

    def put(self, limit: Limit) -> None:
        """Keep a store to a limit from now on; what went before does not count."""
        self.forget(limit.store_id)
        self._limits[limit.store_id] = limit

    def all(self) -> tuple[Limit, ...]:
        return tuple(self._limits.values())

    def forget(self, store_id: str | None = None) -> None:
        """Forget a store's limit, or all of them."""
        gone = list(self._limits) if store_id is None else [store_id]
        for each in gone:
            self._limits.pop(each, None)
            self._numbers.pop(each, None)
            self._pairs = {key: window for key, window in self._pairs.items() if key[0] != each}

    def code_for(self, asked: Asked, now: float) -> int | None:
        """Name the error that a message meets now; None when it is within the limits."""
        limit = self._limit_of(asked)
        if limit is None:
            return None
        number = self._numbers.get(limit.store_id, _Window())
        if _is_full(number, limit.per_second, now - _SECOND):
            return THROUGHPUT_CODE
        pair = self._pairs.get(_pair_of(asked), _Window())
        return PAIR_CODE if _is_full(pair, limit.pair_per_6s, now - _PAIR_SECONDS) else None

    def count(self, asked: Asked, now: float) -> None:
        """Count a message that was accepted."""
        limit = self._limit_of(asked)
        if limit is None:
            return
        if limit.per_second is not None:
            self._numbers.setdefault(limit.store_id, _Window()).append(now)
        if limit.pair_per_6s is not None:
            self._pairs.setdefault(_pair_of(asked), _Window()).append(now)

    def _limit_of(self, asked: Asked) -> Limit | None:
        return self._limits.get(asked.store_id or "") if asked.kind == "message" else None


def _pair_of(asked: Asked) -> tuple[str, str]:
    return asked.store_id or "", asked.address or ""


def _is_full(window: _Window, most: int | None, since: float) -> bool:
    while window and window[0] <= since:
        window.popleft()
    return most is not None and len(window) >= most
