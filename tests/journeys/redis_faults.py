"""Redis flushed, and Redis killed with all it has kept, while stores are at work.

One store goes as fast as it can and shows that work goes on; one has a pace and shows that
nothing opens it. Used by the suite (small) and by `make soak` (large).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from .crowd import Crowd
from .crowd_books import Verdict, judge
from .pacing import RATE, Pace, everybody_writes, measure, starts_of, wait_until_begun
from .sliding import longest_gap

_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Outage:
    """What came after one way of breaking Redis."""

    name: str
    drained_after: float  # seconds until the fast store had nothing waiting
    stillness: float  # the longest time in between in which no turn of it began


@dataclass(frozen=True)
class RedisReport:
    outages: list[Outage]
    pace: Pace  # its longest gap shows how long nothing moved
    verdict: Verdict

    def __str__(self) -> str:
        told = "; ".join(
            f"{each.name}: the fast store through after {each.drained_after:.1f} s,"
            f" still for {each.stillness:.1f} s"
            for each in self.outages
        )
        return f"{told}; paced store {self.pace}; {self.verdict}"


def run_redis_faults(crowd: Crowd, paced: int, fast: int, rounds: int = 1) -> RedisReport:
    """Break Redis in turn both ways; `paced` and `fast`: how many write to each kind of store."""
    slow_store, quick_store = crowd.new_store(rate=RATE), crowd.new_store()
    crowd.assistant.begin(0, crowd.assistant.troubles)
    wamids = everybody_writes(crowd, slow_store, paced)
    written = {(slow_store, phone): wamid for phone, wamid in wamids.items()}
    wait_until_begun(crowd, slow_store, 2, 10)
    outages = []
    ways = [("flushed", crowd.flush_redis), ("killed and empty", crowd.restart_redis_empty)]
    for run, (name, break_it) in enumerate(ways * rounds):
        wamids = everybody_writes(crowd, quick_store, fast, run)
        written |= {(quick_store, phone): wamid for phone, wamid in wamids.items()}
        outages.append(_break(crowd, name, break_it, quick_store))
    crowd.wait_until_drained([slow_store, quick_store], paced / RATE * 1.5 + 30)
    verdict = judge(crowd, {key: [wamid] for key, wamid in written.items()}, [])
    return RedisReport(outages, measure(crowd, slow_store), verdict)


def _break(crowd: Crowd, name: str, break_it: Callable[[], None], quick_store: str) -> Outage:
    break_it()
    broken = time.time()
    crowd.wait_until_drained([quick_store], _PATIENCE_SECONDS)
    drained = time.time()
    starts = [moment for moment in starts_of(crowd, quick_store) if broken < moment < drained]
    return Outage(name, drained - broken, longest_gap([broken, *starts, drained]))
