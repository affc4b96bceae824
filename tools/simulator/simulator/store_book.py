"""The stores that exist: those of the demo file and those registered over HTTP.

The demo file is written by `make run`, perhaps after the simulator started, and is read again
whenever it changed on disk. It is never written here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import structlog

from common.errors import StoreNotFoundError
from simulator.store import Product, SimulatedStore

_log = structlog.get_logger(__name__)
_Stamp = tuple[int, int, int]


class StoreBook:
    """Looks stores up by id or by phone number id; safe to use from many threads."""

    def __init__(self, demo_file: Path) -> None:
        self._demo_file = demo_file
        self._lock = Lock()
        self._stamp: _Stamp | None = None
        self._from_demo: dict[str, SimulatedStore] = {}
        self._registered: dict[str, SimulatedStore] = {}
        self._known: dict[str, SimulatedStore] = {}
        self._by_number: dict[str, SimulatedStore] = {}

    def get(self, store_id: str) -> SimulatedStore:
        """Return a store; raises StoreNotFoundError."""
        with self._lock:
            self._read_demo_when_changed()
            store = self._known.get(store_id)
        if store is None:
            raise StoreNotFoundError(store_id)
        return store

    def by_number(self, phone_number_id: str) -> SimulatedStore | None:
        with self._lock:
            self._read_demo_when_changed()
            return self._by_number.get(phone_number_id)

    def all(self) -> tuple[SimulatedStore, ...]:
        with self._lock:
            self._read_demo_when_changed()
            return tuple(self._known.values())

    def register(self, store: SimulatedStore) -> None:
        """Add or replace a store; it wins over the demo file until the simulator ends."""
        with self._lock:
            self._registered[store.id] = store
            self._index()

    def _read_demo_when_changed(self) -> None:
        stamp = _stamp_of(self._demo_file)
        if stamp is None or stamp == self._stamp:
            return
        try:
            demo = json.loads(self._demo_file.read_bytes())
            stores = {store.id: store for store in _stores_in(demo)}
        except (OSError, ValueError, TypeError, KeyError):
            # Caught while it is being written: what was known stays, the next look tries again.
            _log.warning("demo_file_unreadable")
            return
        self._from_demo, self._stamp = stores, stamp
        self._index()

    def _index(self) -> None:
        self._known = {**self._from_demo, **self._registered}
        self._by_number = {store.phone_number_id: store for store in self._known.values()}


def _stamp_of(file: Path) -> _Stamp | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _stores_in(demo: Any) -> Iterator[SimulatedStore]:
    for each in demo["stores"]:
        yield SimulatedStore(
            id=str(each["id"]),
            phone_number_id=str(each["phone_number_id"]),
            app_secret=str(each["app_secret"]),
            display_phone_number=str(each.get("display_phone_number") or ""),
            name=str(each.get("name") or ""),
            products=tuple(_product(product) for product in each.get("products") or ()),
        )


def _product(each: Any) -> Product:
    return Product(str(each["name"]), str(each.get("image_url") or ""))
