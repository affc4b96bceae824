"""Reads conversations: the list of sessions, and the messages of one."""

from typing import Any

from common import events
from common.errors import InvalidRequestError, NotFoundError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from common.plain_text import is_storable
from notifier import audit, session_counts, snapshot
from notifier.access import session_id_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.conversations import (
    ListCountsSchema,
    MessagePageSchema,
    MessageQuerySchema,
    SessionPageSchema,
    SessionQuerySchema,
    ShownMessageSchema,
)
from notifier.session_counts import ListCounts
from notifier.session_query import SessionQuery
from notifier.snapshot import MessagePage, SessionPage
from notifier.wire import ShownMessage

blueprint = Blueprint("conversations", __name__, description="Sessions and messages.")

_SESSIONS = "/api/stores/<store_id>/sessions"


@blueprint.route(_SESSIONS, methods=["GET"])
@blueprint.arguments(SessionQuerySchema, location="query")
@blueprint.response(200, SessionPageSchema)
def list_sessions(asked: dict[str, Any], store_id: str) -> SessionPage:
    """List conversations by their present session, newest activity first.

    Those of the filter `waiting` stand by how long they wait. `q` is looked for in names
    and numbers and, by the beginnings of its words, in all messages.
    """
    store = store_of_path(store_id)
    if not is_storable(asked["q"]):
        raise InvalidRequestError("q holds a character that no text has.")
    return snapshot.list_sessions(
        parts().database,
        store.store_id,
        SessionQuery(
            agent().id,
            asked["filter"],
            asked["q"],
            asked["cursor"],
            owner=asked["owner"],
            is_unread=asked["unread"],
        ),
    )


@blueprint.route(f"{_SESSIONS}/counts", methods=["GET"])
@blueprint.response(200, ListCountsSchema)
def count_sessions(store_id: str) -> ListCounts:
    """Count the conversations of each filter; `all` stops at 10,000.

    `unread` counts messages: of the agent's own conversations and of those that wait.
    """
    store = store_of_path(store_id)
    return session_counts.count_sessions(parts().database, store.store_id, agent().id)


@blueprint.route(f"{_SESSIONS}/<session_id>/messages", methods=["GET"])
@blueprint.arguments(MessageQuerySchema, location="query")
@blueprint.response(200, MessagePageSchema)
def list_messages(asked: dict[str, Any], store_id: str, session_id: str) -> MessagePage:
    """Read the newest messages of a session, oldest first; `before` goes back from a message."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    before = _message_id(asked["before"])
    reader = parts().readers.of(store)
    events.sequence(parts().database, store.store_id)
    with parts().database.store(store.store_id) as connection:
        page = snapshot.session_messages(connection, reader, known, before, asked["limit"])
        audit.record_reading(connection, store.store_id, agent(), [known])
    return page


@blueprint.route(f"{_SESSIONS}/<session_id>/messages/<message_id>", methods=["GET"])
@blueprint.response(200, ShownMessageSchema)
def one_message(store_id: str, session_id: str, message_id: str) -> ShownMessage:
    """Read one message of a conversation anew: its media gets a fresh address."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    wanted = _message_id(message_id) or ""
    reader = parts().readers.of(store)
    with parts().database.store(store.store_id) as connection:
        message = snapshot.one_message(connection, reader, known, wanted)
        audit.record_reading(connection, store.store_id, agent(), [known])
    return message


def _message_id(before: str | None) -> str | None:
    if before is None:
        return None
    message_id = as_uuid(before)
    if message_id is None:
        raise NotFoundError("There is no such message.", code="message_not_found")
    return message_id
