"""Steps 9 and 10. Past facts: rows of the transaction that made them, announced after commit.

A row carries ids and codes, never text. It has no number until the sequencer gives it one,
so writers of one store never wait for each other here. The topic is a hint: who misses it
finds the row (P6, P8).
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
import structlog
from sqlalchemy import Connection, select, text

from common import models
from common.circuit import Circuit
from common.database import Database, announce_after_commit

_LOG = structlog.get_logger()
_RECORD = text("SELECT record_event(:store, :type, CAST(:session AS uuid), CAST(:refs AS jsonb))")
# Nothing without a number: then the head is all there is to know, and no lock is taken.
_SEQUENCE = text(
    """
    SELECT CASE WHEN EXISTS (SELECT FROM events WHERE store_id = :store_id AND seq IS NULL)
        THEN sequence_events(:store_id)
        ELSE coalesce((SELECT last_seq FROM event_heads WHERE store_id = :store_id), 0) END
    """
)
_UNNUMBERED = text("SELECT stores_with_unnumbered_events()")
# Hints that come closer than this go together.
_TOGETHER_SECONDS = 0.005

TYPES = (
    "session_new",
    "new_message",
    "chat_list_update",
    "session_update",
    "handover_waiting",
    "message_status",
    "message_update",
    "dead_letter",
    "store_paused",
    "store_resumed",
)


def topic(store_id: str) -> str:
    return f"events:{store_id}"


@dataclass(frozen=True)
class Event:
    """A numbered fact of one store."""

    seq: int
    type: str
    store_id: str
    session_id: str | None
    refs: dict[str, Any]
    at: datetime


def record(
    connection: Connection, store_id: str, event_type: str, session_id: str | None, **refs: object
) -> None:
    """Write an event in the caller's transaction; it is announced when that commits."""
    if event_type not in TYPES:
        raise ValueError(event_type)
    written = {"store": store_id, "type": event_type, "session": session_id}
    connection.execute(_RECORD, written | {"refs": json.dumps(refs)})
    announce_after_commit(connection, store_id)


def sequence(database: Database, store_id: str) -> int:
    """Give a number to what is committed without a number; returns the store's head."""
    with database.store(store_id) as connection:
        return sequence_in(connection, store_id)


def sequence_in(connection: Connection, store_id: str) -> int:
    """Do so in the caller's transaction, which should end soon: others wait for their numbers."""
    return int(connection.scalar(_SEQUENCE, {"store_id": store_id}) or 0)


def stores_to_sequence(database: Database) -> tuple[str, ...]:
    """Name the stores whose events wait for a number: repairs lost hints."""
    with database.everywhere() as connection:
        return tuple(connection.scalars(_UNNUMBERED))


def head(connection: Connection, store_id: str) -> int:
    query = select(models.event_heads.c.last_seq).where(models.event_heads.c.store_id == store_id)
    return int(connection.scalar(query) or 0)


def after(connection: Connection, store_id: str, seq: int, limit: int) -> Sequence[Event]:
    """Read the events that follow a number, oldest first."""
    table = models.events
    query = (
        select(table)
        .where(table.c.store_id == store_id, table.c.seq > seq)
        .order_by(table.c.seq)
        .limit(limit)
    )
    return [
        Event(row.seq, row.type, store_id, row.session_id, row.refs, row.created_at)
        for row in connection.execute(query)
    ]


class Announcer:
    """Publishes hints on `events:<store>`; a lost hint costs a moment, never an event.

    Calling it costs a turn nothing: one thread, started by the first hint of the process,
    publishes at once what waits, and together what comes within the next few milliseconds.
    """

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._circuit = Circuit()
        self._changed = threading.Condition()
        self._waiting: set[str] = set()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, store_id: str) -> None:
        with self._changed:
            self._waiting.add(store_id)
            self._changed.notify()
            # A process that was forked has the thread's name, and not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Publish what waits and end the thread."""
        self._closed.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while store_ids := self._next():
            self._publish(store_ids)
            self._closed.wait(_TOGETHER_SECONDS)

    def _next(self) -> set[str]:
        """Wait for hints; empty when the announcer was closed and none is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
            store_ids, self._waiting = self._waiting, set()
            return store_ids

    def _publish(self, store_ids: set[str]) -> None:
        if self._circuit.is_open:
            return
        try:
            with self._client.pipeline(transaction=False) as hints:
                for store_id in sorted(store_ids):
                    hints.publish(topic(store_id), json.dumps({"store_id": store_id}))
                hints.execute()
        except redis.RedisError as error:
            self._circuit.trip()
            _LOG.warning(
                "hint_not_published", stores=len(store_ids), error_type=type(error).__name__
            )
