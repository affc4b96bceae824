"""One agent's socket: what it is told when it says something.

Everything it is answered goes through its outbox, so that answers and events keep one order.
Each action is authorised anew; what is not the agent's is answered as what does not exist.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common import events, metrics
from common.database import Database
from common.errors import InvalidRequestError, ServiceError, TemporaryError
from common.stores import Store
from notifier import actions, audit, frames, replay, snapshot
from notifier.access import Access, no_such_session, session_id_of
from notifier.console_sessions import ConsoleSession
from notifier.hints import Hints, Typing
from notifier.message_reader import MessageReaders
from notifier.permissions import SOCKET_ACTIONS, Permission
from notifier.presence import Viewers, Viewing
from notifier.replay import Missed
from notifier.rooms import Rooms
from notifier.socket_outbox import Closing, SocketOutbox
from notifier.wire import instant

TOO_TALKATIVE = Closing(1008, "Too many actions.")
TRY_AGAIN = Closing(1013, "Try again shortly.")
# At once, of a whole process: a thousand consoles that come back together take turns here, and
# leave connections to the database for everybody else.
MOST_GREETINGS = 6
_MOST_ACTIONS = 600
_ACTIONS_PERIOD_SECONDS = 60.0


@dataclass(frozen=True)
class Live:
    """What every socket of this process shares."""

    database: Database
    readers: MessageReaders
    access: Access
    rooms: Rooms
    hints: Hints
    viewers: Viewers
    greetings: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(MOST_GREETINGS)
    )


class ConsoleSocket:
    """The near end of one socket. Others call only `check`, `close`, `doubt` and `cut`."""

    def __init__(
        self,
        live: Live,
        session: ConsoleSession,
        outbox: SocketOutbox,
        cut: Callable[[], None],
    ) -> None:
        self.session_key = session.key
        self.cut = cut
        self._live = live
        self._agent = session.agent
        self._outbox = outbox
        self._store_id: str | None = None
        self._viewing = Viewing(live.viewers, session.agent)
        self.is_doubted = False
        self._heard_at: deque[float] = deque(maxlen=_MOST_ACTIONS)

    def hear(self, text: str | bytes) -> None:
        """Do what a frame asks for, or answer why not."""
        if self._is_too_talkative():
            self.close(TOO_TALKATIVE)
            return
        concerning: dict[str, Any] = {}
        try:
            action = actions.read_action(text)
            concerning = actions.named_by(action)
            self._do(action)
        except ServiceError as error:
            self._outbox.put([frames.refused(error, concerning)])

    def beat(self) -> None:
        """Say up to where everything was told, and to the others that we are still there."""
        if self._store_id is not None:
            self._live.rooms.beat(self._store_id, self._outbox, instant(datetime.now(UTC)))
            self._viewing.go_on()

    def check(self) -> None:
        """Look again whether the log-in holds; called aside from the socket's own thread.

        Raises NotAuthenticatedError, StoreNotFoundError when the agent lost the store, or
        TemporaryError when that cannot be told for now.
        """
        self._agent = self._live.access.sign_in.present(self.session_key).agent
        if (store_id := self._store_id) is not None:
            self._live.access.store_for(self._agent, store_id)

    def doubt(self) -> None:
        """Have the log-in looked at again before the next heartbeat: it may have ended."""
        self.is_doubted = True
        self._outbox.wake()

    def close(self, closing: Closing) -> None:
        self._outbox.close(closing)

    def leave(self) -> None:
        """Stop hearing the store."""
        self._viewing.end_all()
        if self._store_id is not None:
            self._live.rooms.leave(self._store_id, self._outbox)
            metrics.console_sockets.labels(self._store_id).dec()
            self._store_id = None

    def _do(self, action: Mapping[str, Any]) -> None:
        does = {
            "hello": self._hello,
            "join_session": self._join,
            "leave_session": self._part,
            "typing": self._type,
        }.get(action["action"])
        needed = SOCKET_ACTIONS.get(action["action"])
        if does is None or needed is None:
            raise InvalidRequestError("There is no such action.")
        try:
            does(action, needed)
        except TemporaryError:
            if does != self._type:
                # Nobody asks a second time: without its answer the other side would wait for
                # ever, or have a room open in which nothing happens. It is to come back.
                self.close(TRY_AGAIN)
            raise

    def _hello(self, action: Mapping[str, Any], needed: Permission) -> None:
        hello = actions.read_hello(action)
        store = self._live.access.allowed_store(self._agent, hello.store_id, needed)
        with self._live.greetings:
            unknown = self._greet(store, hello)
        for each in unknown:
            self._outbox.put([frames.refused(no_such_session(), {"session_id": each})])
        self._viewing.begin(store.store_id, sorted(hello.rooms.difference(unknown)))

    def _greet(self, store: Store, hello: actions.Hello) -> list[str]:
        """Hear the store, then read what was missed; returns the rooms that are none of it."""
        told = self._enter(store.store_id, hello.rooms)
        opening: list[str] = []
        head = told
        try:
            # Read after we listen: the hint of what is committed by now may have come before.
            head, known = self._standing(store.store_id, hello.rooms)
            head = max(told, head)
            self._live.rooms.catch_up(store.store_id, self._outbox, head)
            opening = self._opening(store, Missed(store.store_id, hello.last_seq, head), known)
        except ServiceError:
            self.leave()
            self._outbox.hold()
            raise
        finally:
            self._outbox.release(opening, head)
        unknown = sorted(hello.rooms - known)
        for each in unknown:
            self._live.rooms.part(store.store_id, self._outbox, each)
        return unknown

    def _enter(self, store_id: str, rooms: frozenset[str]) -> int:
        """Hear a store instead of the former one; everything after the answer is kept for us.

        A room that is another store's never has an event of this one, so nobody looks first.
        """
        told = self._live.rooms.told(store_id)
        head = events.sequence(self._live.database, store_id) if told is None else told
        self.leave()
        self._outbox.hold()
        told = self._live.rooms.enter(store_id, self._outbox, rooms, head)
        self._store_id = store_id
        metrics.console_sockets.labels(store_id).inc()
        return told

    def _standing(self, store_id: str, rooms: frozenset[str]) -> tuple[int, frozenset[str]]:
        """Read the store's head, everything committed counted in, and which rooms are its own."""
        with self._live.database.store(store_id) as connection:
            known = snapshot.known_sessions(connection, store_id, rooms) if rooms else ()
            if known:
                audit.record_reading(connection, store_id, self._agent, frozenset(known))
            return events.sequence_in(connection, store_id), frozenset(known)

    def _opening(self, store: Store, missed: Missed, rooms: frozenset[str]) -> list[str]:
        welcome = frames.welcome(store.store_id, missed.head, instant(datetime.now(UTC)))
        if not missed.count:
            return [welcome]
        reader = self._live.readers.of(store)
        with self._live.database.store(store.store_id) as connection:
            return [welcome, *replay.frames_of(connection, reader, missed, rooms)]

    def _join(self, action: Mapping[str, Any], needed: Permission) -> None:
        store_id, session_id = self._place_of(action, needed)
        with self._live.database.store(store_id) as connection:
            snapshot.conversation_of(connection, store_id, session_id)
            audit.record_reading(connection, store_id, self._agent, [session_id])
        self._live.rooms.join(store_id, self._outbox, session_id)
        self._viewing.begin(store_id, [session_id])

    def _part(self, action: Mapping[str, Any], needed: Permission) -> None:
        store_id, session_id = self._place_of(action, needed)
        self._live.rooms.part(store_id, self._outbox, session_id)
        self._viewing.end(store_id, session_id)

    def _type(self, action: Mapping[str, Any], needed: Permission) -> None:
        store_id, session_id = self._place_of(action, needed)
        if not self._live.rooms.has_joined(store_id, self._outbox, session_id):
            raise no_such_session()
        self._live.hints.whisper(Typing(store_id, session_id, self._agent.id, self._agent.name))

    def _place_of(self, action: Mapping[str, Any], needed: Permission) -> tuple[str, str]:
        """Name the store this socket hears, if the agent may do this there, and the session."""
        if self._store_id is None:
            raise InvalidRequestError("Say hello first.", code="hello_first")
        session_id = session_id_of(action.get("session_id"))
        self._live.access.allowed_store(self._agent, self._store_id, needed)
        return self._store_id, session_id

    def _is_too_talkative(self) -> bool:
        now = time.monotonic()
        is_full = len(self._heard_at) == _MOST_ACTIONS
        is_fast = is_full and now - self._heard_at[0] < _ACTIONS_PERIOD_SECONDS
        self._heard_at.append(now)
        return is_fast
