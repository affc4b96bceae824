"""Step 8, second half. What became of a part that went.

Told by the send's own answer or by a status, whichever is first. A part is settled once; what
nobody can say stays `unknown` until a status comes or a person is told (P4).
"""

from sqlalchemy import Connection, func, select, text, update

from common import models
from common.database import announce_after_commit
from common.outbox import ON_ITS_WAY, Part, change_state, of_turn

_ACCEPT = text("SELECT accept_part(:store_id, CAST(:part AS uuid), :wamid, :status)")
_FAIL = text("SELECT fail_part(:store_id, CAST(:part AS uuid), :code, :reason)")


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


def retry_later(
    connection: Connection, store_id: str, outbox_id: str, code: str, reason: str
) -> bool:
    """Let a part go again: it provably never left, or was refused for now."""
    return change_state(
        connection,
        store_id,
        outbox_id,
        ("sending",),
        state="retry",
        error_code=code,
        error_reason=reason,
    )


def lose_sight(connection: Connection, store_id: str, outbox_id: str, reason: str) -> bool:
    """Nobody can say whether the part arrived: wait for its status."""
    return change_state(
        connection, store_id, outbox_id, ("sending",), state="unknown", error_reason=reason
    )


def abandon(connection: Connection, store_id: str, turn_id: str) -> list[str]:
    """Flag what a turn that ends now cannot account for; returns those parts."""
    table = models.outbox
    statement = (
        update(table)
        .where(
            of_turn(store_id, turn_id),
            table.c.state.in_(ON_ITS_WAY),
            table.c.flagged.is_(False),
        )
        .values(state="unknown", flagged=True)
        .returning(table.c.outbox_id)
    )
    return list(connection.scalars(statement))


def is_waiting(connection: Connection, store_id: str, turn_id: str) -> bool:
    """Say whether a part of a turn is still unknown, once any status at work on it is through."""
    table = models.outbox
    query = (
        select(table.c.outbox_id)
        .where(
            of_turn(store_id, turn_id),
            table.c.state == "unknown",
            table.c.flagged.is_(False),
        )
        .with_for_update(read=True)
    )
    return bool(connection.scalars(query).all())


def age(connection: Connection, part: Part) -> float:
    """Count the seconds since a part began to go, by the database's clock."""
    table = models.outbox
    seconds = func.extract("epoch", func.clock_timestamp() - table.c.sending_at)
    query = select(seconds).where(
        table.c.store_id == part.store_id, table.c.outbox_id == part.outbox_id
    )
    return float(connection.scalar(query) or 0)


def flag(connection: Connection, store_id: str, outbox_id: str) -> bool:
    """No status came in time: a person must look. It is not sent again."""
    return change_state(connection, store_id, outbox_id, ("unknown",), flagged=True)
