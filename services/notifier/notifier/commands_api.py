"""What an agent does to a conversation: send, take over, release, resolve, mark as read.

Each is committed before it is answered. A takeover's answer means that no bot part can begin
any more (P5); a send's, that the text has its place in the conversation's order.
"""

from sqlalchemy import Connection

from common import commands, conversations
from common.conversations import Conversation
from common.errors import InvalidRequestError
from common.inbound import AgentCommand
from common.openapi import Blueprint
from common.plain_text import TEXT_LIMIT, is_storable, units
from common.stores import Store
from notifier import audit
from notifier.access import session_id_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.conversations import (
    NewMessageSchema,
    OwnershipSchema,
    SentSchema,
    TakenOverSchema,
)

blueprint = Blueprint("commands", __name__, description="What an agent does to a conversation.")

_SESSION = "/api/stores/<store_id>/sessions/<session_id>"


@blueprint.route(f"{_SESSION}/messages", methods=["POST"])
@blueprint.arguments(NewMessageSchema)
@blueprint.response(202, SentSchema)
def send(form: dict[str, str], store_id: str, session_id: str) -> dict[str, str]:
    """Send a text in the conversation's order; takes it over from the bot.

    The same `client_id` of the same agent again changes nothing and has the same answer. 409
    `window_closed` after the customer's 24 hours, 409 `owned_by_colleague` while another answers.
    """
    store, known = store_of_path(store_id), session_id_of(session_id)
    _check_text(form["text"])
    _check_client_id(form["client_id"])
    sent = _send(store, known, form["text"], form["client_id"])
    parts().doorbells.ring(store.store_id, [sent.conversation_id], goes_first=True)
    return {"id": sent.message_id, "client_id": form["client_id"], "status": "sending"}


@blueprint.route(f"{_SESSION}/takeover", methods=["POST"])
@blueprint.response(200, TakenOverSchema)
def take_over(store_id: str, session_id: str) -> dict[str, object]:
    """Become the one who answers; `in_flight` names what the bot had begun to send."""
    store, known, me = store_of_path(store_id), session_id_of(session_id), agent()
    with parts().database.store(store.store_id) as connection:
        taken = commands.take_over(connection, store.store_id, known, me.id, me.name)
        audit.record(connection, store.store_id, me, "take_over", session_id=known)
    return {**_ownership(taken.conversation), "in_flight": list(taken.in_flight)}


@blueprint.route(f"{_SESSION}/release", methods=["POST"])
@blueprint.response(200, OwnershipSchema)
def release(store_id: str, session_id: str) -> dict[str, object]:
    """Give the conversation back to the bot."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversation = commands.release(connection, store.store_id, known)
        audit.record(connection, store.store_id, agent(), "release", session_id=known)
    parts().doorbells.ring(store.store_id, [conversation.conversation_id])
    return _ownership(conversation)


@blueprint.route(f"{_SESSION}/resolve", methods=["POST"])
@blueprint.response(200, OwnershipSchema)
def resolve(store_id: str, session_id: str) -> dict[str, object]:
    """Close the matter; the customer's next message finds the bot."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversation = commands.resolve(connection, store.store_id, known)
        audit.record(connection, store.store_id, agent(), "resolve", session_id=known)
    return _ownership(conversation)


@blueprint.route(f"{_SESSION}/read", methods=["POST"])
@blueprint.response(204)
def mark_read(store_id: str, session_id: str) -> None:
    """Say that what is there was seen."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversation = conversations.lock_by_session(connection, store.store_id, known)
        conversations.mark_read(connection, conversation)


def _send(store: Store, session_id: str, text: str, client_id: str) -> commands.Sent:
    me = agent()
    # Two agents may choose the same client id; neither's text may fall out as the other's twin.
    scoped = f"{me.id}:{client_id}"
    command = AgentCommand(
        client_id=scoped,
        verb="send",
        message_id=commands.message_id_of(store.store_id, session_id, scoped),
        agent_id=me.id,
        agent_name=me.name,
        text=text,
    )
    seal = parts().stores.seal_of(store)
    with parts().database.store(store.store_id) as connection:
        sent = commands.send(connection, seal, store.store_id, session_id, command)
        _record_send(connection, store.store_id, session_id, sent)
    return sent


def _record_send(
    connection: Connection, store_id: str, session_id: str, sent: commands.Sent
) -> None:
    if sent.is_new:
        audit.record(
            connection, store_id, agent(), "send", session_id=session_id, target=sent.message_id
        )


def _ownership(conversation: Conversation) -> dict[str, object]:
    is_agents = conversation.owner == "agent"
    return {
        "owner": conversation.agent_id if is_agents else conversation.owner,
        "owner_name": conversation.agent_name,
        "agent_name": conversation.agent_name,
        "status": conversation.status,
        "epoch": conversation.epoch,
    }


def _check_text(text: str) -> None:
    if not text.strip():
        raise InvalidRequestError("There is no text to send.", code="text_empty")
    if units(text) > TEXT_LIMIT:
        raise InvalidRequestError(
            f"A message has at most {TEXT_LIMIT} characters.",
            code="text_too_long",
            limit=TEXT_LIMIT,
        )
    if not is_storable(text):
        raise InvalidRequestError("The text holds a character that no text has.")


def _check_client_id(client_id: str) -> None:
    if not is_storable(client_id):
        raise InvalidRequestError("client_id holds a character that no text has.")
