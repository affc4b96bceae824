"""Lets a message that failed, or that nobody could confirm, go again because an agent asks."""

from common import commands
from common.errors import NotFoundError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from notifier import audit
from notifier.access import session_id_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.conversations import RetriedSchema

blueprint = Blueprint("retries", __name__, description="Messages that go again.")

_MESSAGE = "/api/stores/<store_id>/sessions/<session_id>/messages/<message_id>"


@blueprint.route(f"{_MESSAGE}/retry", methods=["POST"])
@blueprint.response(202, RetriedSchema)
def retry(store_id: str, session_id: str, message_id: str) -> dict[str, object]:
    """Send it again as a new attempt, with a wamid of its own; takes it over from the bot.

    409 `not_failed` for what went or is on its way, `window_closed` after the customer's 24
    hours, `owned_by_colleague` while another answers.
    """
    store, known, me = store_of_path(store_id), session_id_of(session_id), agent()
    message = as_uuid(message_id)
    if message is None:
        raise NotFoundError("There is no such message.", code="message_not_found")
    with parts().database.store(store.store_id) as connection:
        retried = commands.retry(connection, store.store_id, known, message, (me.id, me.name))
        if retried.verdict == "asked":
            audit.record(connection, store.store_id, me, "retry", session_id=known, target=message)
    parts().doorbells.ring(store.store_id, [retried.conversation_id], goes_first=True)
    return {"id": message, "status": "retrying", "attempt": retried.attempt}
