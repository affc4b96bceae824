"""How a conversation changed hands, beside its messages: read from the events that told of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from notifier.wire import instant

_MOST = 200
# From the first message of a page to the one before which it was asked for: pages leave no gap
# and show nothing twice.
_CHANGES = text(
    """
    SELECT seq, created_at, session_id, refs FROM events
    WHERE store_id = :store_id AND type = 'session_update' AND seq IS NOT NULL
      AND session_id IN (
        SELECT of.session_id FROM messages
        JOIN sessions AS of USING (store_id, conversation_id)
        WHERE messages.store_id = :store_id AND messages.message_id = :some_message)
      AND created_at >= coalesce((
        SELECT created_at FROM messages
        WHERE store_id = :store_id AND message_id = :since), '-infinity')
      AND created_at < coalesce((
        SELECT created_at FROM messages
        WHERE store_id = :store_id AND message_id = :before), 'infinity')
    ORDER BY created_at DESC LIMIT :most
    """
)


@dataclass(frozen=True)
class OwnershipChange:
    """A change of owner, as its event told it; `by` is who made it, where that is known."""

    seq: int
    session_id: str
    time: str | None
    status: str
    agent_id: str
    agent: str
    by: str
    handover_trigger: str
    reason: str

    @classmethod
    def of(cls, row: Any) -> "OwnershipChange":
        named = ("status", "agent_id", "agent", "by", "handover_trigger", "reason")
        refs = {name: str(row.refs.get(name) or "") for name in named}
        return cls(row.seq, str(row.session_id), instant(row.created_at), **refs)


def changes_within(
    connection: Connection, store_id: str, first: str, *, has_older: bool, before: str | None
) -> tuple[OwnershipChange, ...]:
    """Read the changes that belong to a page, oldest first; `first` is its first message."""
    asked = {
        "store_id": store_id,
        "some_message": first,
        "since": first if has_older else None,
        "before": before,
        "most": _MOST,
    }
    rows = connection.execute(_CHANGES, asked).all()
    return tuple(OwnershipChange.of(row) for row in reversed(rows))
