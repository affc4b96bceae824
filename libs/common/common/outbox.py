"""Steps 7 and 8. Every part of every reply, before, while and after it goes.

Writes `outbox` up to the decisive point, the commit of `sending` (P4): killed before it, a
part is sent once; killed after it, the part is `unknown` until a status settles it or a person
is told (`common.settling`). A bot part begins only under the epoch it was computed for (P5).
The rules are in 0008_sending.sql: one statement each, committed before the call returns.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from common import leases, models
from common.database import Database, announce_after_commit
from common.leases import Lease

NOT_BEGUN = ("ready", "retry")
ON_ITS_WAY = ("sending", "unknown")
# Under no epoch: whoever has the conversation, the bot's plan is void.
_CANCEL_PLAN = text("SELECT cancel_rest(:store_id, :turn_id, -1, 'The bot is off.')")


@dataclass(frozen=True)
class NewPart:
    """A part of a plan. `body_sealed` holds the text, or the picture's link."""

    outbox_id: str
    kind: str  # text or image
    body_sealed: bytes


@dataclass(frozen=True)
class Shown:
    """A part's message as the console shows it from the moment the part goes."""

    outbox_id: str
    content: str  # redacted
    content_sealed: bytes | None = None  # given only when it differs from `content`
    images: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, str, bytes | None, str]:
        """The last arguments of every SQL function that begins a part."""
        return self.outbox_id, self.content, self.content_sealed, json.dumps(self.images)


@dataclass(frozen=True)
class Reply:
    """A plan to write. A trigger hands the conversation over to a person with it."""

    role: str
    parts: Sequence[NewPart]
    epoch: int | None = None  # the ownership it was computed under; None for a person's words
    trigger: str = ""


@dataclass(frozen=True)
class Begun:
    """What the decisive point said, and to whom the part goes."""

    verdict: str  # begun, waits, taken_over, planned, or the state of a part that did not begin
    phone: str | None
    user_id: str | None

    @property
    def may_go(self) -> bool:
        return self.verdict == "begun"


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
    refusals: int = 0
    wait: float = 0.0  # seconds before it may go again


def start(
    database: Database,
    lease: Lease,
    turn_id: str,
    reply: Reply,
    first: Shown,
    *,
    may_begin: bool = True,
) -> Begun:
    """Write the whole reply and pass the first part's decisive point, in one commit.

    Locks the lease and then the conversation, so a takeover comes wholly before or wholly
    after. `taken_over`: nothing was written. `planned`: a former attempt wrote it already.
    `waits`: it is written, and its first part may not begin yet. Raises LeaseLostError.
    """
    columns = [[each.outbox_id for each in reply.parts], [each.kind for each in reply.parts]]
    bodies = [each.body_sealed for each in reply.parts]
    its_reply = (may_begin, reply.epoch, reply.trigger, reply.role, *columns, bodies)
    return _begun(database, "start_reply", lease, turn_id, *its_reply, *first.arguments[1:])


def begin(database: Database, lease: Lease, shown: Shown) -> Begun:
    """Pass the decisive point of a part that was planned before. Raises LeaseLostError."""
    return _begun(database, "begin_sending", lease, *shown.arguments)


def go_on(database: Database, lease: Lease, former_id: str, wamid: str, following: Shown) -> Begun:
    """Settle a part as accepted and pass the next one's decisive point, in one commit.

    The next one does not begin when a status has settled the former otherwise.
    """
    return _begun(database, "go_on_sending", lease, former_id, wamid, *following.arguments)


def _begun(database: Database, function: str, lease: Lease, *arguments: object) -> Begun:
    its = (lease.conversation_id, lease.holder, lease.fence)
    (row,) = database.call(function, lease.store_id, *its, *arguments, makes_events=True)
    return Begun(row.verdict, row.phone, row.user_id)


def parts_of(connection: Connection, store_id: str, turn_id: str) -> list[Part]:
    """Read a turn's parts in order."""
    query = select(*_columns()).where(of_turn(store_id, turn_id)).order_by(models.outbox.c.part)
    return [Part(**row) for row in connection.execute(query).mappings()]


def part_named(connection: Connection, store_id: str, outbox_id: str) -> Part | None:
    """Read one part by its id."""
    query = select(*_columns()).where(named(store_id, outbox_id))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Part(**row)


def kind_of(connection: Connection, store_id: str, outbox_id: str) -> str | None:
    """Name what a part is: text, image, template and so on; None when there is none."""
    table = models.outbox
    query = select(table.c.kind).where(table.c.store_id == store_id, table.c.outbox_id == outbox_id)
    return connection.scalar(query)


def _columns() -> list[ColumnElement[Any]]:
    table = models.outbox
    plain = [table.c[name] for name in Part.__dataclass_fields__ if name != "wait"]
    seconds = func.extract("epoch", table.c.not_before - func.clock_timestamp())
    wait = func.greatest(func.coalesce(seconds, 0), 0).cast(Float).label("wait")
    return [*plain, wait]


def adopt_orphans(connection: Connection, lease: Lease, these: ColumnElement[bool]) -> list[str]:
    """Call `unknown` what a former holder was sending when it went; returns their ids."""
    table = models.outbox
    statement = (
        update(table)
        .where(
            these,
            table.c.state == "sending",
            table.c.fence < lease.fence,
        )
        .values(state="unknown")
        .returning(table.c.outbox_id)
    )
    return list(connection.scalars(statement))


def give_up(connection: Connection, these: ColumnElement[bool]) -> list[str]:
    """Drop what of these parts was not sent; returns those that were tried and failed."""
    table = models.outbox
    settled = {"settled_at": func.clock_timestamp()}
    connection.execute(
        update(table).where(these, table.c.state == "ready").values(state="cancelled", **settled)
    )
    failed = update(table).where(these, table.c.state == "retry")
    return list(
        connection.scalars(failed.values(state="failed", **settled).returning(table.c.outbox_id))
    )


def cancel_plan(database: Database, lease: Lease, turn_id: str) -> None:
    """Cancel what the bot planned in a turn and has not begun. Raises LeaseLostError."""
    with database.store(lease.store_id) as connection:
        leases.check(connection, lease)
        connection.execute(_CANCEL_PLAN, {"store_id": lease.store_id, "turn_id": turn_id})
        announce_after_commit(connection, lease.store_id)


def write_failed(
    connection: Connection, turn_id: str, session: tuple[str, str, str], part: NewPart, **error: str
) -> None:
    """Write down what an agent asked for and nobody began as failed, so that it may go again.

    `session` is the store, the conversation and the session; `error` the code and the reason. A
    part that was planned before counts as failed too, unless it went.
    """
    store_id, conversation_id, session_id = session
    fails = {"state": "failed", "settled_at": func.clock_timestamp(), **error}
    planned = insert(models.outbox).values(
        store_id=store_id,
        outbox_id=part.outbox_id,
        turn_id=turn_id,
        part=1,
        conversation_id=conversation_id,
        session_id=session_id,
        role="agent",
        kind=part.kind,
        body_sealed=part.body_sealed,
        attempt=1,
        **fails,
    )
    connection.execute(
        planned.on_conflict_do_update(
            index_elements=["store_id", "outbox_id"],
            set_=fails,
            where=models.outbox.c.state == "cancelled",
        )
    )


def reopen(connection: Connection, store_id: str, turn_id: str, epoch: int) -> bool:
    """Let the unsent rest of a dead turn go again; False when nothing of it has ever gone.

    A person asked for it, so the bot's parts go under the present epoch.
    """
    table = models.outbox
    its_parts = of_turn(store_id, turn_id)
    gone = table.c.state.in_(("accepted", "retry", *ON_ITS_WAY))
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
            refusals=0,
            not_before=None,
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


def named(store_id: str, outbox_id: str) -> ColumnElement[bool]:
    """Select one part."""
    table = models.outbox
    return (table.c.store_id == store_id) & (table.c.outbox_id == outbox_id)


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
        update(table).where(named(store_id, outbox_id), table.c.state.in_(states)).values(**values)
    )
    return changed.rowcount == 1
