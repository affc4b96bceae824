"""Steps 9 and 10. Past facts: rows of the transaction that made them, announced after commit.

A row carries ids and codes, never text. It has no number until the sequencer gives it one,
so writers of one store never wait for each other here. The topic is a hint: who misses it
finds the row (P6, P8).
"""

import json
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
_SEQUENCE = text("SELECT sequence_events(:store_id)")
_UNNUMBERED = text("SELECT stores_with_unnumbered_events()")

TYPES = (
    "session_new",
    "new_message",
    "chat_list_update",
    "session_update",
    "message_status",
    "dead_letter",
    "store_paused",
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
    """Publishes hints on `events:<store>`; a lost hint costs a moment, never an event."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._circuit = Circuit()

    def __call__(self, store_id: str) -> None:
        if self._circuit.is_open:
            return
        try:
            self._client.publish(topic(store_id), json.dumps({"store_id": store_id}))
        except redis.RedisError as error:
            self._circuit.trip()
            _LOG.warning("hint_not_published", store=store_id, error_type=type(error).__name__)
