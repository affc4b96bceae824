"""Messages that were given up: listed with their reason, replayed or discarded by a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_, update

from common import conversations, models, outbox
from common.errors import NotFoundError

MOST = 200


@dataclass(frozen=True)
class DeadLetter:
    """A message that reached its last attempt."""

    dead_letter_id: str
    conversation_id: str
    session_id: str | None
    kind: str
    reason: str
    attempts: int
    received_at: datetime
    died_at: datetime


def waiting(
    connection: Connection,
    store_id: str,
    before: tuple[datetime, str] | None = None,
    most: int = MOST,
) -> list[DeadLetter]:
    """List a store's dead letters, newest first; those before a death and an id, where given."""
    inbox, conversations = models.inbox, models.conversations
    query = (
        select(inbox, conversations.c.session_id)
        .join(
            conversations,
            (conversations.c.store_id == inbox.c.store_id)
            & (conversations.c.conversation_id == inbox.c.conversation_id),
        )
        .where(inbox.c.store_id == store_id, inbox.c.state == "dead")
        .order_by(inbox.c.finished_at.desc(), inbox.c.inbox_id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(tuple_(inbox.c.finished_at, inbox.c.inbox_id) < before)
    return [
        DeadLetter(
            dead_letter_id=row.inbox_id,
            conversation_id=row.conversation_id,
            session_id=row.session_id,
            kind=row.kind,
            reason=row.outcome,
            attempts=row.attempts,
            received_at=row.received_at,
            died_at=row.finished_at,
        )
        for row in connection.execute(query)
    ]


def retry(connection: Connection, store_id: str, dead_letter_id: str) -> str:
    """Put it back at its place with new attempts; returns the conversation to ring.

    A turn of which nothing has gone is computed anew; of another, what is left goes.
    """
    conversation_id, turn_id = _place_of(connection, store_id, dead_letter_id)
    epoch = conversations.lock(connection, store_id, conversation_id).epoch
    values: dict[str, object] = {"state": "pending", "attempts": 0, "due_at": func.now()}
    if turn_id is None or not outbox.reopen(connection, store_id, turn_id, epoch):
        values["turn_id"] = None
    return _leave(connection, store_id, dead_letter_id, **values)


def discard(connection: Connection, store_id: str, dead_letter_id: str) -> str:
    """Give it up for good; the row stays as a record."""
    return _leave(connection, store_id, dead_letter_id, state="discarded")


def _place_of(connection: Connection, store_id: str, dead_letter_id: str) -> tuple[str, str | None]:
    table = models.inbox
    query = select(table.c.conversation_id, table.c.turn_id).where(
        table.c.store_id == store_id, table.c.inbox_id == dead_letter_id, table.c.state == "dead"
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown()
    return row.conversation_id, row.turn_id


def _leave(connection: Connection, store_id: str, dead_letter_id: str, **values: object) -> str:
    table = models.inbox
    conversation_id = connection.scalar(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.inbox_id == dead_letter_id,
            table.c.state == "dead",
        )
        .values(**values)
        .returning(table.c.conversation_id)
    )
    if conversation_id is None:
        raise _unknown()
    return str(conversation_id)


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such dead letter.")
