"""What an agent does in a conversation: send, mark as read.

A send's answer means that the text has its place in the conversation's order.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from common import attachments, commands, conversations
from common.errors import InvalidRequestError
from common.inbound import AgentCommand
from common.openapi import Blueprint
from common.plain_text import is_storable
from common.sealing import StoreSeal
from common.stores import Store
from notifier import audit
from notifier.access import session_id_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.sending import NewMessageSchema, SentSchema
from notifier.send_contents import Asked, asked_of

blueprint = Blueprint("commands", __name__, description="What an agent does in a conversation.")

_SESSION = "/api/stores/<store_id>/sessions/<session_id>"


@blueprint.route(f"{_SESSION}/messages", methods=["POST"])
@blueprint.arguments(NewMessageSchema)
@blueprint.response(202, SentSchema)
def send(form: dict[str, Any], store_id: str, session_id: str) -> dict[str, str]:
    """Send words, a file, a menu or a template in the conversation's order.

    It takes the conversation over from the bot.

    The same `client_id` of the same agent again changes nothing and has the same answer. 409
    `window_closed` after the customer's 24 hours, `owned_by_colleague` while another answers,
    `contact_blocked`, `opted_out` for advertising to who wants none, `attachment_used` for a file
    that was sent; 422 `not_quotable` for a message that WhatsApp
    does not know yet.
    """
    store, known = store_of_path(store_id), session_id_of(session_id)
    sent = _send(store, known, form)
    parts().doorbells.ring(store.store_id, [sent.conversation_id], goes_first=True)
    return {"id": sent.message_id, "client_id": form["client_id"], "status": "sending"}


@blueprint.route(f"{_SESSION}/read", methods=["POST"])
@blueprint.response(204)
def mark_read(store_id: str, session_id: str) -> None:
    """Say that what is there was seen."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversation = conversations.lock_by_session(connection, store.store_id, known)
        conversations.mark_read(connection, conversation)


def _send(store: Store, session_id: str, form: Mapping[str, Any]) -> commands.Sent:
    asked = asked_of(store, session_id, agent(), form)
    with parts().database.store(store.store_id) as connection:
        return accept_send(connection, store, session_id, form["client_id"], asked)


def accept_send(
    connection: Connection, store: Store, session_id: str, client_id: str, asked: Asked
) -> commands.Sent:
    """Put what the present agent asks for in the conversation's order; ring after the commit."""
    _check_client_id(client_id)
    me = agent()
    # Two agents may choose the same client id; neither's text may fall out as the other's twin.
    scoped = f"{me.id}:{client_id}"
    seal = parts().stores.seal_of(store)
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
    details = seal.seal_text(json.dumps({**asked.details, "author": agent().name}))
    attachments.show_beside(connection, store_id, message_id, details, asked.reply_to)


def _record_send(
    connection: Connection, store_id: str, session_id: str, sent: commands.Sent
) -> None:
    if sent.is_new:
        audit.record(
            connection, store_id, agent(), "send", session_id=session_id, target=sent.message_id
        )


def _check_client_id(client_id: str) -> None:
    if not is_storable(client_id):
        raise InvalidRequestError("client_id holds a character that no text has.")
