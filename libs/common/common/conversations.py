"""Who owns a conversation, and the 24 h session it is in.

Sessions open and owners change by the SQL functions of 0008_words.sql and 0012_kinds.sql. Every
change of owner raises the epoch; a bot part carries the epoch it was computed under and does not
begin under another (P5). Callers hold the conversation's row lock: `lock` first, then change.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, select, text, update

from common import events, models
from common.database import announce_after_commit
from common.errors import NotFoundError

ASSIGNED = "ASSIGNED"  # why a conversation is in the queue: somebody has put it there
_CHANGE_OWNER = text(
    """
    SELECT change_owner(
        :store_id, CAST(:conversation_id AS uuid), :owner, CAST(:agent_id AS uuid), :agent_name,
        :trigger, :resolved, :is_read)
    """
)
_AS_USUAL: dict[str, object] = {
    "agent_id": None,
    "agent_name": "",
    "trigger": "",
    "resolved": False,
    "is_read": True,
}
_NAME_ACTOR = text("SELECT set_config('mostrador.by', :name, true)")

_BEGIN = text("SELECT begin_conversation(:store_id, :phone, :name)")


@dataclass(frozen=True)
class Conversation:
    """A conversation as its row stands under our lock; `now` is the database's clock."""

    store_id: str
    conversation_id: str
    owner: str  # bot, queue or agent
    agent_id: str | None
    agent_name: str
    epoch: int
    resolved: bool
    handover_trigger: str
    session_id: str | None
    window_expires_at: datetime | None
    phone: str | None
    user_id: str | None
    name: str
    now: datetime
    blocked_at: datetime | None
    opted_out_at: datetime | None  # of advertising
    snoozed: bool
    snoozed_until: datetime | None

    @property
    def is_window_open(self) -> bool:
        return self.window_expires_at is not None and self.window_expires_at > self.now

    @property
    def status(self) -> str:
        return wire_status(self.owner, resolved=self.resolved)


def wire_status(owner: str, *, resolved: bool) -> str:
    """Say it as the wire does: bot, handover, human or resolved."""
    if resolved:
        return "resolved"
    return {"bot": "bot", "queue": "handover", "agent": "human"}[owner]


def begin(connection: Connection, store_id: str, phone: str, name: str) -> str:
    """Find or make the conversation with a number; returns its present session.

    One that nobody has written in has a window that is closed. The name is for who has none.
    """
    asked = {"store_id": store_id, "phone": phone, "name": name}
    return str(connection.scalar(_BEGIN, asked))


def lock(connection: Connection, store_id: str, conversation_id: str) -> Conversation:
    """Lock and read one conversation; raises NotFoundError."""
    return _locked(connection, store_id, models.conversations.c.conversation_id == conversation_id)


def lock_by_session(connection: Connection, store_id: str, session_id: str) -> Conversation:
    """Lock and read the conversation whose present session this is; raises NotFoundError."""
    return _locked(connection, store_id, models.conversations.c.session_id == session_id)


def id_of_session(connection: Connection, store_id: str, session_id: str) -> str:
    """Find the conversation that this session is or was of, unlocked; raises NotFoundError."""
    found = connection.scalar(_of_session(store_id, session_id))
    if found is None:
        raise _unknown()
    return str(found)


def lock_of_session(connection: Connection, store_id: str, session_id: str) -> Conversation:
    """Lock and read the conversation that this session is or was of; raises NotFoundError."""
    its = _of_session(store_id, session_id).scalar_subquery()
    return _locked(connection, store_id, models.conversations.c.conversation_id == its)


def hand_over(connection: Connection, conversation: Conversation, trigger: str) -> Conversation:
    """Put the conversation in the queue for a person, saying why."""
    return _own(connection, conversation, "queue", trigger=trigger)


def take_over(
    connection: Connection,
    conversation: Conversation,
    agent_id: str,
    agent_name: str,
    *,
    is_read: bool = True,
) -> Conversation:
    """Give the conversation to an agent; nothing changes when it is theirs already.

    `is_read` is False where somebody else gives it: they have not seen what is unread.
    """
    if conversation.owner == "agent" and conversation.agent_id == agent_id:
        return conversation
    agent = {"agent_id": agent_id, "agent_name": agent_name}
    return _own(connection, conversation, "agent", is_read=is_read, **agent)


def queue(connection: Connection, conversation: Conversation) -> Conversation:
    """Put the conversation back in the queue, for any colleague."""
    if conversation.owner == "queue":
        return conversation
    return _own(connection, conversation, "queue", trigger=ASSIGNED)


def release(connection: Connection, conversation: Conversation) -> Conversation:
    """Give the conversation back to the bot."""
    return _own(connection, conversation, "bot")


def resolve(connection: Connection, conversation: Conversation) -> Conversation:
    """Close the matter; the customer's next message finds the bot."""
    return _own(connection, conversation, "bot", resolved=True)


def name_actor(connection: Connection, name: str) -> None:
    """Have the events of this transaction's changes of owner name the person who makes them."""
    connection.execute(_NAME_ACTOR, {"name": name})


def mark_read(connection: Connection, conversation: Conversation) -> None:
    """Note that an agent has seen what is there."""
    table = models.conversations
    connection.execute(
        update(table)
        .where(
            table.c.store_id == conversation.store_id,
            table.c.conversation_id == conversation.conversation_id,
        )
        .values(unread=0)
    )
    events.record(connection, conversation.store_id, "chat_list_update", conversation.session_id)


def _of_session(store_id: str, session_id: str) -> Select[tuple[str]]:
    table = models.sessions
    return select(table.c.conversation_id).where(
        table.c.store_id == store_id, table.c.session_id == session_id
    )


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such conversation.", code="session_not_found")


def _locked(connection: Connection, store_id: str, condition: ColumnElement[bool]) -> Conversation:
    table, contacts = models.conversations, models.contacts
    query = (
        select(
            table,
            contacts.c.phone,
            contacts.c.user_id,
            contacts.c.name,
            contacts.c.blocked_at,
            contacts.c.opted_out_at,
            func.clock_timestamp().label("now"),
        )
        .join(
            contacts,
            (contacts.c.store_id == table.c.store_id)
            & (contacts.c.contact_id == table.c.conversation_id),
        )
        .where(table.c.store_id == store_id, condition)
        .with_for_update(of=table, key_share=True)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return Conversation(**{name: row[name] for name in Conversation.__dataclass_fields__})


def _own(
    connection: Connection, conversation: Conversation, owner: str, **how: object
) -> Conversation:
    """Change the owner; `how` names what is not as usual of what `change_owner` takes."""
    its = {"store_id": conversation.store_id, "conversation_id": conversation.conversation_id}
    connection.execute(_CHANGE_OWNER, _AS_USUAL | its | {"owner": owner} | how)
    announce_after_commit(connection, conversation.store_id)
    return lock(connection, conversation.store_id, conversation.conversation_id)
