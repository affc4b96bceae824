"""The right to work on a conversation: one holder at a time, with a fence.

The lease is a SQL row and its clock is the database's, so that a paused process, a wrong
clock or a flushed Redis cannot give two workers the same conversation (P3). It is taken with the
turn (`turns.begin`); every transaction of a turn begins with `check`, or with `check_lease` where
it is an SQL function.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.database import Database

_CHECK = text("SELECT check_lease(:store_id, :conversation_id, :holder, :fence)")
_RENEW = text(
    """
    UPDATE leases SET held_until = clock_timestamp() + :seconds * interval '1 second'
    WHERE store_id = :store_id AND conversation_id = :conversation_id AND fence = :fence
      AND holder = :holder
      AND held_until > '-infinity'  -- what was given back meanwhile stays free
    """
)
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


def renew(database: Database, lease: Lease, seconds: float) -> bool:
    """Hold it longer; False when it was lost."""
    with database.store(lease.store_id) as connection:
        renewed = connection.execute(_RENEW, vars(lease) | {"seconds": seconds})
        return renewed.rowcount == 1


def release(database: Database, lease: Lease) -> None:
    """Give it back; nothing happens when it was lost."""
    with database.store(lease.store_id) as connection:
        release_in(connection, lease)


def release_in(connection: Connection, lease: Lease) -> None:
    """Give it back with the transaction that ends the turn."""
    connection.execute(_RELEASE, vars(lease))
