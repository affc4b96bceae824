"""B8. What one worker process costs while nothing happens, by the number of stores.

Redis commands come from INFO, less our own; SQL round trips are counted on the wire by a relay.
"""

import time

import redis

from benchmarks.costs import Meter, size_of
from benchmarks.figures import shown
from benchmarks.ground import Ground
from benchmarks.relay import CountingRelay
from benchmarks.rows.row import Figures, Ratio, Row

_STORES = (1, 100, 10_000)
_SETTLE_SECONDS = 4.0
_WATCH_SECONDS = 10.0
# More threads than this for each store, and 10,000 stores would take the machine down.
_THREADS_PER_STORE = 0.2


def _measure(ground: Ground) -> Figures:
    figures: dict[str, float] = {}
    threads: dict[int, float] = {}
    for stores in _STORES:
        if _grows(threads):
            print(f"  B8: {shown(threads[100])} threads at 100 stores; 10,000 are not tried")
            break
        measured = _of(ground, stores)
        threads[stores] = measured["threads"]
        figures |= {f"{stores:,} stores: {name}": value for name, value in measured.items()}
    return figures


def _grows(threads: dict[int, float]) -> bool:
    few, more = _STORES[:2]
    if more not in threads:
        return False
    return (threads[more] - threads[few]) / (more - few) > _THREADS_PER_STORE


def _of(ground: Ground, stores: int) -> dict[str, float]:
    ground.keep_stores(stores)
    installation = ground.installation
    with (
        CountingRelay(installation.settings.database_url) as relay,
        redis.Redis.from_url(installation.settings.redis_url) as client,
        installation.workers(1, {"DATABASE_URL": relay.url}) as workers,
    ):
        (pid,) = workers
        time.sleep(_SETTLE_SECONDS)
        meter, commands, queries = Meter({"worker": (pid,)}), _commands(client), relay.round_trips
        time.sleep(_WATCH_SECONDS)
        used, size = meter.used()["worker"], size_of(pid)
        asked = relay.round_trips - queries
        return {
            "threads": size.threads,
            "RSS, MB": size.megabytes,
            "CPU, % of a core": used * 100 / _WATCH_SECONDS,
            "Redis commands/s": (_commands(client) - commands - 1) / _WATCH_SECONDS,
            "SQL round trips/s": asked / _WATCH_SECONDS,
        }


def _commands(client: "redis.Redis") -> int:
    return int(client.info("stats")["total_commands_processed"])


IDLE = Row(
    name="B8",
    title="one idle worker process, by registered stores "
    "(goal: flat, ≤ 1 % of a core, ≤ 10 commands/s, ≤ 2 queries/s)",
    measure=_measure,
    ratios=(
        Ratio("10,000 stores: threads", "1 stores: threads", "flat"),
        Ratio("10,000 stores: RSS, MB", "1 stores: RSS, MB", "flat"),
    ),
)
