"""Steps 7 and 8. Every part of every reply, before, while and after it goes.

The one module that writes `outbox`. The commit of `sending` is the decisive point (P4):
killed before it, a part is sent once; killed after it, the part is `unknown` until a status
settles it or a person is told. A bot part begins only under the epoch it was computed for (P5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from common import models
from common.conversations import Conversation, lock
from common.leases import Lease, check

UNSETTLED = ("ready", "sending", "retry", "unknown")
_NOT_BEGUN = ("ready", "retry")
_ON_ITS_WAY = ("sending", "unknown")
# A refusal may be wrong: a status of a part that waits to go again says that it has arrived.
_MAY_HAVE_LEFT = (*_ON_ITS_WAY, "retry")


@dataclass(frozen=True)
class NewPart:
    """A part of a plan. `body_sealed` holds the text, or the picture's link."""

    outbox_id: str
    role: str
    kind: str  # text or image
    body_sealed: bytes
    epoch: int | None = None  # None for what a person wrote


@dataclass(frozen=True)
class Part:
    """A planned part as it stands."""

    store_id: str
    outbox_id: str
    turn_id: str
    part: int
    conversation_id: str
    role: str
    kind: str
    epoch: int | None
    body_sealed: bytes
    state: str
    attempt: int
    sending_at: datetime | None
    flagged: bool
    error_code: str
    error_reason: str

    @property
    def is_settled(self) -> bool:
        return self.state not in UNSETTLED or (self.state == "unknown" and self.flagged)


def plan(
    connection: Connection,
    turn_id: str,
    conversation: Conversation,
    parts: Sequence[NewPart],
) -> None:
    """Write the whole reply before its first part goes."""
    rows = [
        {
            "store_id": conversation.store_id,
            "conversation_id": conversation.conversation_id,
            "session_id": conversation.session_id,
            "turn_id": turn_id,
            "part": number,
            **vars(part),
        }
        for number, part in enumerate(parts, start=1)
    ]
    if rows:
        connection.execute(insert(models.outbox), rows)


def parts_of(connection: Connection, store_id: str, turn_id: str) -> list[Part]:
    """Read a turn's parts in order."""
    table = models.outbox
    columns = [table.c[name] for name in Part.__dataclass_fields__]
    query = (
        select(*columns)
        .where(table.c.store_id == store_id, table.c.turn_id == turn_id)
        .order_by(table.c.part)
    )
    return [Part(**row) for row in connection.execute(query).mappings()]


def adopt_orphans(connection: Connection, lease: Lease, turn_id: str) -> list[str]:
    """Call `unknown` what a former holder was sending when it went; returns their ids."""
    table = models.outbox
    statement = (
        update(table)
        .where(
            table.c.store_id == lease.store_id,
            table.c.turn_id == turn_id,
            table.c.state == "sending",
            table.c.fence < lease.fence,
        )
        .values(state="unknown")
        .returning(table.c.outbox_id)
    )
    return list(connection.scalars(statement))


def age(connection: Connection, part: Part) -> float:
    """Count the seconds since a part began to go, by the database's clock."""
    table = models.outbox
    seconds = func.extract("epoch", func.clock_timestamp() - table.c.sending_at)
    query = select(seconds).where(
        table.c.store_id == part.store_id, table.c.outbox_id == part.outbox_id
    )
    return float(connection.scalar(query) or 0)


def begin_sending(connection: Connection, lease: Lease, part: Part) -> Conversation | None:
    """Pass the decisive point, unless the bot may not speak any more.

    Locks the lease and then the conversation, so a takeover comes wholly before or wholly
    after. Returns the conversation, or None when the turn's unsent parts were cancelled. The
    caller commits before it sends. Raises LeaseLostError.
    """
    check(connection, lease)
    conversation = lock(connection, lease.store_id, lease.conversation_id)
    if part.epoch is not None and part.epoch != conversation.epoch:
        _cancel_rest(connection, part)
        return None
    begun = _set(
        connection,
        lease.store_id,
        part.outbox_id,
        _NOT_BEGUN,
        state="sending",
        attempt=models.outbox.c.attempt + 1,
        fence=lease.fence,
        sending_at=func.clock_timestamp(),
        settled_at=None,
    )
    return conversation if begun else None


def _cancel_rest(connection: Connection, part: Part) -> None:
    table = models.outbox
    connection.execute(
        update(table)
        .where(
            table.c.store_id == part.store_id,
            table.c.turn_id == part.turn_id,
            table.c.state.in_(_NOT_BEGUN),
        )
        .values(state="cancelled", settled_at=func.clock_timestamp())
    )


def accept(connection: Connection, store_id: str, outbox_id: str, wamid: str) -> bool:
    """Settle a part as accepted; a second wamid for it is a confirmed duplicate, on record."""
    if _set(
        connection,
        store_id,
        outbox_id,
        _MAY_HAVE_LEFT,
        state="accepted",
        wamid=wamid,
        settled_at=func.clock_timestamp(),
        error_code="",
        error_reason="",
        flagged=False,
    ):
        return True
    table = models.outbox
    connection.execute(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.outbox_id == outbox_id,
            table.c.wamid.is_not(None),
            table.c.wamid != wamid,
        )
        .values(duplicate_wamid=wamid)
    )
    return False


def fail(connection: Connection, store_id: str, outbox_id: str, code: str, reason: str) -> bool:
    """Settle a part that was on its way as failed for good."""
    return _set(
        connection,
        store_id,
        outbox_id,
        _ON_ITS_WAY,
        state="failed",
        settled_at=func.clock_timestamp(),
        error_code=code,
        error_reason=reason,
    )


def retry_later(
    connection: Connection, store_id: str, outbox_id: str, code: str, reason: str
) -> bool:
    """Let a part go again: it provably never left, or was refused for now."""
    return _set(
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
    return _set(connection, store_id, outbox_id, ("sending",), state="unknown", error_reason=reason)


def is_waiting(connection: Connection, store_id: str, turn_id: str) -> bool:
    """Say whether a part of a turn is still unknown, once any status at work on it is through."""
    table = models.outbox
    query = (
        select(table.c.outbox_id)
        .where(
            table.c.store_id == store_id,
            table.c.turn_id == turn_id,
            table.c.state == "unknown",
            table.c.flagged.is_(False),
        )
        .with_for_update(read=True)
    )
    return bool(connection.scalars(query).all())


def flag(connection: Connection, store_id: str, outbox_id: str) -> bool:
    """No status came in time: a person must look. It is not sent again."""
    return _set(connection, store_id, outbox_id, ("unknown",), flagged=True)


def give_up(connection: Connection, store_id: str, turn_id: str) -> list[str]:
    """Drop what a turn has not sent; returns the parts that were tried and failed."""
    table = models.outbox
    of_turn = (table.c.store_id == store_id) & (table.c.turn_id == turn_id)
    settled = {"settled_at": func.clock_timestamp()}
    connection.execute(
        update(table).where(of_turn, table.c.state == "ready").values(state="cancelled", **settled)
    )
    failed = update(table).where(of_turn, table.c.state == "retry")
    return list(
        connection.scalars(failed.values(state="failed", **settled).returning(table.c.outbox_id))
    )


def reopen(connection: Connection, store_id: str, turn_id: str) -> bool:
    """Let the unsent rest of a dead turn go again; False when nothing of it has ever gone."""
    table = models.outbox
    of_turn = (table.c.store_id == store_id) & (table.c.turn_id == turn_id)
    gone = table.c.state.in_(("accepted", *_ON_ITS_WAY))
    if connection.scalar(select(table.c.outbox_id).where(of_turn, gone).limit(1)) is None:
        return False
    connection.execute(
        update(table)
        .where(of_turn, table.c.state.in_(("failed", "cancelled")))
        .values(state="retry", settled_at=None, error_code="", error_reason="")
    )
    return True


def on_their_way(connection: Connection, store_id: str, conversation_id: str) -> list[str]:
    """Name the bot's parts that may still arrive, for the one who takes over."""
    table = models.outbox
    query = select(table.c.outbox_id).where(
        table.c.store_id == store_id,
        table.c.conversation_id == conversation_id,
        table.c.state.in_(_ON_ITS_WAY),
        table.c.role != "agent",
        table.c.flagged.is_(False),
    )
    return list(connection.scalars(query))


def _set(
    connection: Connection, store_id: str, outbox_id: str, states: Sequence[str], **values: Any
) -> bool:
    table = models.outbox
    changed = connection.execute(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.outbox_id == outbox_id,
            table.c.state.in_(states),
        )
        .values(**values)
    )
    return changed.rowcount == 1
