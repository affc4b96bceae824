"""Puts a conversation off until a time or until the customer writes, and ends that."""

from datetime import datetime

from common import snoozing
from common.conversations import Conversation
from common.errors import InvalidRequestError
from common.openapi import Blueprint
from notifier import audit
from notifier.access import session_id_of
from notifier.ownership_api import ownership_of
from notifier.parts import agent, parts, store_of_path
from notifier.schemas.conversations import SnoozedSchema, SnoozeSchema
from notifier.wire import instant

blueprint = Blueprint("snoozing", __name__, description="Putting a conversation off.")

_SESSION = "/api/stores/<store_id>/sessions/<session_id>"
UNTIL_REPLY = "reply"


@blueprint.route(f"{_SESSION}/snooze", methods=["POST"])
@blueprint.arguments(SnoozeSchema)
@blueprint.response(200, SnoozedSchema)
def snooze(form: dict[str, str], store_id: str, session_id: str) -> dict[str, object]:
    """Put the conversation off until a time or, with `reply`, until the customer writes.

    It leaves the filters `mine` and `waiting` meanwhile. 409 `already_resolved`.
    """
    store, known, until = store_of_path(store_id), session_id_of(session_id), _time(form["until"])
    with parts().database.store(store.store_id) as connection:
        conversation = snoozing.snooze(connection, store.store_id, known, until)
        audit.record(
            connection, store.store_id, agent(), "snooze", session_id=known, until=form["until"]
        )
    return _snoozed(conversation)


@blueprint.route(f"{_SESSION}/unsnooze", methods=["POST"])
@blueprint.response(200, SnoozedSchema)
def unsnooze(store_id: str, session_id: str) -> dict[str, object]:
    """Bring the conversation back; nothing changes when it is not snoozed."""
    store, known = store_of_path(store_id), session_id_of(session_id)
    with parts().database.store(store.store_id) as connection:
        conversation = snoozing.wake(connection, store.store_id, known)
        audit.record(connection, store.store_id, agent(), "unsnooze", session_id=known)
    return _snoozed(conversation)


def _time(asked: str) -> datetime | None:
    if asked == UNTIL_REPLY:
        return None
    try:
        until = datetime.fromisoformat(asked)
    except ValueError as error:
        raise _no_time() from error
    if until.tzinfo is None:
        raise _no_time()
    return until


def _no_time() -> InvalidRequestError:
    return InvalidRequestError("until is `reply` or a time with its zone, ISO 8601.")


def _snoozed(conversation: Conversation) -> dict[str, object]:
    return {
        **ownership_of(conversation),
        "snoozed": conversation.snoozed,
        "snoozed_until": instant(conversation.snoozed_until),
    }
