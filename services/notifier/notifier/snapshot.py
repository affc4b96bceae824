"""What the console loads: the list of sessions and a session's messages, with their number.

`as_of_seq` is read before the rows, after everything committed got its number. So no event up
to it can be missing from the rows; one after it may be in them already, and says nothing new
then, because events carry states and ids, not differences. What the agent sees is unsealed here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, select

from common import events, models
from common.database import Database
from common.errors import NotFoundError
from notifier import session_query
from notifier.message_reader import MessageReader
from notifier.ownership_history import OwnershipChange, changes_within
from notifier.session_query import PAGE, SessionQuery
from notifier.wire import ListedSession, ShownMessage


@dataclass(frozen=True)
class SessionPage:
    """Part of the list; None as the cursor at its end."""

    as_of_seq: int
    sessions: tuple[ListedSession, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class MessagePage:
    """Messages, oldest first; `next_before` is None when nothing is older."""

    as_of_seq: int
    messages: tuple[ShownMessage, ...]
    next_before: str | None
    changes: tuple[OwnershipChange, ...] = ()  # of the owner, in the time of these messages
    session: ListedSession | None = None  # how the conversation stands, with the newest page


def list_sessions(database: Database, store_id: str, query: SessionQuery) -> SessionPage:
    """Read one page of the list."""
    events.sequence(database, store_id)
    with database.store(store_id) as connection:
        as_of_seq = events.head(connection, store_id)
        statement = _listed(store_id).where(models.conversations.c.session_id.is_not(None))
        rows = connection.execute(session_query.narrowed(statement, query)).all()
    page, more = rows[: query.page], len(rows) > query.page
    return SessionPage(
        as_of_seq=as_of_seq,
        sessions=tuple(ListedSession.of(row._mapping) for row in page),  # noqa: SLF001  # its API
        next_cursor=session_query.cursor_after(query, page[-1]) if more else None,
    )


def sessions_by_id(
    connection: Connection, store_id: str, session_ids: Iterable[str]
) -> dict[str, ListedSession]:
    """Read the conversations that sessions belong to; a former session shows the present one."""
    table = models.sessions
    statement = (
        _listed(store_id)
        .add_columns(table.c.session_id.label("asked"))
        .join(
            table,
            (table.c.store_id == models.conversations.c.store_id)
            & (table.c.conversation_id == models.conversations.c.conversation_id),
        )
        .where(table.c.session_id.in_(set(session_ids)))
    )
    rows = connection.execute(statement).mappings()
    return {row["asked"]: ListedSession.of(row) for row in rows}


def session_messages(
    connection: Connection,
    reader: MessageReader,
    session_id: str,
    before: str | None,
    most: int = PAGE,
) -> MessagePage:
    """Read a session's newest page, or what was said before a message.

    Going back reaches the conversation's former sessions too, or nobody could read them: the
    list shows only the present one. The newest page has the conversation's line beside it, which
    names the present session where a former one was asked for. Raises NotFoundError.
    """
    as_of_seq = events.head(connection, reader.store_id)
    conversation_id = conversation_of(connection, reader.store_id, session_id)
    table = models.messages
    statement = select(table).where(
        table.c.store_id == reader.store_id, table.c.conversation_id == conversation_id
    )
    if before is None:
        rows = _newest(connection, statement.where(table.c.session_id == session_id), most)
    else:
        position = _position_of(connection, reader.store_id, conversation_id, before)
        rows = _newest(connection, statement.where(table.c.position < position), most)
    line = None
    if before is None:
        line = sessions_by_id(connection, reader.store_id, [session_id]).get(session_id)
    if not rows:
        return MessagePage(as_of_seq, (), None, session=line)
    shown = reader.shown(connection, reversed(rows))
    has_older = rows[-1].position > 1
    first = shown[0].id
    changes = changes_within(connection, reader.store_id, first, has_older=has_older, before=before)
    return MessagePage(as_of_seq, shown, first if has_older else None, changes, line)


def one_message(
    connection: Connection, reader: MessageReader, session_id: str, message_id: str
) -> ShownMessage:
    """Read one message of a session's conversation; raises NotFoundError."""
    conversation_id = conversation_of(connection, reader.store_id, session_id)
    _position_of(connection, reader.store_id, conversation_id, message_id)
    return reader.by_id(connection, [message_id])[message_id]


def conversation_of(connection: Connection, store_id: str, session_id: str) -> str:
    """Name the conversation of a session, present or former; raises NotFoundError."""
    found = known_sessions(connection, store_id, [session_id])
    if not found:
        raise NotFoundError("There is no such conversation.", code="session_not_found")
    return found[session_id]


def known_sessions(
    connection: Connection, store_id: str, session_ids: Iterable[str]
) -> dict[str, str]:
    """Map those sessions that are this store's to their conversations."""
    table = models.sessions
    statement = select(table.c.session_id, table.c.conversation_id).where(
        table.c.store_id == store_id, table.c.session_id.in_(set(session_ids))
    )
    return {row.session_id: row.conversation_id for row in connection.execute(statement)}


def sessions_of(connection: Connection, store_id: str, message_id: str) -> list[str]:
    """Name the session a message is in; none for what is in no session."""
    table = models.messages
    statement = select(table.c.session_id).where(
        table.c.store_id == store_id,
        table.c.message_id == message_id,
        table.c.session_id.is_not(None),
    )
    return list(connection.scalars(statement))


def _listed(store_id: str) -> Select[Any]:
    table, contacts = models.conversations, models.contacts
    return (
        select(
            table,
            contacts.c.name,
            contacts.c.phone,
            contacts.c.unreachable_code,
            contacts.c.blocked_at,
            contacts.c.opted_out_at,
            _last_kind().label("preview_kind"),
        )
        .join(
            contacts,
            (contacts.c.store_id == table.c.store_id)
            & (contacts.c.contact_id == table.c.conversation_id),
        )
        .where(table.c.store_id == store_id)
    )


def _last_kind() -> ColumnElement[str | None]:
    """Name the kind of a conversation's last message, in its row's own query."""
    last, of = models.messages.c, models.conversations.c
    return (
        select(case((last.revoked_at.is_not(None), "revoke"), else_=last.kind))
        .where(
            last.store_id == of.store_id,
            last.conversation_id == of.conversation_id,
            last.position == of.last_position,
        )
        .correlate(models.conversations)
        .scalar_subquery()
    )


def _newest(connection: Connection, statement: Select[Any], most: int) -> Sequence[Row[Any]]:
    newest = statement.order_by(models.messages.c.position.desc()).limit(most)
    return connection.execute(newest).all()


def _position_of(
    connection: Connection, store_id: str, conversation_id: str, message_id: str
) -> int:
    table = models.messages
    position = connection.scalar(
        select(table.c.position).where(
            table.c.store_id == store_id,
            table.c.conversation_id == conversation_id,
            table.c.message_id == message_id,
        )
    )
    if position is None:
        raise NotFoundError("There is no such message.", code="message_not_found")
    return int(position)
