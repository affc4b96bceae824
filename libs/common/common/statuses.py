"""What Meta says of our sends: settles parts and moves messages forward.

Applied in batches, without a turn: a status spends no pace and waits for no conversation. It
may come before the send's own answer, so it finds its part by callback data as well as by
wamid. One that finds nothing is parked and tried again until it is too old to matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, or_, select, update

from common import callbacks, messages, models, settling, turns
from common.inbound import StatusUpdate
from common.sealing import StoreSeal

_BATCH = 200
_PARK = timedelta(seconds=5)
_TOO_OLD = timedelta(minutes=10)
_ARRIVED = ("sent", "delivered", "read", "played")


@dataclass(frozen=True)
class Applied:
    """One batch: how many rows it took, and the conversations that may now go on."""

    count: int
    settled: tuple[str, ...]


def apply_batch(connection: Connection, store_id: str, seal: StoreSeal) -> Applied:
    """Apply what is due, oldest first, in the caller's transaction; other workers skip it."""
    rows = _due(connection, store_id)
    settled = []
    for row in rows:
        update_ = StatusUpdate.from_bytes(seal.open(bytes(row.payload_sealed)))
        part = _part_of(connection, store_id, seal, update_)
        if part is None:
            _park_or_drop(connection, store_id, row)
            continue
        if _settle(connection, store_id, part, update_) and part.state == "unknown":
            turns.hurry(connection, store_id, part.turn_id)
            settled.append(part.conversation_id)
        _finish(connection, store_id, row.inbox_id, "applied")
    return Applied(len(rows), tuple(dict.fromkeys(settled)))


@dataclass(frozen=True)
class _Target:
    outbox_id: str
    turn_id: str
    conversation_id: str
    state: str


def _due(connection: Connection, store_id: str) -> Sequence[Row[tuple[str, bytes, datetime]]]:
    table = models.inbox
    query = (
        select(table.c.inbox_id, table.c.payload_sealed, table.c.received_at)
        .where(
            table.c.store_id == store_id,
            table.c.kind == "status",
            table.c.state == "pending",
            table.c.due_at <= func.clock_timestamp(),
        )
        .order_by(table.c.inbox_id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).all()


def _part_of(
    connection: Connection, store_id: str, seal: StoreSeal, status: StatusUpdate
) -> _Target | None:
    table = models.outbox
    callback = callbacks.read(seal, status.callback_data)
    named = [table.c.wamid == status.wamid]
    if callback is not None:
        named.append(table.c.outbox_id == callback.outbox_id)
    query = (
        select(table.c.outbox_id, table.c.turn_id, table.c.conversation_id, table.c.state)
        .where(table.c.store_id == store_id, or_(*named))
        .limit(1)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _Target(*row)


def _settle(connection: Connection, store_id: str, part: _Target, status: StatusUpdate) -> bool:
    """Apply one status; True when it settled the part."""
    if status.status == "failed":
        error = status.error_title or status.error_code
        failed = settling.fail(connection, store_id, part.outbox_id, status.error_code, error)
        messages.advance(connection, store_id, part.outbox_id, "failed", error=error)
        return failed
    if status.status not in _ARRIVED:
        return False
    accepted = settling.accept(connection, store_id, part.outbox_id, status.wamid)
    messages.advance(connection, store_id, part.outbox_id, status.status, wamid=status.wamid)
    return accepted


def _park_or_drop(
    connection: Connection, store_id: str, row: Row[tuple[str, bytes, datetime]]
) -> None:
    table = models.inbox
    parked = connection.execute(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.inbox_id == row.inbox_id,
            table.c.received_at > func.clock_timestamp() - _TOO_OLD,
        )
        .values(due_at=func.clock_timestamp() + _PARK)
    )
    if parked.rowcount == 0:
        _finish(connection, store_id, row.inbox_id, "no_target")


def _finish(connection: Connection, store_id: str, inbox_id: str, outcome: str) -> None:
    table = models.inbox
    connection.execute(
        update(table)
        .where(table.c.store_id == store_id, table.c.inbox_id == inbox_id)
        .values(state="done", outcome=outcome, finished_at=func.clock_timestamp())
    )
