"""Who owns a conversation, and the 24 h session it is in.

The one module that writes ownership and `sessions` (`messages` keeps the preview). Every
change of owner raises the epoch; a bot part carries the epoch it was computed under and does
not begin under another (P5). Callers hold the conversation's row lock: `lock` first, then
change.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from common import events, models
from common.errors import NotFoundError

WINDOW = timedelta(hours=24)  # whatsapp.md 1.4: opened and renewed by each message of the customer


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


def lock(connection: Connection, store_id: str, conversation_id: str) -> Conversation:
    """Lock and read one conversation; raises NotFoundError."""
    return _locked(connection, store_id, models.conversations.c.conversation_id == conversation_id)


def lock_by_session(connection: Connection, store_id: str, session_id: str) -> Conversation:
    """Lock and read the conversation whose present session this is; raises NotFoundError."""
    return _locked(connection, store_id, models.conversations.c.session_id == session_id)


def open_session(
    connection: Connection, conversation: Conversation, written_at: datetime
) -> Conversation:
    """Renew the window for a message of the customer, or start a session when none is open.

    A message older than the window neither renews it nor starts a session beside a former one.
    """
    expires_at = min(written_at, conversation.now) + WINDOW
    is_late = expires_at <= conversation.now
    if conversation.session_id is None or not (conversation.is_window_open or is_late):
        return _start_session(connection, conversation, expires_at)
    expires_at = max(expires_at, conversation.window_expires_at or expires_at)
    values: dict[str, Any] = {"window_expires_at": expires_at, "resolved": False}
    _change(connection, conversation, **values)
    changed = replace(conversation, **values)
    if conversation.resolved:
        announce(connection, changed)
    return changed


def hand_over(connection: Connection, conversation: Conversation, trigger: str) -> Conversation:
    """Put the conversation in the queue for a person, saying why."""
    return _own(
        connection,
        conversation,
        "queue",
        handover_trigger=trigger,
        waiting_since=func.coalesce(models.conversations.c.waiting_since, func.now()),
    )


def take_over(
    connection: Connection, conversation: Conversation, agent_id: str, agent_name: str
) -> Conversation:
    """Give the conversation to an agent; nothing changes when it is theirs already."""
    if conversation.owner == "agent" and conversation.agent_id == agent_id:
        return conversation
    return _own(
        connection, conversation, "agent", agent_id=agent_id, agent_name=agent_name, unread=0
    )


def release(connection: Connection, conversation: Conversation) -> Conversation:
    """Give the conversation back to the bot."""
    return _own(connection, conversation, "bot", handover_trigger="", waiting_since=None)


def resolve(connection: Connection, conversation: Conversation) -> Conversation:
    """Close the matter; the customer's next message finds the bot."""
    return _own(
        connection,
        conversation,
        "bot",
        resolved=True,
        handover_trigger="",
        waiting_since=None,
        unread=0,
    )


def mark_read(connection: Connection, conversation: Conversation) -> None:
    """Note that an agent has seen what is there."""
    _change(connection, conversation, unread=0)
    events.record(connection, conversation.store_id, "chat_list_update", conversation.session_id)


def announce(connection: Connection, conversation: Conversation) -> None:
    """Record that the conversation's state changed."""
    refs: dict[str, object] = {"status": conversation.status}
    if conversation.agent_id:
        refs["agent_id"] = conversation.agent_id
        refs["agent"] = conversation.agent_name
    if conversation.handover_trigger:
        refs["handover_trigger"] = conversation.handover_trigger
    events.record(
        connection, conversation.store_id, "session_update", conversation.session_id, **refs
    )


def _locked(connection: Connection, store_id: str, condition: ColumnElement[bool]) -> Conversation:
    table, contacts = models.conversations, models.contacts
    query = (
        select(
            table,
            contacts.c.phone,
            contacts.c.user_id,
            contacts.c.name,
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
        raise NotFoundError("There is no such conversation.", code="session_not_found")
    return Conversation(**{name: row[name] for name in Conversation.__dataclass_fields__})


def _start_session(
    connection: Connection, conversation: Conversation, expires_at: datetime
) -> Conversation:
    session_id = connection.scalar(
        insert(models.sessions)
        .values(store_id=conversation.store_id, conversation_id=conversation.conversation_id)
        .returning(models.sessions.c.session_id)
    )
    values: dict[str, Any] = {
        "session_id": str(session_id),
        "window_expires_at": expires_at,
        "resolved": False,
    }
    if conversation.owner == "queue":  # nobody came within a day: the bot is active again
        values |= {"owner": "bot", "handover_trigger": "", "epoch": conversation.epoch + 1}
    extra = {"waiting_since": None} if conversation.owner == "queue" else {}
    _change(connection, conversation, **values, **extra)
    events.record(connection, conversation.store_id, "session_new", str(session_id))
    return replace(conversation, **values)


def _own(
    connection: Connection, conversation: Conversation, owner: str, **values: Any
) -> Conversation:
    facts: dict[str, Any] = {
        "owner": owner,
        "agent_id": None,
        "agent_name": "",
        "resolved": False,
        "epoch": conversation.epoch + 1,
    }
    _change(connection, conversation, **(facts | values))
    known = {
        name: value
        for name, value in (facts | values).items()
        if name in Conversation.__dataclass_fields__
    }
    changed = replace(conversation, **known)
    announce(connection, changed)
    return changed


def _change(connection: Connection, conversation: Conversation, **values: Any) -> None:
    table = models.conversations
    connection.execute(
        update(table)
        .where(
            table.c.store_id == conversation.store_id,
            table.c.conversation_id == conversation.conversation_id,
        )
        .values(**values)
    )
