"""Finds a delivery's store without ever holding up the event loop.

A store is at most one second old, with its secrets opened once for all deliveries of that
second. Who asks at the same moment shares one question.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from common.errors import DatabaseUnavailableError, StoreNotFoundError
from common.identifiers import is_store_id
from common.queues import Pace
from common.sealing import StoreSeal
from common.stores import Store, Stores
from ingress.refusals import FullError

_FRESH_SECONDS = 1.0
_MOST_CACHED = 20_000
_THREADS = 2
_MOST_QUESTIONS = 256
_MANY_QUESTIONS = 8


@dataclass(frozen=True)
class OpenStore:
    """A store, and what the door needs of it."""

    store: Store
    seal: StoreSeal
    app_secrets: tuple[str, ...]
    pace: Pace

    @property
    def store_id(self) -> str:
        return self.store.store_id


class StoreLookup:
    """Finds stores for one event loop."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._threads = ThreadPoolExecutor(_THREADS, "store-lookup")
        self._cached: dict[str, tuple[float, OpenStore | None]] = {}
        self._asking: dict[str, asyncio.Task[OpenStore | None]] = {}

    async def find(self, store_id: str, deadline: float) -> OpenStore:
        """Find a store; raises StoreNotFoundError.

        DatabaseUnavailableError at the deadline, by the loop's clock.
        """
        fresh_until, found = self._cached.get(store_id, (0.0, None))
        if fresh_until < time.monotonic():
            found = await self._ask(store_id, deadline)
        if found is None:
            raise StoreNotFoundError(store_id)
        return found

    def is_unknown(self, store_id: str) -> bool:
        """Say whether nobody here has met such a store lately; asks nobody."""
        return self._cached.get(store_id, (0.0, None))[1] is None

    @property
    def is_asked_much(self) -> bool:
        """Say whether several stores are being asked for at this moment."""
        return len(self._asking) >= _MANY_QUESTIONS

    async def _ask(self, store_id: str, deadline: float) -> OpenStore | None:
        if not is_store_id(store_id):
            return None
        asking = self._asking.get(store_id)
        if asking is None:
            if len(self._asking) >= _MOST_QUESTIONS:
                raise FullError
            asking = asyncio.create_task(self._read(store_id))
            self._asking[store_id] = asking
            asking.add_done_callback(lambda _: self._asking.pop(store_id, None))
        try:
            # Shielded: one caller's patience must not end what the others wait for.
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(asking)
        except TimeoutError as error:
            raise DatabaseUnavailableError("The database does not answer.") from error

    async def _read(self, store_id: str) -> OpenStore | None:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._open, store_id
        )
        if len(self._cached) >= _MOST_CACHED:
            self._cached.clear()
        self._cached[store_id] = (time.monotonic() + _FRESH_SECONDS, found)
        return found

    def _open(self, store_id: str) -> OpenStore | None:
        self._stores.forget(store_id)
        try:
            store = self._stores.get(store_id)
        except StoreNotFoundError:
            return None
        return OpenStore(
            store=store,
            seal=self._stores.seal_of(store),
            app_secrets=self._stores.app_secrets(store),
            pace=Pace.of(store.settings),
        )
