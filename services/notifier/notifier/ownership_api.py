"""Whose a conversation is: take over, assign, release, resolve.

Each is committed before it is answered. A takeover's answer means that no bot part can begin
any more (P5).
"""

from flask import request

from common import commands, conversations
from common.commands import Note, TakenOver
from common.conversations import Conversation
from common.errors import InvalidRequestError, NotFoundError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from common.plain_text import is_storable
from notifier import audit
from notifier.access import session_id_of
from notifier.agents import Agent
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.conversations import (
    AssignmentSchema,
    OwnershipSchema,
    ReleaseSchema,
    TakenOverSchema,
)

blueprint = Blueprint("ownership", __name__, description="Whose a conversation is.")

_SESSION = "/api/stores/<store_id>/sessions/<session_id>"
_RELEASE = ReleaseSchema()


@blueprint.route(f"{_SESSION}/takeover", methods=["POST"])
@blueprint.response(200, TakenOverSchema)
def take_over(store_id: str, session_id: str) -> dict[str, object]:
    """Become the one who answers; `in_flight` names what the bot had begun to send."""
    store, known, me = store_of_path(store_id), session_id_of(session_id), agent()
    with parts().database.store(store.store_id) as connection:
        conversations.name_actor(connection, me.name)
        taken = commands.take_over(connection, store.store_id, known, me.id, me.name)
        audit.record(connection, store.store_id, me, "take_over", session_id=known)
    return _acknowledged(taken)


@blueprint.route(f"{_SESSION}/assign", methods=["POST"])
@blueprint.arguments(AssignmentSchema)
@blueprint.response(200, TakenOverSchema)
def assign(form: dict[str, str], store_id: str, session_id: str) -> dict[str, object]:
    """Make a colleague of the store the one who answers, or put it in the `queue`.

    What is unread stays so: a colleague has not seen it yet.
    404 `agent_not_found` for whom the store does not have.
    """
    store, known, me = store_of_path(store_id), session_id_of(session_id), agent()
    assignee = _assignee(store.store_id, form["agent_id"], me)
    with parts().database.store(store.store_id) as connection:
        conversations.name_actor(connection, me.name)
        taken = commands.assign(connection, store.store_id, known, assignee, by_agent_id=me.id)
        audit.record(connection, store.store_id, me, "assign", session_id=known, target=assignee[0])
    return _acknowledged(taken)


@blueprint.route(f"{_SESSION}/release", methods=["POST"])
@blueprint.response(200, OwnershipSchema)
def release(store_id: str, session_id: str) -> dict[str, object]:
    """Give the conversation back to the bot.

    The body may be absent, or `{"note"}`, up to 500 characters: shown to agents, told the
    assistant for the rest of the session, and not sent.
    """
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversations.lock_by_session(connection, store.store_id, known)  # or 404, before the body
    note = _note(_words(), agent(), store.store_id)
    with parts().database.store(store.store_id) as connection:
        conversations.name_actor(connection, agent().name)
        conversation = commands.release(connection, store.store_id, known, note)
        audit.record(connection, store.store_id, agent(), "release", session_id=known)
    parts().doorbells.ring(store.store_id, [conversation.conversation_id], goes_first=bool(note))
    return ownership_of(conversation)


@blueprint.route(f"{_SESSION}/resolve", methods=["POST"])
@blueprint.response(200, OwnershipSchema)
def resolve(store_id: str, session_id: str) -> dict[str, object]:
    """Close the matter; the customer's next message finds the bot."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversations.name_actor(connection, agent().name)
        conversation = commands.resolve(connection, store.store_id, known)
        audit.record(connection, store.store_id, agent(), "resolve", session_id=known)
    return ownership_of(conversation)


def _assignee(store_id: str, asked: str, me: Agent) -> tuple[str, str]:
    """Find who is meant: id and name. Raises NotFoundError or CatalogUnavailableError."""
    if asked == commands.QUEUE:
        return asked, ""
    known = as_uuid(asked)
    if known == me.id:
        return me.id, me.name
    name = parts().catalog.agents_of(store_id).get(known) if known else None
    if known is None or name is None:
        raise NotFoundError("The store has no such agent.", code="agent_not_found")
    return known, name


def _words() -> str:
    """Read the note of a release, whose body may be absent."""
    if not request.get_data():
        return ""
    form = Blueprint.ARGUMENTS_PARSER.parse(_RELEASE, request, location="json")
    return str(form["note"]).strip()


def _note(words: str, me: Agent, store_id: str) -> Note | None:
    if not is_storable(words):
        raise InvalidRequestError("note holds a character that no text has.")
    if not words:
        return None
    seal = parts().stores.seal_of(parts().stores.get(store_id))
    return Note(seal, me.id, me.name, words)


def _acknowledged(taken: TakenOver) -> dict[str, object]:
    """Ring too: what an agent has written need not wait any longer for what was cancelled."""
    conversation = taken.conversation
    parts().doorbells.ring(conversation.store_id, [conversation.conversation_id])
    return {**ownership_of(conversation), "in_flight": list(taken.in_flight)}


def ownership_of(conversation: Conversation) -> dict[str, object]:
    """Say whose it is, as the wire does."""
    is_agents = conversation.owner == "agent"
    return {
        "owner": conversation.agent_id if is_agents else conversation.owner,
        "owner_name": conversation.agent_name,
        "agent_name": conversation.agent_name,
        "status": conversation.status,
        "epoch": conversation.epoch,
    }
