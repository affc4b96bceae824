"""Putting a conversation off until a time, or until the customer writes.

A snooze ends by itself: at a change of owner and with what the customer writes by a trigger of
0023_list.sql, at its time by the worker's clock, which calls `wake_due`.
"""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from common import conversations
from common.conversations import Conversation
from common.database import announce_after_commit
from common.errors import ConflictError, InvalidRequestError

LONGEST = timedelta(days=366)
_SNOOZE = text(
    """
    SELECT snooze_conversation(
        :store_id, CAST(:conversation_id AS uuid), :is_snoozed,
        CAST(:until AS timestamptz), :reason)
    """
)
_WAKE_DUE = text("SELECT store_id FROM wake_snoozed(:at_most)")


def snooze(
    connection: Connection, store_id: str, session_id: str, until: datetime | None
) -> Conversation:
    """Put it off; without a time until the customer writes. A later snooze replaces one.

    Raises NotFoundError, ConflictError `already_resolved`, and InvalidRequestError for a time
    that is past or more than a year away, by the database's clock.
    """
    conversation = conversations.lock_by_session(connection, store_id, session_id)
    if conversation.resolved:
        raise ConflictError("This conversation is resolved.", code="already_resolved")
    if until is not None and not conversation.now < until <= conversation.now + LONGEST:
        raise InvalidRequestError("until is a time of the next 366 days.")
    return _changed(connection, conversation, "SNOOZED", until)


def wake(connection: Connection, store_id: str, session_id: str) -> Conversation:
    """End a snooze; nothing changes without one."""
    return end(connection, conversations.lock_by_session(connection, store_id, session_id))


def end(connection: Connection, conversation: Conversation) -> Conversation:
    """End the snooze of a conversation whose row lock the caller holds."""
    if not conversation.snoozed:
        return conversation
    return _changed(connection, conversation, "AWAKE")


def wake_due(connection: Connection, at_most: int) -> Counter[str]:
    """Wake what was snoozed until now, in any store; counts them by store."""
    woken = Counter(connection.scalars(_WAKE_DUE, {"at_most": at_most}))
    for store_id in woken:
        announce_after_commit(connection, store_id)
    return woken


def _changed(
    connection: Connection,
    conversation: Conversation,
    reason: str,
    until: datetime | None = None,
) -> Conversation:
    its = {
        "store_id": conversation.store_id,
        "conversation_id": conversation.conversation_id,
        "is_snoozed": reason == "SNOOZED",
        "until": until,
        "reason": reason,
    }
    connection.execute(_SNOOZE, its)
    announce_after_commit(connection, conversation.store_id)
    return conversations.lock(connection, conversation.store_id, conversation.conversation_id)
