"""Rings what has waited too long: repairs from SQL whatever Redis lost (P8).

Every worker process runs one; an advisory lock lets one of them sweep at a time.
"""

import threading

import redis
import structlog
from sqlalchemy import text

from common import metrics
from common.database import Database
from common.errors import ServiceError
from common.queues import Doorbells

_LOG = structlog.get_logger()
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('mostrador.sweeper', 0))")
_OVERDUE = text("SELECT * FROM overdue_conversations(:grace, :at_most)")
_STATUSES = text("SELECT stores_with_overdue_statuses(:grace)")
_GRACE_SECONDS = 2.0  # a doorbell on its way needs no second one
_PATIENCE_SECONDS = 10.0  # with a queue that moves; after that its doorbell counts as lost
_MOST_AT_ONCE = 1000


class Sweeper:
    """One thread that sweeps every few seconds."""

    def __init__(self, database: Database, doorbells: Doorbells, seconds: float) -> None:
        self._database = database
        self._doorbells = doorbells
        self._seconds = seconds
        self._measured: set[str] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def sweep(self) -> int:
        """Ring what is overdue; returns how many conversations."""
        with self._database.everywhere() as connection:
            if not connection.scalar(_LOCK):
                return 0
            limits = {"grace": _GRACE_SECONDS, "at_most": _MOST_AT_ONCE}
            overdue = connection.execute(_OVERDUE, limits).all()
            stores = list(connection.scalars(_STATUSES, {"grace": _GRACE_SECONDS}))
        for store_id in stores:
            self._doorbells.ring_statuses(store_id)
        by_store: dict[str, list[tuple[str, float]]] = {}
        for row in overdue:
            pending = by_store.setdefault(row.store_id, [])
            pending.append((str(row.conversation_id), row.overdue_seconds))
        self._measure(by_store)
        return sum(self._ring(store_id, pending) for store_id, pending in by_store.items())

    def _measure(self, by_store: dict[str, list[tuple[str, float]]]) -> None:
        """Show each store's backlog; one that is through shows none."""
        for store_id in self._measured | by_store.keys():
            oldest = max((late for _, late in by_store.get(store_id, [])), default=0)
            metrics.oldest_pending_seconds.labels(store_id).set(oldest)
            metrics.queue_depth.labels(store_id).set(self._doorbells.depth(store_id))
        self._measured = set(by_store)

    def _ring(self, store_id: str, pending: list[tuple[str, float]]) -> int:
        """Ring a store whose queue is empty; one whose queue moves only for what is very late."""
        waiting = self._doorbells.depth(store_id)
        lost = [each for each, late in pending if not waiting or late > _PATIENCE_SECONDS]
        if lost:
            self._doorbells.ring(store_id, lost)
            _LOG.info("swept", store=store_id, conversations=len(lost))
        return len(lost)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self.sweep()
            except (ServiceError, redis.RedisError) as error:
                _LOG.warning("sweep_failed", error_type=type(error).__name__)
