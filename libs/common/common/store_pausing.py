"""Pausing a store because WhatsApp takes nothing from it: what waits is kept, not burnt.

What the store has is held until it is active again (`common.turns`); it is made active by an
operator (`resume_in`), or with a new token (`common.store_registration`). For which errors, and
why, is the error table's to say. A reason never hides a graver one: that takes its place.
"""

from sqlalchemy import Connection, func, select, text, update

from common import events, models
from common.stores import SPAM_LIMIT

# What a new token may put right.
OF_THE_TOKEN = ("token_expired", "permission_missing")
# Both at once: a new token leaves the spam limit, which only a person ends.
SPAM_LIMIT_TOO = "spam_limit_and_token"
# What is not graver than another reason, or than a pause by hand.
LIGHTER = (SPAM_LIMIT, *OF_THE_TOKEN, SPAM_LIMIT_TOO)
# Due since longer than the sweeper's grace, so that its next sweep rings them.
_RESUME_COMMANDS = text(
    """
    UPDATE inbox SET due_at = clock_timestamp() - interval '3 seconds'
    WHERE store_id = :store_id AND state = 'pending' AND due_at = 'infinity' AND kind = 'command'
    """
)


def pause_in(
    connection: Connection, store_id: str, reason: str, seen_version: int | None = None
) -> bool:
    """Pause a store and tell its agents, in the caller's transaction; says whether that changed it.

    `reason` is one word, such as `account_disabled`: it becomes a label of
    `metrics.stores_paused`, which the caller counts, and is shown translated.
    Of a store that is paused already the reason changes, if this one is graver.
    With the version under which the reason was seen, a store that was changed since stays
    as it is: the token that was refused may be another's by now.
    """
    table = models.stores
    query = select(table.c.status, table.c.paused_reason, table.c.version)
    its_row = query.where(table.c.store_id == store_id).with_for_update(key_share=True)
    now = connection.execute(its_row).one_or_none()
    if now is None or seen_version not in (None, now.version):
        return False
    paused_for = reason if now.status == "active" else graver(now.paused_reason, reason)
    if now.status != "active" and paused_for == now.paused_reason:
        return False
    connection.execute(
        update(table)
        .where(table.c.store_id == store_id)
        .values(
            status="paused",
            paused_reason=paused_for,
            version=table.c.version + 1,
            changed_at=func.now(),
        )
    )
    events.record(connection, store_id, "store_paused", None, reason=paused_for)
    return True


def graver(former: str, reason: str) -> str:
    """Say what a paused store is paused for when another reason is seen. Pure."""
    if former not in LIGHTER:
        return former
    if reason not in LIGHTER:
        return reason
    if former == reason or {former, reason} <= set(OF_THE_TOKEN):
        return former
    return SPAM_LIMIT_TOO


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


def resume_commands(connection: Connection, store_id: str) -> None:
    """Let go what agents wrote while nothing was sent: of the store only the bot is paused now."""
    connection.execute(_RESUME_COMMANDS, {"store_id": store_id})
