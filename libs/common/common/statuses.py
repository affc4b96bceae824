"""What Meta says of our sends: settles parts and moves messages forward.

Applied in batches, without a turn: a status spends no pace and waits for no conversation. It
may come before the send's own answer, so it finds its part by callback data as well as by
wamid. One that finds nothing is parked and tried again until it is too old to matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Row, func, or_, select, text, update

from common import callbacks, models, settling, turns
from common.errors import ServiceError
from common.inbound import StatusUpdate
from common.sealing import StoreSeal

_LOG = structlog.get_logger()
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('statuses:' || :store_id, 0))")
_StatusRow = Row[tuple[str, bytes, datetime]]
_BATCH = 200
_PARK = timedelta(seconds=5)
_TOO_OLD = timedelta(minutes=10)
_ARRIVED = ("sent", "delivered", "read", "played")


@dataclass(frozen=True)
class Applied:
    """One batch: how many rows it took, and the conversations that may now go on."""

    count: int
    settled: tuple[str, ...]

    @property
    def may_have_more(self) -> bool:
        return self.count == _BATCH


def apply_batch(connection: Connection, store_id: str, seal: StoreSeal) -> Applied:
    """Apply what is due, oldest first, in the caller's transaction.

    One batch of a store at a time: two would lock the same parts in two orders.
    """
    connection.execute(_ONE_AT_A_TIME, {"store_id": store_id})
    rows = _due(connection, store_id)
    settled = [_apply(connection, store_id, seal, row) for row in rows]
    return Applied(len(rows), tuple(dict.fromkeys(each for each in settled if each)))


def _apply(connection: Connection, store_id: str, seal: StoreSeal, row: _StatusRow) -> str | None:
    """Apply one status; returns the conversation that waited for it, if one did."""
    status = _read(seal, row)
    if status is None:
        _finish(connection, store_id, row.inbox_id, "unreadable", state="dead")
        return None
    part = _part_of(connection, store_id, seal, status)
    if part is None:
        _park_or_drop(connection, store_id, row)
        return None
    is_settled = _settle(connection, store_id, part, status)
    _finish(connection, store_id, row.inbox_id, "applied")
    if not (is_settled and part.state == "unknown"):
        return None
    turns.hurry(connection, store_id, part.conversation_id)
    return part.conversation_id


def _read(seal: StoreSeal, row: _StatusRow) -> StatusUpdate | None:
    """Read a status; None for one that nobody can read any more, which must not hold the rest."""
    try:
        return StatusUpdate.from_bytes(seal.open(bytes(row.payload_sealed)))
    except (ServiceError, ValueError, TypeError) as error:
        _LOG.error("status_unreadable", store=seal.store_id, error_type=type(error).__name__)
        return None


@dataclass(frozen=True)
class _Target:
    outbox_id: str
    conversation_id: str
    state: str
    attempt: int
    said_attempt: int | None  # the attempt that the status speaks of, when it is ours

    @property
    def is_outdated(self) -> bool:
        """Say whether the status speaks of a former attempt."""
        return self.said_attempt is not None and self.said_attempt < self.attempt


def _due(connection: Connection, store_id: str) -> Sequence[_StatusRow]:
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
        select(
            table.c.outbox_id,
            table.c.conversation_id,
            table.c.state,
            table.c.attempt,
        )
        .where(table.c.store_id == store_id, or_(*named))
        .limit(1)
        .with_for_update()
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return _Target(**row, said_attempt=callback.attempt if callback else None)


def _settle(connection: Connection, store_id: str, part: _Target, status: StatusUpdate) -> bool:
    """Apply one status; True when it settled the part."""
    if status.status == "failed" and part.is_outdated:
        return False  # a newer attempt is on its way, and speaks for itself
    if status.status == "failed":
        error = status.error_title or status.error_code
        return settling.fail(connection, store_id, part.outbox_id, status.error_code, error)
    if status.status not in _ARRIVED:
        return False
    return settling.accept(connection, store_id, part.outbox_id, status.wamid, status.status)


def _park_or_drop(connection: Connection, store_id: str, row: _StatusRow) -> None:
    table = models.inbox
    age = func.clock_timestamp() - table.c.received_at  # so that the waits double
    parked = connection.execute(
        update(table)
        .where(
            table.c.store_id == store_id,
            table.c.inbox_id == row.inbox_id,
            table.c.received_at > func.clock_timestamp() - _TOO_OLD,
        )
        .values(due_at=func.clock_timestamp() + func.greatest(_PARK, age))
    )
    if parked.rowcount == 0:
        _finish(connection, store_id, row.inbox_id, "no_target")


def _finish(
    connection: Connection, store_id: str, inbox_id: str, outcome: str, state: str = "done"
) -> None:
    table = models.inbox
    connection.execute(
        update(table)
        .where(table.c.store_id == store_id, table.c.inbox_id == inbox_id)
        .values(state=state, outcome=outcome, finished_at=func.clock_timestamp())
    )
