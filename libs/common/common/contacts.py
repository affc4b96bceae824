"""What a store and its customers want of each other: who is blocked, who wants no advertising.

Blocking is done under the locks of all conversations of the person and under a new epoch, so that
nothing the bot computes for who is blocked can begin any more. Rules: 0027_people.sql.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from common import conversations
from common.conversations import Conversation
from common.database import announce_after_commit
from common.errors import ConflictError

MARKETING = "MARKETING"  # the category of templates that an opt-out is about
_BLOCK = text("SELECT block_contact(:store_id, CAST(:conversation_id AS uuid), :blocks)")
_HEED = text("SELECT heed_preference(:store_id, :phone, :user_id, :stops, :said_at)")


@dataclass(frozen=True)
class Preference:
    """What a person told WhatsApp about a store's advertising."""

    phone: str | None  # digits only
    user_id: str | None
    stops: bool
    said_at: int | None  # Meta's clock, epoch seconds


def block(connection: Connection, store_id: str, session_id: str, *, blocks: bool) -> Conversation:
    """Block the customer of a session, or let them be heard again; raises NotFoundError."""
    # Found without a lock: the function locks all of the person's conversations in one order.
    conversation_id = conversations.id_of_session(connection, store_id, session_id)
    its = {"store_id": store_id, "conversation_id": conversation_id}
    connection.execute(_BLOCK, its | {"blocks": blocks})
    announce_after_commit(connection, store_id)
    return conversations.lock(connection, store_id, conversation_id)


def heed(connection: Connection, store_id: str, preference: Preference) -> None:
    """Keep what a person wants, unless they have said something else since."""
    said_at = preference.said_at
    moment = None if said_at is None else datetime.fromtimestamp(said_at, UTC)
    who = {"phone": preference.phone, "user_id": preference.user_id}
    said = {"stops": preference.stops, "said_at": moment}
    connection.execute(_HEED, {"store_id": store_id} | who | said)
    announce_after_commit(connection, store_id)


def refuse_unwanted(conversation: Conversation, category: str = "") -> None:
    """Raise ConflictError for who is blocked, and for advertising to who wants none."""
    if conversation.blocked_at is not None:
        raise ConflictError("This customer is blocked.", code="contact_blocked")
    if category == MARKETING and conversation.opted_out_at is not None:
        raise ConflictError("This customer wants no advertising.", code="opted_out")
