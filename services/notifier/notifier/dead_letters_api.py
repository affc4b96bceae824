"""Messages that were given up: listed with their reason, replayed or discarded by a person."""

from collections.abc import Callable

from sqlalchemy import Connection

from common import dead_letters
from common.dead_letters import DeadLetter
from common.errors import NotFoundError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from notifier import audit
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.stores import DeadLettersSchema, SettledDeadLetterSchema
from notifier.wire import instant

blueprint = Blueprint("dead_letters", __name__, description="Messages that were given up.")

_DEAD_LETTERS = "/api/stores/<store_id>/dead-letters"

Settle = Callable[[Connection, str, str], str]


@blueprint.route(_DEAD_LETTERS, methods=["GET"])
@blueprint.response(200, DeadLettersSchema)
def list_dead_letters(store_id: str) -> dict[str, object]:
    """List what was given up, newest first."""
    store = store_of_path(store_id)
    with parts().database.store(store.store_id) as connection:
        waiting = dead_letters.waiting(connection, store.store_id)
    return {"dead_letters": [_shown(each) for each in waiting]}


@blueprint.route(f"{_DEAD_LETTERS}/<dead_letter_id>/retry", methods=["POST"])
@blueprint.response(200, SettledDeadLetterSchema)
def retry(store_id: str, dead_letter_id: str) -> dict[str, str]:
    """Put it back at its place, with new attempts."""
    store = store_of_path(store_id)
    conversation_id = _settle(
        store.store_id, dead_letter_id, dead_letters.retry, "retry_dead_letter"
    )
    parts().doorbells.ring(store.store_id, [conversation_id])
    return {"id": dead_letter_id, "status": "pending"}


@blueprint.route(f"{_DEAD_LETTERS}/<dead_letter_id>/discard", methods=["POST"])
@blueprint.response(200, SettledDeadLetterSchema)
def discard(store_id: str, dead_letter_id: str) -> dict[str, str]:
    """Give it up for good; the record stays."""
    store = store_of_path(store_id)
    _settle(store.store_id, dead_letter_id, dead_letters.discard, "discard_dead_letter")
    return {"id": dead_letter_id, "status": "discarded"}


def _settle(store_id: str, dead_letter_id: str, settle: Settle, action: str) -> str:
    known = as_uuid(dead_letter_id)
    if known is None:
        raise NotFoundError("There is no such dead letter.")
    with parts().database.store(store_id) as connection:
        conversation_id = settle(connection, store_id, known)
        audit.record(connection, store_id, agent(), action, target=known)
    return conversation_id


def _shown(letter: DeadLetter) -> dict[str, object]:
    return {
        "id": letter.dead_letter_id,
        "session_id": letter.session_id,
        "kind": letter.kind,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "received_at": instant(letter.received_at),
        "died_at": instant(letter.died_at),
    }
