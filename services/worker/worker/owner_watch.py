"""Step 7: notices while a reply is being computed that a person has taken the conversation over.

The plan's own commit is what makes such a reply void (P5); this only ends the work early, so that
an agent's words need not wait for an assistant's. A step asks at most every few milliseconds, and
what takes longer is cut off by a ticker that asks for all of the process together.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from common.database import Database
from common.errors import ServiceError
from common.leases import Lease
from worker.cutting import Cut, cuttable

_LOG = structlog.get_logger()
_FRESH_SECONDS = 0.05  # an answer that is there at once costs no question
_PASSED = "passed_epochs"


class TakenOverError(ServiceError):
    """A person has it now: compute nothing more for it."""

    code = "taken_over"

    def __init__(self) -> None:
        super().__init__("A person has taken over.")


class Tenure:
    """The ownership that a reply is computed under, for as long as it is."""

    def __init__(self, database: Database, lease: Lease, epoch: int, cut: Cut) -> None:
        self.key = (lease.store_id, lease.conversation_id, epoch)
        self.cut = cut
        self._database = database
        self._looked_at = time.monotonic()

    def check(self) -> None:
        """Raise TakenOverError when it has passed, unless that was asked a moment ago."""
        now = time.monotonic()
        if self.cut.is_cut:
            raise TakenOverError
        if now - self._looked_at < _FRESH_SECONDS:
            return
        self._looked_at = now
        if passed(self._database, [self.key]):
            raise TakenOverError


class OwnerWatch:
    """Watches what a process computes; a ticker calls `look` twice a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: set[Tenure] = set()
        self._lock = threading.Lock()

    @contextmanager
    def computing(self, lease: Lease, epoch: int) -> Iterator[Tenure]:
        """Watch while the block runs; it ends with TakenOverError when it was cut off."""
        with cuttable() as cut:
            tenure = Tenure(self._database, lease, epoch, cut)
            with self._lock:
                self._watched.add(tenure)
            try:
                yield tenure
            except ServiceError as error:
                if cut.is_cut:
                    raise TakenOverError from error
                raise
            finally:
                with self._lock:
                    self._watched.discard(tenure)

    def look(self) -> None:
        """Cut off what is computed for nothing; raises DatabaseUnavailableError."""
        with self._lock:
            watched = tuple(self._watched)
        if not watched:
            return
        void = passed(self._database, [each.key for each in watched])
        for each in watched:
            if each.key in void:
                each.cut.cut()
                _LOG.info("computing_cut_off", store=each.key[0])


def passed(database: Database, keys: list[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
    """Name those whose epoch has passed."""
    names = ("store_id", "conversation_id", "epoch")
    held = [dict(zip(names, key, strict=True)) for key in keys]
    rows = database.call_everywhere(_PASSED, json.dumps(held))
    return {(row.store_id, str(row.conversation_id), row.epoch) for row in rows}
