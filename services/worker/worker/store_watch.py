"""Picks up new stores while the worker runs, and leaves those that are not its own."""

import threading

import structlog
from dramatiq.brokers.redis import RedisBroker

from common.errors import ServiceError
from common.queues import queue_name
from common.stores import Stores

_LOG = structlog.get_logger()
_SECONDS = 1.0
EVERY_STORE = "all"


class StoreWatch:
    """Declares one queue for each store this worker serves."""

    def __init__(self, broker: RedisBroker, stores: Stores, worker_stores: str) -> None:
        self._broker = broker
        self._stores = stores
        self._only = _named(worker_stores)
        self._declared: set[str] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def look(self) -> None:
        """Declare the queues of stores that are new."""
        for store_id in set(self._stores.all_ids()) - self._declared:
            if self._only is None or store_id in self._only:
                self._broker.declare_queue(queue_name(store_id))
                _LOG.info("store_served", store=store_id)
            self._declared.add(store_id)

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except ServiceError as error:
                _LOG.warning("stores_not_read", code=error.code)
            if self._stopped.wait(_SECONDS):
                return


def _named(worker_stores: str) -> frozenset[str] | None:
    if worker_stores == EVERY_STORE:
        return None
    return frozenset(each.strip() for each in worker_stores.split(",") if each.strip())
