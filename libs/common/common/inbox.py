"""Step 4. Accepts each item once and gives it its place in the conversation's order.

The one module that adds to `inbox`; `turns`, `statuses` and `dead_letters` say how its rows end.
A duplicate changes nothing (P2); the order of a
conversation is the order of its commits (P3).
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from common.database import Database

_ACCEPT = text("SELECT place, conversation, accepted FROM accept_items(CAST(:items AS jsonb))")


@dataclass(frozen=True)
class NewItem:
    """Something to commit. A message names its contact, a command its conversation."""

    store_id: str
    kind: str  # message, status or command
    event_id: str
    payload_sealed: bytes
    sent_at: int | None = None
    hold_back_ms: int = 0
    conversation_id: str | None = None
    phone: str | None = None
    user_id: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Accepted:
    """What became of one item; `is_new` is False for a duplicate."""

    item: NewItem
    conversation_id: str | None
    is_new: bool


def accept(database: Database, items: Sequence[NewItem]) -> tuple[Accepted, ...]:
    """Commit items of any number of stores in one statement, all or none.

    Returns what became of each, in the order given. Raises DatabaseUnavailableError.
    """
    if not items:
        return ()
    with database.everywhere() as connection:
        return accept_in(connection, items)


def accept_in(connection: Connection, items: Sequence[NewItem]) -> tuple[Accepted, ...]:
    """Accept items within a transaction of the caller."""
    rows = connection.execute(_ACCEPT, {"items": json.dumps([_as_json(item) for item in items])})
    accepted = {
        row.place: Accepted(
            item=items[row.place - 1],
            conversation_id=None if row.conversation is None else str(row.conversation),
            is_new=row.accepted,
        )
        for row in rows
    }
    return tuple(accepted[place] for place in sorted(accepted))


def _as_json(item: NewItem) -> dict[str, Any]:
    return {
        "store_id": item.store_id,
        "kind": item.kind,
        "event_id": item.event_id,
        "payload": base64.b64encode(item.payload_sealed).decode("ascii"),
        "sent_at": item.sent_at,
        "hold_back_ms": item.hold_back_ms,
        "conversation_id": item.conversation_id,
        "phone": item.phone,
        "user_id": item.user_id,
        "name": item.name,
    }
