"""Messages that were given up: listed with their reason, replayed or discarded by a person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from common import dead_letters
from common.dead_letters import DeadLetter
from common.errors import InvalidRequestError, NotFoundError
from common.identifiers import as_uuid
from common.openapi import Blueprint
from notifier import audit
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.stores import (
    DeadLettersQuerySchema,
    DeadLettersSchema,
    SettledDeadLetterSchema,
)
from notifier.wire import instant

blueprint = Blueprint("dead_letters", __name__, description="Messages that were given up.")

_DEAD_LETTERS = "/api/stores/<store_id>/dead-letters"

Settle = Callable[[Connection, str, str], str]


@blueprint.route(_DEAD_LETTERS, methods=["GET"])
@blueprint.arguments(DeadLettersQuerySchema, location="query")
@blueprint.response(200, DeadLettersSchema)
def list_dead_letters(asked: dict[str, Any], store_id: str) -> dict[str, object]:
    """List what was given up, newest first, page by page."""
    store, before = store_of_path(store_id), _place_in(asked["before"])
    with parts().database.store(store.store_id) as connection:
        found = dead_letters.waiting(connection, store.store_id, before, asked["limit"] + 1)
    page, more = found[: asked["limit"]], found[asked["limit"] :]
    end = f"{page[-1].died_at.isoformat()}~{page[-1].dead_letter_id}" if more else None
    return {"dead_letters": [_shown(each) for each in page], "next_before": end}


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


def _place_in(before: str) -> tuple[datetime, str] | None:
    """Read where a page begins: a letter that was settled meanwhile marks its place still."""
    if not before:
        return None
    moment, _, place = before.partition("~")
    known = as_uuid(place)
    try:
        died_at = datetime.fromisoformat(moment)
    except ValueError:
        died_at = None
    if known is None or died_at is None or died_at.tzinfo is None:
        raise InvalidRequestError("before is not one of ours.")
    return died_at, known


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
