"""The customer beside the thread: who they are, what they ordered, what is noted, when they wrote.

Read for an agent who may see it, so what is sealed is opened here. Newest first, each list bounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from common import models
from notifier.message_reader import MessageReader
from notifier.snapshot import conversation_of
from notifier.wire import ShownMessage, instant

_MOST = 20
_MOST_NOTES = 50
_WORDS = 3
_LONGEST_WORDS = 300
_THEIRS = text("SELECT unnest(same_person(:store_id, CAST(:conversation_id AS uuid)))")
_SESSIONS = text(
    """
    SELECT its.session_id, its.conversation_id, its.opened_at, said.messages, said.last_at,
           present.session_id IS NOT NULL AND present.window_expires_at > now() AS is_open
    FROM sessions AS its
    LEFT JOIN conversations AS present
        ON present.store_id = its.store_id AND present.session_id = its.session_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS messages, max(created_at) AS last_at FROM messages
        WHERE messages.store_id = its.store_id AND messages.session_id = its.session_id) AS said
    WHERE its.store_id = :store_id AND its.conversation_id = ANY (CAST(:theirs AS uuid[]))
    ORDER BY its.opened_at DESC LIMIT :most
    """
)
_HANDOVER = text(
    """
    SELECT refs ->> 'handover_trigger' AS trigger, created_at FROM events
    WHERE store_id = :store_id AND session_id = :session_id AND type = 'session_update'
      AND refs ->> 'status' = 'handover'
    ORDER BY created_at DESC LIMIT 1
    """
)


@dataclass(frozen=True)
class _Person:
    store_id: str
    conversation_id: str
    theirs: tuple[str, ...]  # with the conversations of contacts that became one with this one


def contact_of(connection: Connection, reader: MessageReader, session_id: str) -> dict[str, Any]:
    """Read the customer of a session; raises NotFoundError."""
    store_id = reader.store_id
    conversation_id = conversation_of(connection, store_id, session_id)
    asked = {"store_id": store_id, "conversation_id": conversation_id}
    theirs = tuple(str(each) for each in connection.scalars(_THEIRS, asked))
    person = _Person(store_id, conversation_id, theirs)
    orders = _shown(connection, reader, person, ("order",), _MOST)
    notes = _shown(connection, reader, person, ("note", "release_note"), _MOST_NOTES)
    return {
        **_contact(connection, person),
        "sessions": _sessions(connection, person),
        "handover": _handover(connection, reader, person),
        "orders": [_order(each) for each in orders if not each.revoked],
        "notes": [_note(each) for each in notes],
    }


def _contact(connection: Connection, person: _Person) -> dict[str, Any]:
    table, names = models.contacts, models.contact_aliases
    row = connection.execute(
        select(table).where(
            table.c.store_id == person.store_id, table.c.contact_id == person.conversation_id
        )
    ).one()
    aliases = connection.scalars(
        select(names.c.value)
        .where(names.c.store_id == person.store_id, names.c.contact_id.in_(person.theirs))
        .order_by(names.c.kind.desc(), names.c.value)
        .limit(_MOST)
    )
    return {
        "id": row.contact_id,
        "name": row.name,
        "phone": row.phone,
        "username": row.user_id,
        "aliases": [each for each in aliases if each not in (row.phone, row.user_id)],
        "created_at": instant(row.created_at),
        "blocked": row.blocked_at is not None,
        "opted_out": row.opted_out_at is not None,
        "unreachable_code": row.unreachable_code,
    }


def _sessions(connection: Connection, person: _Person) -> list[dict[str, Any]]:
    asked = {"store_id": person.store_id, "theirs": list(person.theirs), "most": _MOST}
    return [
        {
            "id": str(row.session_id),
            "contact_id": str(row.conversation_id),
            "started_at": instant(row.opened_at),
            "ended_at": None if row.is_open else instant(row.last_at or row.opened_at),
            "messages": row.messages,
        }
        for row in connection.execute(_SESSIONS, asked)
    ]


def _handover(
    connection: Connection, reader: MessageReader, person: _Person
) -> dict[str, Any] | None:
    """Say why a person was called in this session, and what the customer had said by then."""
    table, said = models.conversations, models.messages
    session_id = connection.scalar(
        select(table.c.session_id).where(
            table.c.store_id == person.store_id, table.c.conversation_id == person.conversation_id
        )
    )
    asked = {"store_id": person.store_id, "session_id": session_id}
    row = connection.execute(_HANDOVER, asked).one_or_none()
    if row is None:
        return None
    statement = (
        select(said)
        .where(
            said.c.store_id == person.store_id,
            said.c.session_id == session_id,
            said.c.role == "user",
            said.c.revoked_at.is_(None),
            said.c.content != "",
            said.c.created_at <= row.created_at,
        )
        .order_by(said.c.position.desc())
        .limit(_WORDS)
    )
    words = reader.shown(connection, reversed(connection.execute(statement).all()))
    return {
        "trigger": row.trigger or "",
        "time": instant(row.created_at),
        "words": [each.content[:_LONGEST_WORDS] for each in words],
    }


def _shown(
    connection: Connection,
    reader: MessageReader,
    person: _Person,
    kinds: Sequence[str],
    most: int,
) -> Sequence[ShownMessage]:
    table = models.messages
    statement = (
        select(table)
        .where(
            table.c.store_id == person.store_id,
            table.c.conversation_id.in_(person.theirs),
            table.c.kind.in_(kinds),
        )
        .order_by(table.c.created_at.desc())
        .limit(most)
    )
    return reader.shown(connection, connection.execute(statement))


def _order(message: ShownMessage) -> dict[str, Any]:
    given = message.details.get("items")
    items = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    counts = [_amount(each.get("quantity")) for each in items]
    prices = [_amount(each.get("price")) for each in items]
    currencies = {str(each.get("currency") or "") for each in items}
    is_whole = bool(items) and None not in (*counts, *prices) and len(currencies) == 1
    pairs = zip(counts, prices, strict=True)
    return {
        "message_id": message.id,
        "session_id": message.session_id,
        "time": message.time,
        "items": int(sum(each or 0 for each in counts)),
        "total": sum((count or 0) * (price or 0) for count, price in pairs) if is_whole else None,
        "currency": currencies.pop() if is_whole else "",
    }


def _amount(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else None


def _note(message: ShownMessage) -> dict[str, Any]:
    author = message.details.get("author")
    return {
        "message_id": message.id,
        "session_id": message.session_id,
        "kind": message.kind,
        "author": author if isinstance(author, str) else "",
        "text": message.content,
        "time": message.time,
    }
