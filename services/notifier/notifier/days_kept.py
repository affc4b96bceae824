"""How often a store's day is counted: not more than a twentieth of the time that it takes."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from common.database import Database
from common.errors import DatabaseUnavailableError
from notifier.day_figures import DayFigures, read_day

_SHARE_OF_TIME = 20
_MOST_KEPT = 1_000
_OLD_SECONDS = 60.0  # beyond this, figures of before are given only to who has waited
_WAIT_SECONDS = 3.0
_FIRST_WAIT_SECONDS = 10.0  # there is nothing to show meanwhile

_Place = tuple[str, str]  # store and time zone


@dataclass(frozen=True)
class _Kept:
    """What the last count came to; without figures none has come to an end yet."""

    counted: float = -math.inf  # by the clock of who keeps it
    until: float = -math.inf
    figures: DayFigures | None = None

    def shown(self) -> DayFigures:
        if self.figures is None:
            raise DatabaseUnavailableError("The day could not be counted in time.")
        return self.figures

    def patience(self, now: float) -> float:
        if self.figures is None:
            return _FIRST_WAIT_SECONDS
        return _WAIT_SECONDS if now - self.counted > _OLD_SECONDS else 0


_NEVER = _Kept()


class DaysKept:
    """Counts a store's day, and gives the same answer for twenty times as long as that took.

    However many look at however large stores, the counting takes a twentieth of one connection
    in each process, and one at a time, also when all come at once to a process that has just
    begun. While somebody counts, the others get what was counted before. Is that over a minute
    old, they wait for their turn, three seconds at most, and ten if there is nothing yet;
    `counted_at` says how old it is. What could not be counted in time is not tried again at
    once either. A small store is counted anew each time.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[_Place, _Kept] = {}
        self._counting = threading.Lock()

    def read(self, store_id: str, time_zone: str) -> DayFigures:
        """Count, or give what was counted a moment ago; 400 for an unknown time zone.

        Raises DatabaseUnavailableError when there is nothing to give. Opens its own transaction,
        and only to count: who waits holds no connection.
        """
        place = (store_id, time_zone)
        kept = self._kept.get(place, _NEVER)
        now = self._clock()
        if now < kept.until or not self._counting.acquire(timeout=kept.patience(now)):
            return kept.shown()
        try:
            if (newer := self._kept.get(place, kept)) is not kept:
                return newer.shown()  # counted by whom we have waited for
            return self._count(place, kept)
        finally:
            self._counting.release()

    def _count(self, place: _Place, kept: _Kept) -> DayFigures:
        begun = self._clock()
        try:
            with self._database.store(place[0]) as connection:
                figures = read_day(connection, *place)
        except DatabaseUnavailableError:  # too much to count in time
            self._keep(place, begun, kept.figures, kept.counted)
            raise
        self._keep(place, begun, figures)
        return figures

    def _keep(
        self, place: _Place, begun: float, figures: DayFigures | None, counted: float | None = None
    ) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        ended = self._clock()
        until = ended + _SHARE_OF_TIME * (ended - begun)
        self._kept[place] = _Kept(ended if counted is None else counted, until, figures)
