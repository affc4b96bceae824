"""What an agent does to a conversation: send, take over, release, resolve, mark as read.

Each is committed before it is answered. A takeover's answer means that no bot part can begin
any more (P5); a send's, that the text has its place in the conversation's order.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from common import attachments, commands, conversations
from common.conversations import Conversation
from common.errors import InvalidRequestError
from common.inbound import AgentCommand
from common.openapi import Blueprint
from common.plain_text import is_storable
from common.sealing import StoreSeal
from common.stores import Store
from notifier import audit
from notifier.access import session_id_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.conversations import OwnershipSchema, TakenOverSchema
from notifier.schemas.sending import NewMessageSchema, SentSchema
from notifier.send_contents import Asked, asked_of

blueprint = Blueprint("commands", __name__, description="What an agent does to a conversation.")

_SESSION = "/api/stores/<store_id>/sessions/<session_id>"


@blueprint.route(f"{_SESSION}/messages", methods=["POST"])
@blueprint.arguments(NewMessageSchema)
@blueprint.response(202, SentSchema)
def send(form: dict[str, Any], store_id: str, session_id: str) -> dict[str, str]:
    """Send words, a file, a menu or a template in the conversation's order.

    It takes the conversation over from the bot.

    The same `client_id` of the same agent again changes nothing and has the same answer. 409
    `window_closed` after the customer's 24 hours, `owned_by_colleague` while another answers,
    `attachment_used` for a file that was sent; 422 `not_quotable` for a message that WhatsApp
    does not know yet.
    """
    store, known = store_of_path(store_id), session_id_of(session_id)
    _check_client_id(form["client_id"])
    sent = _send(store, known, form)
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


def _send(store: Store, session_id: str, form: Mapping[str, Any]) -> commands.Sent:
    me = agent()
    # Two agents may choose the same client id; neither's text may fall out as the other's twin.
    scoped = f"{me.id}:{form['client_id']}"
    seal = parts().stores.seal_of(store)
    asked = asked_of(store, session_id, me, form)
    with parts().database.store(store.store_id) as connection:
        command = AgentCommand(
            client_id=scoped,
            verb="send",
            message_id=commands.message_id_of(store.store_id, session_id, scoped),
            agent_id=me.id,
            agent_name=me.name,
            text=asked.text,
            content=asked.content,
        )
        sent = commands.send(connection, seal, store.store_id, session_id, command)
        if sent.is_new:
            _bring_beside(connection, seal, store.store_id, sent.message_id, asked)
        _record_send(connection, store.store_id, session_id, sent)
    return sent


def _bring_beside(
    connection: Connection, seal: StoreSeal, store_id: str, message_id: str, asked: Asked
) -> None:
    """Write down what the message shows beside its words, for when it is shown."""
    if asked.attachment_id:
        attachments.use(connection, store_id, asked.attachment_id, message_id)
    details = seal.seal_text(json.dumps(asked.details)) if asked.details else None
    if details or asked.reply_to:
        attachments.show_beside(connection, store_id, message_id, details, asked.reply_to)


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


def _check_client_id(client_id: str) -> None:
    if not is_storable(client_id):
        raise InvalidRequestError("client_id holds a character that no text has.")
