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
from common.errors import ContendedError

_ACCEPT_ITEMS = "accept_items"
_ACCEPT_ITEMS_ALONE = "accept_items_alone"
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
    lid: str | None = None  # nobody gives it yet: linked devices
    new_phone: str | None = None  # they changed their number to this one
    previous_user_id: str | None = None  # `user_id` has taken its place
    silences: bool = False  # a person of the store has answered with it, from the phone app


@dataclass(frozen=True)
class Accepted:
    """What became of one item; `is_new` is False for a duplicate."""

    item: NewItem
    conversation_id: str | None
    is_new: bool


def accept(database: Database, items: Sequence[NewItem]) -> tuple[Accepted, ...]:
    """Commit items of any number of stores in one statement, all or none.

    Returns what became of each, in the order given. Raises DatabaseUnavailableError, or
    DataRefusedError for what no database can keep.
    """
    if not items:
        return ()
    written = _written(items)
    try:
        rows = database.call_everywhere(_ACCEPT_ITEMS, written)
    except ContendedError:
        rows = _alone(database, written)
    return _accepted(items, rows)


def _alone(database: Database, written: str) -> Sequence[Any]:
    """Ask again with nobody beside us; once more for twins, whose first one's rows are there."""
    try:
        return database.call_everywhere(_ACCEPT_ITEMS_ALONE, written)
    except ContendedError:
        return database.call_everywhere(_ACCEPT_ITEMS_ALONE, written)


def accept_in(connection: Connection, items: Sequence[NewItem]) -> tuple[Accepted, ...]:
    """Accept items within a transaction of the caller."""
    return _accepted(items, connection.execute(_ACCEPT, {"items": _written(items)}).all())


def _accepted(items: Sequence[NewItem], rows: Sequence[Any]) -> tuple[Accepted, ...]:
    return tuple(
        Accepted(
            item=items[row.place - 1],
            conversation_id=None if row.conversation is None else str(row.conversation),
            is_new=row.accepted,
        )
        for row in sorted(rows, key=_place)
    )


def _place(row: Any) -> int:
    return int(row.place)


def _written(items: Sequence[NewItem]) -> str:
    return json.dumps([_as_json(item) for item in items], separators=(",", ":"))


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
        "lid": item.lid,
        "name": item.name,
        "new_phone": item.new_phone,
        "previous_user_id": item.previous_user_id,
    }
