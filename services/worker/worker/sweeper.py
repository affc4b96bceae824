"""Rings what has waited too long: repairs from SQL whatever Redis lost (P8).

Every worker process has one; an advisory lock lets one of them sweep at a time. A doorbell
that is there already is not rung twice, so nothing is asked of Redis before.
"""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Connection, text

from common import metrics, turns
from common.database import Database
from common.queues import Doorbells, Ring

_LOG = structlog.get_logger()
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('mostrador.sweeper', 0))")
_OVERDUE = text("SELECT * FROM overdue_conversations(:grace, :of_each_store)")
_STATUSES = text("SELECT stores_with_overdue_statuses(:grace)")
_GRACE_SECONDS = 2.0  # a doorbell on its way needs no second one
_MOST_OF_EACH_STORE = 500

# Of each store: the conversations that wait, and for how many seconds.
Overdue = Mapping[str, Sequence[tuple[str, float]]]


class Sweeper:
    """Finds what nobody is coming for; a ticker calls `sweep` every few seconds."""

    def __init__(self, database: Database, doorbells: Doorbells) -> None:
        self._database = database
        self._doorbells = doorbells
        self._measured: set[str] = set()

    def sweep(self) -> int:
        """Ring what is overdue; returns how many conversations that is.

        Keeps the lock while it rings, so that several processes do not ring the same. Raises
        DatabaseUnavailableError or redis.RedisError.
        """
        with self._database.everywhere() as connection:
            turns.resume_held(connection)  # committed before it is rung
        with self._database.everywhere() as connection:
            if not connection.scalar(_LOCK):
                return 0
            overdue = _overdue(connection)
            for store_id in connection.scalars(_STATUSES, {"grace": _GRACE_SECONDS}).all():
                self._doorbells.ring_statuses(store_id)
            waiting = sum(map(len, overdue.values()))
            if waiting:
                self._ring(overdue)
                _LOG.info("swept", stores=len(overdue), conversations=waiting)
            self._measure(overdue)
            return waiting

    def _ring(self, overdue: Overdue) -> None:
        self._doorbells.ring_all(
            Ring(store_id, [each for each, _ in waiting]) for store_id, waiting in overdue.items()
        )

    def _measure(self, overdue: Overdue) -> None:
        """Show each store's backlog; one that is through shows none."""
        stores = sorted(self._measured | overdue.keys())
        depths = self._doorbells.depths(stores) if stores else {}
        for store_id in stores:
            oldest = max((late for _, late in overdue.get(store_id, ())), default=0)
            metrics.oldest_pending_seconds.labels(store_id).set(oldest)
            metrics.queue_depth.labels(store_id).set(depths[store_id])
        self._measured = set(overdue)


def _overdue(connection: Connection) -> Overdue:
    limits = {"grace": _GRACE_SECONDS, "of_each_store": _MOST_OF_EACH_STORE}
    found: dict[str, list[tuple[str, float]]] = {}
    for row in connection.execute(_OVERDUE, limits):
        waiting = found.setdefault(row.store_id, [])
        waiting.append((str(row.conversation_id), row.overdue_seconds))
    return found
