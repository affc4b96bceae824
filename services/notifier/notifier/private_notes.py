"""What agents write to each other about a customer: in the thread, and nowhere else.

A note needs no turn, because it is never sent. Redaction lives in the worker, so all of it is
sealed and search finds nothing of it; the assistant's history leaves its role out.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from common import conversations, messages, models
from common.errors import ConflictError
from common.messages import NewMessage
from common.sealing import StoreSeal

KIND = "note"


@dataclass(frozen=True)
class PrivateNote:
    """A note as its author wrote it."""

    message_id: str
    author: str
    text: str


def add(
    connection: Connection, seal: StoreSeal, store_id: str, session_id: str, note: PrivateNote
) -> bool:
    """Put a note at the end of the conversation, once; says whether it was new.

    Raises NotFoundError, or ConflictError where its id is something else's.
    """
    conversation = conversations.lock_of_session(connection, store_id, session_id)
    table = models.messages
    its_id = (table.c.store_id == store_id, table.c.message_id == note.message_id)
    known = connection.execute(
        select(table.c.conversation_id, table.c.kind).where(*its_id)
    ).one_or_none()
    if known is not None:
        if (str(known.conversation_id), known.kind) != (conversation.conversation_id, KIND):
            raise ConflictError("That id is another message's.", code="message_id_used")
        return False
    sealed = seal.seal_text(note.text)
    new = NewMessage(note.message_id, "system", KIND, "", "received", sealed)
    messages.remember(connection, conversation, new)
    author = seal.seal_text(json.dumps({"author": note.author}))
    connection.execute(update(table).where(*its_id).values(details_sealed=author))
    return True
