"""A conversation that an agent begins: with a template, because nobody has written yet."""

from typing import Any

from common import conversations
from common.errors import InvalidRequestError
from common.openapi import Blueprint
from common.plain_text import is_storable
from notifier import audit
from notifier.commands_api import accept_send
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.sending import BegunSchema, NewConversationSchema
from notifier.send_contents import asked_of

blueprint = Blueprint("starting", __name__, description="Conversations that agents begin.")

_NUMBER_MARKS = str.maketrans("", "", " +-.()\u00a0\u202a\u202c")  # as people write or paste it
_DIGITS = range(8, 16)  # of E.164 with its country


@blueprint.route("/api/stores/<store_id>/conversations", methods=["POST"])
@blueprint.arguments(NewConversationSchema)
@blueprint.response(201, BegunSchema)
def start(form: dict[str, Any], store_id: str) -> dict[str, str]:
    """Send somebody a template, whether they are known or not; the conversation is the agent's.

    The same `message_id` of the same agent again changes nothing. A name is kept only for who
    has none. 409 `owned_by_colleague` while another answers them, and what a send is refused with.
    """
    store, phone = store_of_path(store_id), _phone(form["phone"])
    if not is_storable(form["name"]):
        raise InvalidRequestError("name holds a character that no text has.")
    template = {"text": "", "client_id": form["message_id"], "template": form["template"]}
    asked = asked_of(store, "", agent(), template)
    with parts().database.store(store.store_id) as connection:
        session_id = conversations.begin(connection, store.store_id, phone, form["name"].strip())
        sent = accept_send(connection, store, session_id, form["message_id"], asked)
        if sent.is_new:
            audit.record(connection, store.store_id, agent(), "start", session_id=session_id)
    parts().doorbells.ring(store.store_id, [sent.conversation_id], goes_first=True)
    return {"session_id": session_id, "message_id": sent.message_id}


def _phone(written: str) -> str:
    digits = written.translate(_NUMBER_MARKS)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _DIGITS:
        raise InvalidRequestError(
            "phone is no number with its country, such as +57 300 111 2233.", code="phone_invalid"
        )
    return digits
