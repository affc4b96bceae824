"""The right to work on a conversation: one holder at a time, with a fence.

The lease is a SQL row and its clock is the database's, so that a paused process, a wrong
clock or a flushed Redis cannot give two workers the same conversation (P3). Every
transaction of a turn begins with `check`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.database import Database
from common.errors import LeaseLostError

_TAKE = text(
    """
    INSERT INTO leases (store_id, conversation_id, holder, held_until)
    VALUES (:store_id, :conversation_id, :holder,
            clock_timestamp() + :seconds * interval '1 second')
    ON CONFLICT (store_id, conversation_id) DO UPDATE
    SET holder = excluded.holder, held_until = excluded.held_until, fence = leases.fence + 1
    WHERE leases.held_until < clock_timestamp()
    RETURNING fence
    """
)
_CHECK = text(
    """
    SELECT 1 FROM leases
    WHERE store_id = :store_id AND conversation_id = :conversation_id AND fence = :fence
      AND holder = :holder
    FOR NO KEY UPDATE
    """
)
_RENEW = text("SELECT * FROM renew_leases(:holder, :seconds, CAST(:held AS jsonb))")
_RELEASE = text(
    """
    UPDATE leases SET held_until = '-infinity'
    WHERE store_id = :store_id AND conversation_id = :conversation_id AND fence = :fence
      AND holder = :holder
    """
)


@dataclass(frozen=True)
class Lease:
    """A held conversation."""

    store_id: str
    conversation_id: str
    holder: str
    fence: int


def take(
    database: Database, store_id: str, conversation_id: str, holder: str, seconds: float
) -> Lease | None:
    """Take the conversation unless a living holder has it."""
    with database.store(store_id) as connection:
        fence = connection.scalar(
            _TAKE,
            {
                "store_id": store_id,
                "conversation_id": conversation_id,
                "holder": holder,
                "seconds": seconds,
            },
        )
    return None if fence is None else Lease(store_id, conversation_id, holder, fence)


def check(connection: Connection, lease: Lease) -> None:
    """Lock the lease for this transaction; raises LeaseLostError when another took it."""
    if connection.scalar(_CHECK, vars(lease)) is None:
        raise LeaseLostError


def renew(
    database: Database, holder: str, held: Sequence[Lease], seconds: float
) -> tuple[Lease, ...]:
    """Hold them longer, all in one round trip; returns those that were lost to another holder.

    One that was given back meanwhile stays given back.
    """
    if not held:
        return ()
    told = json.dumps([vars(lease) for lease in held])
    with database.everywhere() as connection:
        lost = connection.execute(_RENEW, {"holder": holder, "seconds": seconds, "held": told})
        return tuple(
            Lease(row.store_id, str(row.conversation_id), holder, row.fence) for row in lost
        )


def release(database: Database, lease: Lease) -> None:
    """Give it back; nothing happens when it was lost."""
    with database.store(lease.store_id) as connection:
        connection.execute(_RELEASE, vars(lease))
