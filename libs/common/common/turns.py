"""Step 6. The ordered inbox rows that are answered together, and how their turn ends.

An attempt is counted before it is handled, so that a message that kills its worker is
counted too. While the head of a conversation waits, the conversation waits and no other.
Every function runs in a transaction whose fence was checked.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from common import events, models
from common.leases import Lease, check

# A burst longer than this is answered in several turns.
_MOST_ROWS = 20


@dataclass(frozen=True)
class Mail:
    """One inbox row of a turn."""

    inbox_id: str
    kind: str
    event_id: str
    payload_sealed: bytes
    received_at: datetime
    sent_at: datetime | None
    attempts: int


@dataclass(frozen=True)
class Turn:
    """Work to do. `attempts` counts this one too."""

    lease: Lease
    turn_id: str
    mail: tuple[Mail, ...]
    attempts: int

    @property
    def kind(self) -> str:
        return self.mail[0].kind


@dataclass(frozen=True)
class NotDue:
    """The head waits for its hold-back, its next attempt or a status."""

    seconds: float


def begin(connection: Connection, lease: Lease) -> Turn | NotDue | None:
    """Count an attempt at the head of the conversation and make or resume its turn.

    Returns None when nothing is pending. Commit before handling what it returns.
    """
    check(connection, lease)
    pending = _pending(connection, lease)
    if not pending:
        return None
    if pending[0].wait > 0:
        return NotDue(seconds=pending[0].wait)
    turn_id = pending[0].turn_id or _new_turn(connection, lease)
    rows = _together(pending)
    _count_attempt(connection, lease, turn_id, rows)
    mail = tuple(_mail(row) for row in rows)
    return Turn(lease, turn_id, mail, attempts=max(each.attempts for each in mail))


def finish(connection: Connection, turn: Turn, outcome: str) -> None:
    """End a turn well, saying how."""
    _end(connection, turn, "done", outcome)


def bury(connection: Connection, turn: Turn, reason: str) -> None:
    """End a turn as a dead letter, visible with its reason and replayable."""
    _end(connection, turn, "dead", reason)
    for each in turn.mail:
        events.record(
            connection,
            turn.lease.store_id,
            "dead_letter",
            None,
            dead_letter_id=each.inbox_id,
            reason=reason,
        )


def next_due(connection: Connection, store_id: str, conversation_id: str) -> float | None:
    """Say in how many seconds the head is due, 0 for now; None when nothing is pending."""
    head = connection.execute(_in_order(store_id, conversation_id).limit(1)).one_or_none()
    return None if head is None else max(float(head.wait), 0.0)


def postpone(connection: Connection, turn: Turn, seconds: float, *, counted: bool) -> None:
    """Try again later; an attempt that only waited for a status is not counted."""
    table = models.inbox
    connection.execute(
        update(table)
        .where(table.c.store_id == turn.lease.store_id, table.c.inbox_id.in_(_ids(turn)))
        .values(
            due_at=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds),
            attempts=table.c.attempts if counted else func.greatest(table.c.attempts - 1, 0),
        )
    )


def hurry(connection: Connection, store_id: str, conversation_id: str) -> None:
    """Make a conversation's open turn due now: what it waited for has come."""
    table = models.inbox
    connection.execute(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.conversation_id == conversation_id,
            table.c.turn_id.is_not(None),
            table.c.state == "pending",
        )
        .values(due_at=func.clock_timestamp())
    )


def _pending(connection: Connection, lease: Lease) -> list[Row[tuple[object, ...]]]:
    query = _in_order(lease.store_id, lease.conversation_id).limit(_MOST_ROWS)
    return list(connection.execute(query))


def _in_order(store_id: str, conversation_id: str) -> Select[Any]:
    """Ask for what is pending, the head first."""
    table, turns = models.inbox, models.turns
    wait = func.extract("epoch", table.c.due_at - func.clock_timestamp()).label("wait")
    return (
        select(table, wait)
        .outerjoin(
            turns, (turns.c.store_id == table.c.store_id) & (turns.c.turn_id == table.c.turn_id)
        )
        .where(
            table.c.store_id == store_id,
            table.c.conversation_id == conversation_id,
            table.c.state == "pending",
        )
        # A turn that has begun ends before a replayed dead letter of an earlier place goes.
        .order_by((turns.c.state == "open").desc().nulls_last(), table.c.seq)
    )


def _together(pending: list[Row[tuple[object, ...]]]) -> list[Row[tuple[object, ...]]]:
    """Take the head's whole turn: the rows it was made of, or the burst that has come so far."""
    head = pending[0]
    if head.turn_id is not None:
        return [row for row in pending if row.turn_id == head.turn_id]
    if head.kind == "command":
        return [head]
    return list(takewhile(lambda row: row.kind == "message" and row.turn_id is None, pending))


def _new_turn(connection: Connection, lease: Lease) -> str:
    statement = (
        insert(models.turns)
        .values(store_id=lease.store_id, conversation_id=lease.conversation_id, fence=lease.fence)
        .returning(models.turns.c.turn_id)
    )
    return str(connection.scalar(statement))


def _count_attempt(
    connection: Connection, lease: Lease, turn_id: str, rows: list[Row[tuple[object, ...]]]
) -> None:
    inbox, turns = models.inbox, models.turns
    connection.execute(
        update(inbox)
        .where(
            inbox.c.store_id == lease.store_id,
            inbox.c.inbox_id.in_([row.inbox_id for row in rows]),
        )
        .values(turn_id=turn_id, attempts=inbox.c.attempts + 1)
    )
    connection.execute(
        update(turns)
        .where(turns.c.store_id == lease.store_id, turns.c.turn_id == turn_id)
        .values(state="open", fence=lease.fence, finished_at=None)
    )


def _mail(row: Row[tuple[object, ...]]) -> Mail:
    return Mail(
        inbox_id=row.inbox_id,
        kind=row.kind,
        event_id=row.event_id,
        payload_sealed=bytes(row.payload_sealed),
        received_at=row.received_at,
        sent_at=row.sent_at,
        attempts=row.attempts + 1,
    )


def _end(connection: Connection, turn: Turn, state: str, outcome: str) -> None:
    inbox, turns = models.inbox, models.turns
    connection.execute(
        update(inbox)
        .where(inbox.c.store_id == turn.lease.store_id, inbox.c.inbox_id.in_(_ids(turn)))
        .values(state=state, outcome=outcome, finished_at=func.clock_timestamp())
    )
    connection.execute(
        update(turns)
        .where(turns.c.store_id == turn.lease.store_id, turns.c.turn_id == turn.turn_id)
        .values(state=state, outcome=outcome, finished_at=func.clock_timestamp())
    )


def _ids(turn: Turn) -> list[str]:
    return [each.inbox_id for each in turn.mail]
