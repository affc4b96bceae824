"""Who gets which event: a store's sockets, the rooms they joined, and how far they were told.

Step 10 of a message's life. Pure: it does no I/O; a listener only keeps what it is given. One
lock makes three things one: an event's audience, the moment a room takes effect, and the
number up to which a store was told.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from notifier import frames
from notifier.frames import Entry, Heartbeat, Resync, Skipped, Told, Whisper

# Their content belongs to one conversation; everything else is for the whole store.
ROOM_EVENTS = frozenset({"new_message", "message_status", "message_update"})


class Listener(Protocol):
    """The near end of a socket; it must never block."""

    def put(self, entries: Sequence[Entry]) -> None: ...


@dataclass
class _Audience:
    """A store's sockets with the rooms of each; `told` is the last number handed to all."""

    told: int
    rooms: dict[Listener, set[str]] = field(default_factory=dict)


def entries_for(joined: Iterable[str], told: Sequence[Told]) -> list[Entry]:
    """Choose what a socket gets of some consecutive events; runs of the rest become one skip."""
    rooms = frozenset(joined)
    entries: list[Entry] = []
    for each in told:
        if _is_for(each, rooms):
            entries.append(each)
        elif entries and isinstance(entries[-1], Skipped):
            entries[-1] = Skipped(entries[-1].first, each.seq)
        else:
            entries.append(Skipped(each.seq, each.seq))
    return entries


def _is_for(event: Told, rooms: frozenset[str]) -> bool:
    if event.text is None:
        return False
    return event.type not in ROOM_EVENTS or event.session_id in rooms


class Rooms:
    """The sockets of this process by store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._audiences: dict[str, _Audience] = {}

    def enter(self, store_id: str, listener: Listener, rooms: Iterable[str], head: int) -> int:
        """Let a socket hear its store; returns the number after which it hears everything.

        `head` must have been read before, so that nothing after it can have been missed.
        """
        with self._lock:
            audience = self._audiences.setdefault(store_id, _Audience(told=head))
            audience.rooms[listener] = set(rooms)
            return audience.told

    def catch_up(self, store_id: str, listener: Listener, head: int) -> None:
        """Count a store as told up to a head that its only socket reads up to by itself."""
        with self._lock:
            audience = self._audiences[store_id]
            if audience.rooms.keys() == {listener}:
                audience.told = max(audience.told, head)

    def leave(self, store_id: str, listener: Listener) -> None:
        with self._lock:
            audience = self._audiences.get(store_id)
            if audience is None:
                return
            audience.rooms.pop(listener, None)
            if not audience.rooms:
                del self._audiences[store_id]

    def join(self, store_id: str, listener: Listener, session_id: str) -> None:
        """Open a room to a socket and answer with the number after which it is in effect."""
        with self._lock:
            audience = self._audiences[store_id]
            audience.rooms[listener].add(session_id)
            listener.put([frames.joined(session_id, audience.told)])

    def part(self, store_id: str, listener: Listener, session_id: str) -> None:
        with self._lock:
            self._audiences[store_id].rooms[listener].discard(session_id)

    def has_joined(self, store_id: str, listener: Listener, session_id: str) -> bool:
        with self._lock:
            return session_id in self._audiences[store_id].rooms[listener]

    def beat(self, store_id: str, listener: Listener, now: str | None = None) -> None:
        """Tell one socket how far it was told, after all that it was told, and what time it is."""
        with self._lock:
            listener.put([Heartbeat(self._audiences[store_id].told, now)])

    def whisper(self, store_id: str, session_id: str, whisper: Whisper) -> None:
        """Tell a room something that has no number."""
        with self._lock:
            audience = self._audiences.get(store_id)
            for listener, rooms in audience.rooms.items() if audience else ():
                if session_id in rooms:
                    listener.put([whisper])

    def stores(self) -> frozenset[str]:
        """Name the stores that somebody listens to."""
        with self._lock:
            return frozenset(self._audiences)

    def told(self, store_id: str) -> int | None:
        """Return the last number a store was told; None when nobody listens."""
        with self._lock:
            audience = self._audiences.get(store_id)
            return None if audience is None else audience.told

    def tell(self, store_id: str, events: Sequence[Told]) -> None:
        """Hand consecutive events to whom they concern.

        What was told already falls out. Nothing happens when a number is missing before them,
        because the store was forgotten and entered anew meanwhile: the caller reads again.
        """
        with self._lock:
            audience = self._audiences.get(store_id)
            fresh = [each for each in events if audience and each.seq > audience.told]
            if audience is None or not fresh or fresh[0].seq != audience.told + 1:
                return
            for listener, rooms in audience.rooms.items():
                listener.put(entries_for(rooms, fresh))
            audience.told = fresh[-1].seq

    def resync(self, store_id: str, head: int) -> None:
        """Tell a store's sockets to load anew: events up to the head are gone."""
        with self._lock:
            audience = self._audiences.get(store_id)
            if audience is None or audience.told >= head:
                return
            for listener in audience.rooms:
                listener.put([Resync(head)])
            audience.told = head
