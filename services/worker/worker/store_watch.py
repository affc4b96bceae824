"""Picks up new stores while the worker runs, and leaves those that are not its own."""

import structlog
from dramatiq.brokers.redis import RedisBroker

from common.queues import queue_name
from common.stores import Stores

_LOG = structlog.get_logger()
EVERY_STORE = "all"


class StoreWatch:
    """Declares one queue for each store this worker serves; a ticker calls `look`."""

    def __init__(self, broker: RedisBroker, stores: Stores, worker_stores: str) -> None:
        self._broker = broker
        self._stores = stores
        self._only = _named(worker_stores)
        self._seen: set[str] = set()

    def look(self) -> None:
        """Declare the queues of stores that are new; raises DatabaseUnavailableError."""
        for store_id in set(self._stores.all_ids()) - self._seen:
            if self._only is None or store_id in self._only:
                self._broker.declare_queue(queue_name(store_id))
                _LOG.info("store_served", store=store_id)
            self._seen.add(store_id)


def _named(worker_stores: str) -> frozenset[str] | None:
    if worker_stores == EVERY_STORE:
        return None
    return frozenset(each.strip() for each in worker_stores.split(",") if each.strip())
