"""Renews the leases of the turns that run, however long they run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from common import leases
from common.database import Database
from common.errors import TemporaryError
from common.leases import Lease

_LOG = structlog.get_logger()
# Three chances to renew before a lease ends.
_RENEWALS_PER_LEASE = 3


class LeaseKeeper:
    """One thread for all leases of a process."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._held: set[Lease] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Keep a lease alive while the block runs."""
        with self._lock:
            self._held.add(lease)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(lease)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds / _RENEWALS_PER_LEASE):
            with self._lock:
                held = tuple(self._held)
            for lease in held:
                self._renew(lease)

    def _renew(self, lease: Lease) -> None:
        try:
            if not leases.renew(self._database, lease, self._seconds):
                # Nothing to stop here: the fence refuses whatever the turn still tries.
                _LOG.warning("lease_lost", store=lease.store_id, fence=lease.fence)
        except TemporaryError as error:
            _LOG.warning("lease_not_renewed", store=lease.store_id, code=error.code)
