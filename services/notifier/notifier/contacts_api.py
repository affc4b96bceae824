"""The customer of a conversation: who they are, notes about them, and whether they are blocked."""

from typing import Any

from common import contacts, conversations
from common.errors import InvalidRequestError
from common.openapi import Blueprint
from common.plain_text import is_storable
from notifier import audit, private_notes, snapshot
from notifier.access import session_id_of
from notifier.contact_view import contact_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.contacts import BlockedSchema, BlockSchema, ContactSchema, NewNoteSchema
from notifier.schemas.conversations import ShownMessageSchema
from notifier.wire import ShownMessage

blueprint = Blueprint("contacts", __name__, description="The customer of a conversation.")

_SESSION = "/api/stores/<store_id>/sessions/<session_id>"


@blueprint.route(f"{_SESSION}/contact", methods=["GET"])
@blueprint.response(200, ContactSchema)
def show_contact(store_id: str, session_id: str) -> dict[str, Any]:
    """Read what is known of a session's customer: orders, notes and sessions, newest first."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    reader = parts().readers.of(store)
    with parts().database.store(store.store_id) as connection:
        contact = contact_of(connection, reader, known)
        audit.record_reading(connection, store.store_id, agent(), [known])
    return contact


@blueprint.route(f"{_SESSION}/notes", methods=["POST"])
@blueprint.arguments(NewNoteSchema)
@blueprint.response(201, ShownMessageSchema)
def add_note(form: dict[str, Any], store_id: str, session_id: str) -> ShownMessage:
    """Leave a note in the thread: for colleagues only, never sent and never told the assistant.

    The same `message_id` again adds nothing. 409 `message_id_used` for one that is something else.
    """
    store, known, me = store_of_path(store_id), session_id_of(session_id), agent()
    message_id, words = str(form["message_id"]), form["text"].strip()
    if not words:
        raise InvalidRequestError("There is no text to keep.", code="text_empty")
    if not is_storable(words):
        raise InvalidRequestError("The text holds a character that no text has.")
    reader = parts().readers.of(store)
    with parts().database.store(store.store_id) as connection:
        note = private_notes.PrivateNote(message_id, me.name, words)
        if private_notes.add(connection, reader.seal, store.store_id, known, note):
            its = {"session_id": known, "target": message_id}
            audit.record(connection, store.store_id, me, "note", **its)
        return reader.by_id(connection, [message_id])[message_id]


@blueprint.route(f"{_SESSION}/block", methods=["POST"])
@blueprint.arguments(BlockSchema)
@blueprint.response(200, BlockedSchema)
def block(form: dict[str, bool], store_id: str, session_id: str) -> dict[str, Any]:
    """Block a customer, or hear them again.

    What who is blocked writes is kept and shown; the bot does not answer it, and nobody is called.
    """
    store, known, blocks = store_of_path(store_id), session_id_of(session_id), form["blocked"]
    with parts().database.store(store.store_id) as connection:
        conversations.name_actor(connection, agent().name)
        conversation = contacts.block(connection, store.store_id, known, blocks=blocks)
        verb = "block" if blocks else "unblock"
        audit.record(connection, store.store_id, agent(), verb, session_id=known)
        line = snapshot.sessions_by_id(connection, store.store_id, [known])[known]
    parts().doorbells.ring(store.store_id, [conversation.conversation_id])
    return {"blocked": blocks, "session": line}
