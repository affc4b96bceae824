"""What was said, in the order of the conversation.

The one module that writes `messages`. `content` is redacted and is all that search, events
and the assistant see; what redaction hid is sealed beside it for the agent (P7, privacy).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from common import events, models
from common.conversations import Conversation

_PREVIEW_LENGTH = 120
_RANKS = ("sending", "unknown", "sent", "delivered", "read", "played")
# A status only moves forward; `failed` ends it unless the message was seen to arrive.
_ADVANCE = text(
    """
    UPDATE messages SET status = :status, error = :error, wamid = coalesce(:wamid, wamid)
    WHERE store_id = :store_id AND message_id = :message_id AND (
        (:status = 'failed' AND status IN ('sending', 'unknown', 'sent'))
        OR array_position(CAST(:ranks AS text[]), status)
           < array_position(CAST(:ranks AS text[]), CAST(:status AS text)))
    RETURNING session_id
    """
)


@dataclass(frozen=True)
class NewMessage:
    """A message to remember. `content_sealed` is given only when it differs from `content`."""

    message_id: str
    role: str  # user, assistant, agent or system
    kind: str
    content: str
    status: str
    content_sealed: bytes | None = None
    images: tuple[str, ...] = field(default_factory=tuple)
    wamid: str | None = None


@dataclass(frozen=True)
class Line:
    """One line of a conversation's history, redacted."""

    role: str
    content: str


def remember(connection: Connection, conversation: Conversation, message: NewMessage) -> None:
    """Add a message at the end of the conversation and tell the console."""
    position = connection.scalar(
        update(models.conversations)
        .where(
            models.conversations.c.store_id == conversation.store_id,
            models.conversations.c.conversation_id == conversation.conversation_id,
        )
        .values(_conversation_after(message))
        .returning(models.conversations.c.last_position)
    )
    connection.execute(
        insert(models.messages).values(
            store_id=conversation.store_id,
            conversation_id=conversation.conversation_id,
            session_id=conversation.session_id,
            position=position,
            message_id=message.message_id,
            role=message.role,
            kind=message.kind,
            content=message.content,
            content_sealed=message.content_sealed,
            images=list(message.images),
            wamid=message.wamid,
            status=message.status,
        )
    )
    events.record(
        connection,
        conversation.store_id,
        "new_message",
        conversation.session_id,
        message_id=message.message_id,
    )
    events.record(connection, conversation.store_id, "chat_list_update", conversation.session_id)


def advance(
    connection: Connection,
    store_id: str,
    message_id: str,
    status: str,
    *,
    error: str = "",
    wamid: str | None = None,
) -> bool:
    """Move a message's status forward, never back; says whether anything changed."""
    session_id = connection.scalar(
        _ADVANCE,
        {
            "store_id": store_id,
            "message_id": message_id,
            "status": status,
            "error": error,
            "wamid": wamid,
            "ranks": list(_RANKS),
        },
    )
    if session_id is None:
        return False
    _announce_status(connection, store_id, str(session_id), message_id, status, error)
    return True


def is_known(connection: Connection, store_id: str, message_id: str) -> bool:
    table = models.messages
    query = select(table.c.message_id).where(
        table.c.store_id == store_id, table.c.message_id == message_id
    )
    return connection.scalar(query) is not None


def start_again(connection: Connection, store_id: str, message_id: str) -> None:
    """Show a message as on its way once more: the one step back, for a new attempt."""
    _update(connection, store_id, message_id, status="sending", error="")


def explain(connection: Connection, store_id: str, message_id: str, error: str) -> None:
    """Say why a message whose fate stays unknown is not confirmed."""
    _update(connection, store_id, message_id, status="unknown", error=error)


def history(
    connection: Connection,
    store_id: str,
    session_id: str,
    limit: int,
    without: Sequence[str] = (),
) -> list[Line]:
    """Read the last lines of a session that were really said, oldest first."""
    table = models.messages
    query = (
        select(table.c.role, table.c.content)
        .where(
            table.c.store_id == store_id,
            table.c.session_id == session_id,
            table.c.content != "",
            table.c.message_id.not_in(without),
            table.c.status.not_in(["failed", "cancelled"]),
        )
        .order_by(table.c.position.desc())
        .limit(limit)
    )
    return [Line(row.role, row.content) for row in reversed(connection.execute(query).all())]


def _update(
    connection: Connection, store_id: str, message_id: str, *, status: str, error: str
) -> None:
    table = models.messages
    session_id = connection.scalar(
        update(table)
        .where(table.c.store_id == store_id, table.c.message_id == message_id)
        .values(status=status, error=error)
        .returning(table.c.session_id)
    )
    _announce_status(connection, store_id, session_id, message_id, status, error)


def _announce_status(
    connection: Connection,
    store_id: str,
    session_id: str | None,
    message_id: str,
    status: str,
    error: str,
) -> None:
    refs = {"message_id": message_id, "status": status}
    if error:
        refs["error"] = error
    events.record(connection, store_id, "message_status", session_id, **refs)


def _conversation_after(message: NewMessage) -> dict[str, Any]:
    table = models.conversations
    values: dict[str, Any] = {
        "last_position": table.c.last_position + 1,
        "last_message_at": func.clock_timestamp(),
        "preview": message.content[:_PREVIEW_LENGTH] or f"[{message.kind}]",
    }
    if message.role == "user":
        values["unread"] = table.c.unread + 1
        values["waiting_since"] = func.coalesce(
            table.c.waiting_since, text("CASE WHEN owner = 'bot' THEN NULL ELSE now() END")
        )
    if message.role == "agent":
        values |= {"unread": 0, "waiting_since": None}
    return values
