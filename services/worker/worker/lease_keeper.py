"""Renews the leases of the turns that run, however long they run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from common import leases
from common.database import Database
from common.errors import ServiceError
from common.leases import Lease

_LOG = structlog.get_logger()
# Three chances to renew before a lease ends.
RENEWALS_PER_LEASE = 3


class LeaseKeeper:
    """Holds the leases of a process; a ticker calls `renew` several times in a lease's life."""

    def __init__(self, database: Database, holder: str, seconds: float) -> None:
        self._database = database
        self._holder = holder
        self._seconds = seconds
        self._held: set[Lease] = set()
        self._lock = threading.Lock()

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

    def hand_back(self) -> None:
        """Give back what this process still holds as it ends: the next holder need not wait."""
        with self._lock:
            held = tuple(self._held)
        for lease in held:
            try:
                leases.hand_back(self._database, lease)
            except ServiceError as error:
                _LOG.warning("lease_not_handed_back", store=lease.store_id, code=error.code)

    def renew(self) -> None:
        """Renew what is held; raises DatabaseUnavailableError."""
        with self._lock:
            held = tuple(self._held)
        for lease in leases.renew(self._database, self._holder, held, self._seconds):
            # Nothing to stop here: the fence refuses whatever the turn still tries.
            _LOG.warning("lease_lost", store=lease.store_id, fence=lease.fence)
