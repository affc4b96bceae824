"""B11. What one message costs on its way through a worker process.

Round trips are counted on the wire by relays between the worker and its servers, while it
drains conversations of one message; a first drain opens the connections and is not counted.
"""

import time

from benchmarks.costs import Meter
from benchmarks.errors import BenchError
from benchmarks.ground import Ground
from benchmarks.relay import CountingRelay
from benchmarks.rows.row import Figures, Row

_WARM_UP, _MESSAGES = 50, 300
_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.02


def _measure(ground: Ground) -> Figures:
    stores = ground.keep_stores(1)
    installation = ground.installation
    messages = ground.scaled(_MESSAGES)
    with (
        CountingRelay(installation.settings.database_url) as sql,
        CountingRelay(installation.settings.redis_url) as doorbells,
    ):
        environment = {"DATABASE_URL": sql.url, "REDIS_URL": doorbells.url}
        with installation.workers(1, environment) as workers:
            _answer_all(ground, stores[0], _WARM_UP)
            meter = Meter({"worker": workers})
            before = sql.round_trips, doorbells.round_trips
            _answer_all(ground, stores[0], messages)
            used = meter.used()["worker"]
            return {
                "SQL round trips per message": (sql.round_trips - before[0]) / messages,
                "Redis round trips per message": (doorbells.round_trips - before[1]) / messages,
                "worker CPU ms per message": used * 1000 / messages,
            }


def _answer_all(ground: Ground, store_id: str, messages: int) -> None:
    ground.backlog.fill((store_id,), messages)
    ground.backlog.ring()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while ground.installation.pending():
        if time.monotonic() > deadline:
            raise BenchError("The worker does not come to an end.")
        time.sleep(_PAUSE_SECONDS)


UNIT_COSTS = Row(
    name="B11",
    title="one message through one worker process (relays count round trips on the wire)",
    measure=_measure,
)
