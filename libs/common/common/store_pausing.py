"""Pausing a store because WhatsApp takes nothing from it: what waits is kept, not burnt.

What the store has is held until it is active again (`common.turns`); it is made active by an
operator (`resume_in`), or with a new token (`common.store_registration`). For which errors, and
why, is the error table's to say.
"""

from sqlalchemy import ColumnElement, Connection, and_, func, or_, update

from common import events, models
from common.stores import SPAM_LIMIT

# What a new token may put right.
OF_THE_TOKEN = ("token_expired", "permission_missing")


def pause_in(
    connection: Connection, store_id: str, reason: str, seen_version: int | None = None
) -> bool:
    """Pause an active store and tell its agents, in the caller's transaction; says whether it did.

    `reason` is one word, such as `account_disabled`: it becomes a label of
    `metrics.stores_paused`, which the caller counts, and is shown translated.
    A store of which only the bot is paused (`spam_limit`) is paused whole by any other reason.
    With the version under which the reason was seen, a store that was changed since stays
    active: the token that was refused may be another's by now.
    """
    table = models.stores
    as_seen = table.c.version == (table.c.version if seen_version is None else seen_version)
    paused = connection.execute(
        update(table)
        .where(table.c.store_id == store_id, _not_yet(reason), as_seen)
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


def resume_in(connection: Connection, store_id: str) -> bool:
    """Make a paused store active, whatever the reason was; False when it is not paused.

    The sweeper lets go what is held.
    """
    table = models.stores
    resumed = connection.execute(
        update(table)
        .where(table.c.store_id == store_id, table.c.status == "paused")
        .values(
            status="active",
            paused_reason="",
            version=table.c.version + 1,
            changed_at=func.now(),
        )
    )
    if resumed.rowcount == 0:
        return False
    events.record(connection, store_id, "store_resumed", None)
    return True


def _not_yet(reason: str) -> ColumnElement[bool]:
    columns = models.stores.c
    if reason == SPAM_LIMIT:
        return columns.status == "active"
    return or_(
        columns.status == "active",
        and_(columns.status == "paused", columns.paused_reason == SPAM_LIMIT),
    )
