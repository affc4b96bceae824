"""Rings what has waited too long: repairs from SQL whatever Redis lost (P8).

Every worker process has one; an advisory lock lets one of them sweep at a time.
"""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Connection, text

from common import metrics
from common.database import Database
from common.queues import Doorbells

_LOG = structlog.get_logger()
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('mostrador.sweeper', 0))")
_OVERDUE = text("SELECT * FROM overdue_conversations(:grace, :of_each_store)")
_STATUSES = text("SELECT stores_with_overdue_statuses(:grace)")
_GRACE_SECONDS = 2.0  # a doorbell on its way needs no second one
_PATIENCE_SECONDS = 10.0  # with a queue that moves; after that its doorbell counts as lost
_MOST_OF_EACH_STORE = 500
# A queue with more bells than this for each waiting conversation is slow, not lossy.
_BELLS_PER_CONVERSATION = 2

# Of each store: the conversations that wait, and for how many seconds.
Overdue = Mapping[str, Sequence[tuple[str, float]]]


class Sweeper:
    """Finds what nobody is coming for; a ticker calls `sweep` every few seconds."""

    def __init__(self, database: Database, doorbells: Doorbells) -> None:
        self._database = database
        self._doorbells = doorbells
        self._measured: set[str] = set()

    def sweep(self) -> int:
        """Ring what is overdue; returns how many conversations.

        Keeps the lock while it rings, so that several processes do not ring the same. Raises
        DatabaseUnavailableError or redis.RedisError.
        """
        with self._database.everywhere() as connection:
            if not connection.scalar(_LOCK):
                return 0
            overdue = _overdue(connection)
            for store_id in connection.scalars(_STATUSES, {"grace": _GRACE_SECONDS}).all():
                self._doorbells.ring_statuses(store_id)
            self._measure(overdue)
            return sum(self._ring(store_id, waiting) for store_id, waiting in overdue.items())

    def _ring(self, store_id: str, waiting: Sequence[tuple[str, float]]) -> int:
        """Ring a store whose queue is empty; one whose queue moves only for what is very late."""
        bells = self._doorbells.depth(store_id)
        if bells > _BELLS_PER_CONVERSATION * len(waiting):
            return 0
        lost = [each for each, late in waiting if not bells or late > _PATIENCE_SECONDS]
        if lost:
            self._doorbells.ring(store_id, lost)
            _LOG.info("swept", store=store_id, conversations=len(lost))
        return len(lost)

    def _measure(self, overdue: Overdue) -> None:
        """Show each store's backlog; one that is through shows none."""
        for store_id in self._measured | overdue.keys():
            oldest = max((late for _, late in overdue.get(store_id, ())), default=0)
            metrics.oldest_pending_seconds.labels(store_id).set(oldest)
            metrics.queue_depth.labels(store_id).set(self._doorbells.depth(store_id))
        self._measured = set(overdue)


def _overdue(connection: Connection) -> Overdue:
    limits = {"grace": _GRACE_SECONDS, "of_each_store": _MOST_OF_EACH_STORE}
    found: dict[str, list[tuple[str, float]]] = {}
    for row in connection.execute(_OVERDUE, limits):
        waiting = found.setdefault(row.store_id, [])
        waiting.append((str(row.conversation_id), row.overdue_seconds))
    return found
