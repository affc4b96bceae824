"""Steps 7 and 8. Every part of every reply, before, while and after it goes.

Writes `outbox` up to the decisive point, the commit of `sending` (P4): killed before it, a
part is sent once; killed after it, the part is `unknown` until a status settles it or a person
is told (`common.settling`). A bot part begins only under the epoch it was computed for (P5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from common import models
from common.conversations import Conversation, lock
from common.leases import Lease, check

UNSETTLED = ("ready", "sending", "retry", "unknown")
_NOT_BEGUN = ("ready", "retry")
ON_ITS_WAY = ("sending", "unknown")


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
    query = select(*columns).where(of_turn(store_id, turn_id)).order_by(table.c.part)
    return [Part(**row) for row in connection.execute(query).mappings()]


def read(connection: Connection, part: Part) -> Part:
    """Read a part again, as it stands now."""
    columns = [models.outbox.c[name] for name in Part.__dataclass_fields__]
    query = select(*columns).where(
        models.outbox.c.store_id == part.store_id, models.outbox.c.outbox_id == part.outbox_id
    )
    return Part(**connection.execute(query).mappings().one())


def adopt_orphans(connection: Connection, lease: Lease, turn_id: str) -> list[str]:
    """Call `unknown` what a former holder was sending when it went; returns their ids."""
    table = models.outbox
    statement = (
        update(table)
        .where(
            of_turn(lease.store_id, turn_id),
            table.c.state == "sending",
            table.c.fence < lease.fence,
        )
        .values(state="unknown")
        .returning(table.c.outbox_id)
    )
    return list(connection.scalars(statement))


def begin_sending(connection: Connection, lease: Lease, part: Part) -> Conversation | None:
    """Pass the decisive point, unless the bot may not speak any more.

    Locks the lease and then the conversation, so a takeover comes wholly before or wholly
    after. Returns the conversation; None when the part does not begin, because a takeover has
    cancelled it here or a status settled it meanwhile: read it again. The caller commits before
    it sends. Raises LeaseLostError.
    """
    check(connection, lease)
    conversation = lock(connection, lease.store_id, lease.conversation_id)
    if part.epoch is not None and part.epoch != conversation.epoch:
        _cancel_rest(connection, part)
        return None
    begun = change_state(
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
        .where(of_turn(part.store_id, part.turn_id), table.c.state.in_(_NOT_BEGUN))
        .values(state="cancelled", settled_at=func.clock_timestamp())
    )


def give_up(connection: Connection, store_id: str, turn_id: str) -> list[str]:
    """Drop what a turn has not sent; returns the parts that were tried and failed."""
    table = models.outbox
    its_parts = of_turn(store_id, turn_id)
    settled = {"settled_at": func.clock_timestamp()}
    connection.execute(
        update(table)
        .where(its_parts, table.c.state == "ready")
        .values(state="cancelled", **settled)
    )
    failed = update(table).where(its_parts, table.c.state == "retry")
    return list(
        connection.scalars(failed.values(state="failed", **settled).returning(table.c.outbox_id))
    )


def reopen(connection: Connection, store_id: str, turn_id: str, epoch: int) -> bool:
    """Let the unsent rest of a dead turn go again; False when nothing of it has ever gone.

    A person asked for it, so the bot's parts go under the present epoch.
    """
    table = models.outbox
    its_parts = of_turn(store_id, turn_id)
    gone = table.c.state.in_(("accepted", *ON_ITS_WAY))
    if connection.scalar(select(table.c.outbox_id).where(its_parts, gone).limit(1)) is None:
        return False
    connection.execute(
        update(table)
        .where(its_parts, table.c.state.in_(("failed", "cancelled")))
        .values(
            state="retry",
            epoch=case((table.c.epoch.is_(None), None), else_=epoch),
            settled_at=None,
            error_code="",
            error_reason="",
        )
    )
    return True


def on_their_way(connection: Connection, store_id: str, conversation_id: str) -> list[str]:
    """Name the bot's parts that may still arrive, for the one who takes over."""
    table = models.outbox
    query = select(table.c.outbox_id).where(
        table.c.store_id == store_id,
        table.c.conversation_id == conversation_id,
        table.c.state.in_(ON_ITS_WAY),
        table.c.role != "agent",
        table.c.flagged.is_(False),
    )
    return list(connection.scalars(query))


def of_turn(store_id: str, turn_id: str) -> ColumnElement[bool]:
    """Select the parts of a turn."""
    table = models.outbox
    return (table.c.store_id == store_id) & (table.c.turn_id == turn_id)


def change_state(
    connection: Connection, store_id: str, outbox_id: str, states: Sequence[str], **values: Any
) -> bool:
    """Change a part if it is in one of these states; says whether it was."""
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
