"""The right to work on a conversation: one holder at a time, with a fence.

The lease is a SQL row and its clock is the database's, so that a paused process, a wrong
clock or a flushed Redis cannot give two workers the same conversation (P3). It is taken with the
turn (`turns.begin`); every transaction of a turn begins with `check`, or with `check_lease` where
it is an SQL function.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.database import Database

_CHECK = text("SELECT check_lease(:store_id, :conversation_id, :holder, :fence)")
_RENEW = text("SELECT * FROM renew_leases(:holder, :seconds, CAST(:held AS jsonb))")
_RELEASE = text("SELECT release_lease(:store_id, :conversation_id, :holder, :fence)")


@dataclass(frozen=True)
class Lease:
    """A held conversation."""

    store_id: str
    conversation_id: str
    holder: str
    fence: int


def check(connection: Connection, lease: Lease) -> None:
    """Lock the lease for this transaction, or end it: LeaseLostError when another took it."""
    connection.execute(_CHECK, vars(lease))


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


def hand_back(database: Database, lease: Lease) -> None:
    """Give a turn back that this process will not finish: uncounted, and its own no more.

    From here on no thread of this process can write or begin a send under the lease.
    """
    database.call("hand_back", lease.store_id, lease.conversation_id, lease.holder, lease.fence)


def release(database: Database, lease: Lease) -> None:
    """Give it back; nothing happens when it was lost."""
    with database.store(lease.store_id) as connection:
        release_in(connection, lease)


def release_in(connection: Connection, lease: Lease) -> None:
    """Give it back with the transaction that ends the turn."""
    connection.execute(_RELEASE, vars(lease))
