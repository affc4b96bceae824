"""What was said, in the order of the conversation.

Its rules are the SQL functions of 0008_words.sql and 0012_changes.sql, which the turn's own steps
use too. `content` is redacted and is all that search, events and the assistant see; what
redaction hid is sealed beside it for the agent (P7, privacy).
"""

import json
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, text

from common import models
from common.conversations import Conversation
from common.database import announce_after_commit

_REMEMBER = text(
    """
    SELECT remember_message(
        :store_id, CAST(:conversation_id AS uuid), CAST(:message_id AS uuid), :role, :kind,
        :content, :content_sealed, CAST(:images AS jsonb), :wamid, :status)
    """
)
_ADVANCE = text(
    "SELECT advance_message(:store_id, CAST(:message_id AS uuid), :status, :error, :wamid)"
)
_SET = text("SELECT set_message_status(:store_id, CAST(:message_id AS uuid), :status, :error)")


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
    """Add a message at the end of the conversation, in its session, and tell the console."""
    written = vars(message) | {
        "store_id": conversation.store_id,
        "conversation_id": conversation.conversation_id,
        "images": json.dumps(message.images),
    }
    connection.execute(_REMEMBER, written)
    announce_after_commit(connection, conversation.store_id)


def advance(
    connection: Connection, store_id: str, message_id: str, status: str, *, error: str = ""
) -> bool:
    """Move a message's status forward, never back; says whether anything changed."""
    moved = {"store_id": store_id, "message_id": message_id, "status": status, "error": error}
    changed = bool(connection.scalar(_ADVANCE, moved | {"wamid": None}))
    if changed:
        announce_after_commit(connection, store_id)
    return changed


def is_known(connection: Connection, store_id: str, message_id: str) -> bool:
    table = models.messages
    query = select(table.c.message_id).where(
        table.c.store_id == store_id, table.c.message_id == message_id
    )
    return connection.scalar(query) is not None


def explain(connection: Connection, store_id: str, message_id: str, error: str) -> None:
    """Say why a message whose fate stays unknown is not confirmed."""
    doubt = {"store_id": store_id, "message_id": message_id, "status": "unknown", "error": error}
    connection.execute(_SET, doubt)
    announce_after_commit(connection, store_id)
