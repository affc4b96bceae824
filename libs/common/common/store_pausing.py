"""Pausing a store because WhatsApp takes nothing from it: what waits is kept, not burnt.

What the store has is held until it is active again (`common.turns`); it is made active by
`common.store_registration`, by hand or with a new token.
"""

from sqlalchemy import Connection, func, select, update

from common import events, models
from common.database import Database

TOKEN_EXPIRED = "token_expired"  # noqa: S105  # a reason, not a token
ACCOUNT_LOCKED = "account_locked"
# Of whatsapp.md 1.5, those that no message of the store can pass.
_REASONS = {
    "0": TOKEN_EXPIRED,
    "190": TOKEN_EXPIRED,
    "368": ACCOUNT_LOCKED,
    "131031": ACCOUNT_LOCKED,
}


def reason_of(code: str) -> str:
    """Name why a refusal with this code pauses its store; empty when it does not."""
    return _REASONS.get(code, "")


def pause(database: Database, store_id: str, reason: str) -> bool:
    """Pause an active store and tell its agents; says whether this paused it.

    `reason` is one word, such as `account_disabled`: it becomes a label of
    `metrics.stores_paused`, which the caller counts, and is shown translated.
    """
    with database.store(store_id) as connection:
        return pause_in(connection, store_id, reason)


def pause_in(
    connection: Connection, store_id: str, reason: str, seen_version: int | None = None
) -> bool:
    """Pause in the caller's transaction.

    With the version under which the reason was seen, a store that was changed since stays
    active: the token that was refused may be another's by now.
    """
    table = models.stores
    as_seen = table.c.version == (table.c.version if seen_version is None else seen_version)
    paused = connection.execute(
        update(table)
        .where(table.c.store_id == store_id, table.c.status == "active", as_seen)
        .values(
            status="paused",
            paused_reason=reason,
            version=table.c.version + 1,
            changed_at=func.now(),
        )
    )
    if paused.rowcount == 0:
        return False
    events.record(connection, store_id, "store_paused", None, reason=reason)
    return True


def is_paused(connection: Connection, store_id: str) -> bool:
    """Ask the row itself: a cached store may be a second old."""
    query = select(models.stores.c.status).where(models.stores.c.store_id == store_id)
    return connection.scalar(query) == "paused"
