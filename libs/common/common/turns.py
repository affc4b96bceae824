"""Step 6. The ordered inbox rows that are answered together, and how their turn ends.

An attempt is counted before it is handled, so that a message that kills its worker is
counted too. While the head of a conversation waits, the conversation waits and no other. The
rules are in 0008_turns.sql and 0031_behind_a_head.sql, the order within a turn in
0012_kinds.sql. What takes a `Connection` runs in a transaction whose fence was checked; what
takes a `Database` checks it itself, raises LeaseLostError and is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from common import models
from common.database import Database, announce_after_commit
from common.leases import Lease

# A burst longer than this is answered in several turns.
_MOST_ROWS = 20
_RESEND = "resend|"  # `ask_again` in 0017_settling.sql: resend|<outbox id>|<unique>
_NOTE = "note|"  # `commands.release`: note|<conversation>|<unique>
_NEXT_DUE = text("SELECT next_due(:store_id, CAST(:conversation_id AS uuid))")
_END = text(
    """
    SELECT end_turn(
        :store_id, CAST(:turn_id AS uuid), CAST(:rows AS uuid[]), :state, :outcome)
    """
)
_HOLD = text(
    """
    UPDATE inbox SET due_at = 'infinity', attempts = greatest(attempts - 1, 0),
        turn_id = CASE WHEN EXISTS (
            SELECT 1 FROM outbox WHERE store_id = :store_id AND turn_id = CAST(:turn_id AS uuid))
            THEN turn_id END
    WHERE store_id = :store_id AND inbox_id = ANY (CAST(:rows AS uuid[]))
    """
)
_STAND_ASIDE = text(
    """
    UPDATE turns SET state = 'done', outcome = 'held'
    WHERE store_id = :store_id AND turn_id = CAST(:turn_id AS uuid)
    """
)


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
    is_behind: bool = False  # only to be shown: what was begun before it waits

    @property
    def kind(self) -> str:
        return self.mail[0].kind

    @property
    def resends(self) -> str | None:
        """Name the part that this turn is to send again, if that is what it is for."""
        if self.kind != "command" or not self.mail[0].event_id.startswith(_RESEND):
            return None
        return self.mail[0].event_id.split("|")[1]

    @property
    def notes(self) -> bool:
        """Say whether this turn is for an agent's note, of which nothing is sent."""
        return self.kind == "command" and self.mail[0].event_id.startswith(_NOTE)

    @property
    def inbox_ids(self) -> list[str]:
        return [each.inbox_id for each in self.mail]


@dataclass(frozen=True)
class NotDue:
    """The head waits for its hold-back, its next attempt or a status; or its holder for its end."""

    seconds: float


@dataclass(frozen=True)
class Taker:
    """Who takes conversations, and for how long at a time."""

    holder: str
    lease_seconds: float


@dataclass(frozen=True)
class Ended:
    """A turn that is through, and in how many seconds the conversation's next mail is due."""

    outcome: str
    next_due: float | None


def begin(
    database: Database,
    store_id: str,
    conversation_id: str,
    taker: Taker,
    most_attempts: int,
    *,
    is_paused: bool = False,
) -> Turn | NotDue | None:
    """Take the lease, and count an attempt at the head of the conversation and what goes with it.

    Returns None when nothing is pending or all is held, and NotDue until another holder's lease
    runs out when somebody else has it. The last attempt of a burst of which nothing is planned
    is made with its head alone. In a paused store, what is not held yet is taken up before what
    is: to be shown and held.
    """
    its = (conversation_id, taker.holder, taker.lease_seconds, _MOST_ROWS, most_attempts, is_paused)
    rows = database.call("begin_turn", store_id, *its)
    if not rows:
        return None
    if rows[0].inbox_id is None:
        return NotDue(rows[0].wait)
    return read(Lease(store_id, conversation_id, taker.holder, rows[0].fence), rows)


def read(lease: Lease, rows: Sequence[Any]) -> Turn:
    """Make a turn of the rows that were taken up."""
    mail = tuple(
        Mail(
            inbox_id=str(row.inbox_id),
            kind=row.kind,
            event_id=row.event_id,
            payload_sealed=bytes(row.payload_sealed),
            received_at=row.received_at,
            sent_at=row.sent_at,
            attempts=row.attempts,
        )
        for row in rows
    )
    return Turn(
        lease,
        str(rows[0].turn_id),
        mail,
        attempts=max(each.attempts for each in mail),
        is_behind=getattr(rows[0], "wait", None) is not None,
    )


def end(database: Database, turn: Turn, outcome: str) -> float | None:
    """End a turn well and give the conversation back, in one step.

    Returns in how many seconds the conversation's next mail is due; None when there is none.
    """
    (row,) = database.call(
        "finish_turn", turn.lease.store_id, *_its(turn), turn.turn_id, turn.inbox_ids, outcome
    )
    return _seconds(row[0])


def end_sent(
    database: Database, turn: Turn, outcome: str, part_id: str, wamid: str
) -> Ended | None:
    """Settle the last part as accepted and end the turn with it, in one step.

    None when a status has settled the part otherwise: the turn is still open.
    """
    sent = (turn.turn_id, turn.inbox_ids, outcome, part_id, wamid)
    (row,) = database.call(
        "end_sending", turn.lease.store_id, *_its(turn), *sent, makes_events=True
    )
    return Ended(outcome, _seconds(row.wait)) if row.state == "accepted" else None


def finish(connection: Connection, turn: Turn, outcome: str) -> None:
    """End a turn well in the caller's transaction, saying how."""
    _end(connection, turn, "done", outcome)


def bury(connection: Connection, turn: Turn, reason: str) -> None:
    """End a turn as a dead letter, visible with its reason and replayable."""
    _end(connection, turn, "dead", reason)
    announce_after_commit(connection, turn.lease.store_id)


def next_due(connection: Connection, store_id: str, conversation_id: str) -> float | None:
    """Say in how many seconds the head is due, 0 for now; None when nothing is or all is held."""
    its = {"store_id": store_id, "conversation_id": conversation_id}
    return _seconds(connection.scalar(_NEXT_DUE, its))


def has_command(connection: Connection, store_id: str, conversation_id: str) -> bool:
    """Say whether an agent's command is pending in the conversation."""
    table = models.inbox
    query = (
        select(table.c.inbox_id)
        .where(
            table.c.store_id == store_id,
            table.c.conversation_id == conversation_id,
            table.c.state == "pending",
            table.c.kind == "command",
        )
        .limit(1)
    )
    return connection.scalar(query) is not None


def hold(connection: Connection, turn: Turn) -> None:
    """Keep a turn's mail, uncounted, until its store is active again.

    The turn stands aside, so that what comes behind it can be shown too. Unless something of it
    is planned it is forgotten: all that was held is answered together.
    """
    its = {"store_id": turn.lease.store_id, "turn_id": turn.turn_id, "rows": turn.inbox_ids}
    connection.execute(_HOLD, its)
    connection.execute(_STAND_ASIDE, its)


def resume_held(connection: Connection) -> int:
    """Make what active stores still hold due now, in all stores; returns how many rows."""
    return int(connection.scalar(text("SELECT resume_held()")) or 0)


def postpone(connection: Connection, turn: Turn, seconds: float, *, counted: bool) -> None:
    """Try again later; an attempt that only waited for a status is not counted.

    The rows keep that this attempt came to an end: they are no poison (`take_up`).
    """
    table = models.inbox
    connection.execute(
        update(table)
        .where(table.c.store_id == turn.lease.store_id, table.c.inbox_id.in_(turn.inbox_ids))
        .values(
            due_at=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds),
            attempts=table.c.attempts if counted else func.greatest(table.c.attempts - 1, 0),
            outcome="postponed",
        )
    )


def _end(connection: Connection, turn: Turn, state: str, outcome: str) -> None:
    its = {"store_id": turn.lease.store_id, "turn_id": turn.turn_id, "rows": turn.inbox_ids}
    connection.execute(_END, its | {"state": state, "outcome": outcome})


def _its(turn: Turn) -> tuple[str, str, int]:
    return turn.lease.conversation_id, turn.lease.holder, turn.lease.fence


def _seconds(wait: float | None) -> float | None:
    return None if wait is None else float(wait)
