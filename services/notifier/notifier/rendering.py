"""From events, which carry ids, to what the console is told: read together, rendered once.

Step 10 of a message's life. One query for all messages and one for all conversations of a
batch, whatever the number of events and sockets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from common.events import Event
from notifier import frames, snapshot
from notifier.frames import Told
from notifier.message_reader import MessageReader
from notifier.wire import ListedSession, ShownMessage, instant

_SHOW_A_MESSAGE = frozenset({"new_message", "message_update"})
_SHOW_A_CONVERSATION = frozenset({"session_new", "chat_list_update", "session_update"})


@dataclass(frozen=True)
class _Read:
    """The rows a batch speaks of, by message and by session."""

    messages: Mapping[str, ShownMessage]
    sessions: Mapping[str, ListedSession]


def render(connection: Connection, reader: MessageReader, events: Sequence[Event]) -> list[Told]:
    """Render consecutive events of one store; nobody gets one whose subject is gone."""
    read = _read(connection, reader, events)
    return [_told(event, _content(event, read)) for event in events]


def _read(connection: Connection, reader: MessageReader, events: Sequence[Event]) -> _Read:
    messages = {
        str(event.refs.get("message_id")) for event in events if event.type in _SHOW_A_MESSAGE
    }
    sessions = {
        event.session_id
        for event in events
        if event.session_id and event.type in _SHOW_A_CONVERSATION
    }
    return _Read(
        reader.by_id(connection, messages) if messages else {},
        snapshot.sessions_by_id(connection, reader.store_id, sessions) if sessions else {},
    )


def _told(event: Event, content: dict[str, Any] | None) -> Told:
    text = None
    if content is not None:
        text = frames.event(
            event.seq,
            event.type,
            event.store_id,
            session_id=event.session_id,
            at=instant(event.at),
            data=content,
        )
    return Told(event.seq, event.type, event.session_id, text)


def _content(event: Event, read: _Read) -> dict[str, Any] | None:
    if event.type in _SHOW_A_MESSAGE:
        message = read.messages.get(str(event.refs.get("message_id")))
        return {"sessionId": event.session_id, "message": asdict(message)} if message else None
    if event.type in _SHOW_A_CONVERSATION:
        session = read.sessions.get(event.session_id or "")
        return _conversation_content(event, session) if session else None
    return dict(event.refs)


def _conversation_content(event: Event, session: ListedSession) -> dict[str, Any]:
    if event.type == "session_new":
        return {
            "id": event.session_id,
            "contact_id": session.contact_id,
            "phone": session.phone,
            "name": session.name,
            "time": instant(event.at),
        }
    if event.type == "session_update":
        # What happened then, and how the line stands now: an owner brings more than a name.
        return {"id": event.session_id, **event.refs, "session": vars(session)}
    return {"sessionId": event.session_id, **vars(session)}
