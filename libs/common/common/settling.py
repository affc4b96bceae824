"""Step 8, second half. What became of a part that went.

Told by the send's own answer or by a status, whichever is first. A part is settled once; what
nobody can say stays `unknown` until a status comes or a person is told (P4).
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select, text, update

from common import models
from common.database import Database, announce_after_commit
from common.leases import Lease
from common.outbox import NOT_BEGUN, ON_ITS_WAY, change_state, named

# What agents read beside a part that nobody could confirm.
UNCONFIRMED = "No confirmation from WhatsApp."

_ACCEPT = text("SELECT accept_part(:store_id, CAST(:part AS uuid), :wamid, :status)")
_FAIL = text("SELECT fail_part(:store_id, CAST(:part AS uuid), :code, :reason)")
_REFUSE = text("SELECT * FROM refuse_part(:store_id, CAST(:part AS uuid), :code, :reason, :most)")
_RETRY = text(
    """
    SELECT * FROM retry_message(
        :store_id, CAST(:conversation AS uuid), CAST(:message AS uuid))
    """
)


def accept(
    connection: Connection, store_id: str, outbox_id: str, wamid: str, status: str = "sent"
) -> bool:
    """Settle a part as accepted and move its message forward; says whether that settled it.

    A second wamid for it is a confirmed duplicate, on record.
    """
    announce_after_commit(connection, store_id)
    said = {"store_id": store_id, "part": outbox_id, "wamid": wamid, "status": status}
    return bool(connection.scalar(_ACCEPT, said))


def fail(connection: Connection, store_id: str, outbox_id: str, code: str, reason: str) -> bool:
    """Settle a part that was on its way as failed for good, and its message with it."""
    announce_after_commit(connection, store_id)
    said = {"store_id": store_id, "part": outbox_id, "code": code, "reason": reason}
    return bool(connection.scalar(_FAIL, said))


@dataclass(frozen=True)
class Refused:
    """A part that was refused for now: how often by now, and whether it goes again."""

    refusals: int
    goes_again: bool


def refuse(
    connection: Connection, store_id: str, outbox_id: str, error: tuple[str, str], most: int
) -> Refused | None:
    """Let a part go again that was refused for now, unless this was the last of `most` attempts.

    `error` is its code and reason; `most` 0 means that there is no last attempt. None when the
    part did not stand as on its way any more: a status has settled it.
    """
    announce_after_commit(connection, store_id)
    code, reason = error
    its = {"store_id": store_id, "part": outbox_id, "code": code, "reason": reason, "most": most}
    row = connection.execute(_REFUSE, its).one_or_none()
    return None if row is None else Refused(row.refusals, row.goes_again)


def count_refusal(connection: Connection, store_id: str, outbox_id: str) -> int:
    """Count a refusal of a part that has not begun, as of its file; returns how many it has."""
    table = models.outbox
    counted = (
        update(table)
        .where(named(store_id, outbox_id), table.c.state.in_(NOT_BEGUN))
        .values(refusals=table.c.refusals + 1)
        .returning(table.c.refusals)
    )
    return int(connection.scalar(counted) or 1)


def put_off(connection: Connection, store_id: str, outbox_id: str, seconds: float) -> None:
    """Let a refused part go again no earlier, whatever else makes its turn due."""
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    change_state(connection, store_id, outbox_id, NOT_BEGUN, not_before=until)


def step_back(connection: Connection, store_id: str, outbox_id: str) -> bool:
    """Let a part go again that provably never left, uncounted."""
    return change_state(connection, store_id, outbox_id, ("sending",), state="retry")


def lose_sight(connection: Connection, store_id: str, outbox_id: str, reason: str) -> bool:
    """Nobody can say whether the part arrived: wait for its status."""
    return change_state(
        connection, store_id, outbox_id, ("sending",), state="unknown", error_reason=reason
    )


def abandon(connection: Connection, these: ColumnElement[bool]) -> list[str]:
    """Flag what of these parts nobody can account for; returns those."""
    table = models.outbox
    statement = (
        update(table)
        .where(these, table.c.state.in_(ON_ITS_WAY), table.c.flagged.is_(False))
        .values(state="unknown", flagged=True)
        .returning(table.c.outbox_id)
    )
    return list(connection.scalars(statement))


def is_waiting(connection: Connection, these: ColumnElement[bool]) -> bool:
    """Say whether one of these parts is still unknown, once any status at work on it is through."""
    table = models.outbox
    query = (
        select(table.c.outbox_id)
        .where(these, table.c.state == "unknown", table.c.flagged.is_(False))
        .with_for_update(read=True)
    )
    return bool(connection.scalars(query).all())


@dataclass(frozen=True)
class Silence:
    """What silence means: waits (so many seconds more), resend, flagged or settled."""

    verdict: str
    remaining: float


def judge_silence(
    database: Database, lease: Lease, outbox_id: str, seconds: float, policy: str
) -> Silence:
    """Judge a part whose fate is unknown, and write the verdict down. Raises LeaseLostError.

    The policies are those of a store's `unknown_policy`; the rule is in 0017_settling.sql.
    """
    its = (lease.conversation_id, lease.holder, lease.fence, outbox_id)
    asked = (seconds, policy, UNCONFIRMED)
    (row,) = database.call("judge_silence", lease.store_id, *its, *asked, makes_events=True)
    return Silence(row.verdict, float(row.remaining))


@dataclass(frozen=True)
class Retried:
    """What became of a person's wish that a message goes again, and as which attempt."""

    verdict: str  # asked, asked_before, unknown_message, not_failed, window_closed
    attempt: int
    conversation_id: str = ""


def retry_message(
    connection: Connection, store_id: str, conversation_id: str, message_id: str
) -> Retried:
    """Let a failed or unconfirmed message of ours go again. Ring after the commit."""
    announce_after_commit(connection, store_id)
    its = {"store_id": store_id, "conversation": conversation_id, "message": message_id}
    row = connection.execute(_RETRY, its).one()
    return Retried(row.verdict, row.attempt or 0)


def has_doubled(connection: Connection, store_id: str, outbox_id: str) -> bool:
    """Say whether a part is known to have arrived twice."""
    query = select(models.outbox.c.duplicate_wamid).where(named(store_id, outbox_id))
    return connection.scalar(query) is not None
