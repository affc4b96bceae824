"""The bounded outbox of one socket: the relay fills it, the socket's one writer drains it.

Step 10 of a message's life. It never blocks who puts something in, however slow its reader
is: on overflow it forgets what waits and says `resync` once. While nothing waits and the writer
rests, a frame goes straight to the socket, and no writer is woken: an event is for fifty.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from notifier.frames import (
    Answer,
    Entry,
    Heartbeat,
    Resync,
    Skipped,
    Told,
    Whisper,
    websocket_frame,
)

# reliability.md 3.2: 256 events or 256 KB for each connection.
MOST_ENTRIES = 256
MOST_CHARACTERS = 256 * 1024


@dataclass(frozen=True)
class Closing:
    """Why a socket is to be closed, as the WebSocket protocol says it."""

    code: int
    reason: str


TOO_SLOW = Closing(1013, "Reads too slowly.")
# Who reads a little is never blocked for long, and never whole either: after so long it ends.
_PATIENCE_SECONDS = 10.0


class Sink(Protocol):
    """The socket, as much of it as takes a frame without waiting."""

    @property
    def is_behind(self) -> bool: ...

    def send_at_once(self, frame: bytes) -> bool: ...


class SocketOutbox:
    """What waits to be written to one socket, in order."""

    def __init__(
        self,
        most_entries: int = MOST_ENTRIES,
        most_characters: int = MOST_CHARACTERS,
        sink: Sink | None = None,
    ) -> None:
        self._sink = sink
        self._is_writing = True  # the writer is on its way with a frame, or not there yet
        self._most_entries = most_entries
        self._most_characters = most_characters
        self._changed = threading.Condition()
        self._opening: deque[str] = deque()
        self._waiting: deque[Entry] = deque()
        self._characters = 0
        self._known = 0
        self._is_held = False
        self._is_woken = False
        self._closing: Closing | None = None
        self._behind_since = 0.0  # since when it overflows; 0 once its reader has caught up

    @property
    def closing(self) -> Closing | None:
        return self._closing

    def put(self, entries: Sequence[Entry]) -> None:
        """Add entries at the end; whispers fall out when there is no room."""
        with self._changed:
            for entry in entries:
                self._add(entry)
            self._write_at_once()
            if self._is_to_return():
                self._changed.notify_all()

    def hold(self) -> None:
        """Forget what waits, but for answers, and keep what comes until `release`."""
        with self._changed:
            answers = [each.text for each in self._waiting if isinstance(each, Answer)]
            self._opening = deque(answers)
            self._forget()
            self._known = 0
            self._is_held = True

    def release(self, opening: Sequence[str], head: int) -> None:
        """Write these first, which tell everything up to the head; then what comes after it.

        The relay may be behind the head and still bring what these have told: it falls out.
        """
        with self._changed:
            self._known = head
            kept = tuple(self._waiting)
            self._forget()
            for entry in kept:
                self._add(entry)
            self._opening.extend(opening)
            self._is_held = False
            self._changed.notify_all()

    def take(self, timeout: float) -> bytes | None:
        """Wait for the next frame as it is written; None in time, on `wake` and on `close`.

        An empty one asks to write the rest of what was begun.
        """
        with self._changed:
            self._is_writing = False
            if not (self._waiting or self._opening):
                self._behind_since = 0.0
            self._changed.wait_for(self._is_to_return, timeout)
            self._is_woken = False
            if self._is_held or self._closing:
                return None
            frame = b"" if self._has_rest() else self._next()
            self._is_writing = frame is not None
            return frame

    def wake(self) -> None:
        """Let the writer look after something else for a moment."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def close(self, closing: Closing) -> None:
        """Ask the writer to close the socket; the first reason stands."""
        with self._changed:
            self._closing = self._closing or closing
            self._changed.notify_all()

    def _is_to_return(self) -> bool:
        is_owed = bool(self._opening or self._waiting) or self._has_rest()
        return (is_owed and not self._is_held) or self._is_woken or self._closing is not None

    def _has_rest(self) -> bool:
        return self._sink is not None and self._sink.is_behind

    def _write_at_once(self) -> None:
        """Write what waits while the socket takes it, unless the writer has begun to."""
        if self._sink is None or self._is_writing or self._is_held or self._closing:
            return
        while self._waiting and not self._opening:
            if not self._sink.send_at_once(_frame_of(self._waiting[0])):
                return
            self._characters -= _size(self._waiting.popleft())
        if not (self._waiting or self._opening or self._has_rest()):
            self._behind_since = 0.0

    def _next(self) -> bytes | None:
        if self._opening:
            return websocket_frame(self._opening.popleft())
        if not self._waiting:
            return None
        entry = self._waiting.popleft()
        self._characters -= _size(entry)
        return _frame_of(entry)

    def _add(self, whole: Entry) -> None:
        entry = _after(whole, self._known)
        if entry is None:
            return
        last = self._waiting[-1] if self._waiting else None
        if isinstance(entry, Skipped) and isinstance(last, Skipped):
            self._waiting[-1] = Skipped(last.first, entry.last)
            return
        if not self._has_room_for(entry):
            if isinstance(entry, Whisper | Heartbeat):
                return
            self._overflow(entry)
            return
        self._waiting.append(entry)
        self._characters += _size(entry)

    def _has_room_for(self, entry: Entry) -> bool:
        if len(self._waiting) >= self._most_entries:
            return False
        return self._characters + _size(entry) <= self._most_characters

    def _overflow(self, entry: Entry) -> None:
        now = time.monotonic()
        self._behind_since = self._behind_since or now
        if now - self._behind_since > _PATIENCE_SECONDS:
            self._closing = self._closing or TOO_SLOW
        answers = [each for each in self._waiting if isinstance(each, Answer)]
        head = max((_last_number(each) for each in (*self._waiting, entry)), default=0)
        self._forget()
        # Answers are few: this socket asked for each of them, and asks nothing while it is stuck.
        kept: list[Entry] = [*answers, *([entry] if isinstance(entry, Answer) else [])]
        self._waiting.extend([*kept, Resync(head)] if head else kept)
        self._characters = sum(_size(each) for each in self._waiting)

    def _forget(self) -> None:
        self._waiting.clear()
        self._characters = 0


def _frame_of(entry: Entry) -> bytes:
    return entry.frame if isinstance(entry, Told) else websocket_frame(entry.text)


def _size(entry: Entry) -> int:
    return len(entry.text or "")


def _last_number(entry: Entry) -> int:
    if isinstance(entry, Told):
        return entry.seq
    if isinstance(entry, Skipped):
        return entry.last
    return entry.head if isinstance(entry, Resync) else 0


def _after(entry: Entry, head: int) -> Entry | None:
    """Return what an entry says beyond a number; frames without a number stay."""
    if isinstance(entry, Skipped):
        return Skipped(max(entry.first, head + 1), entry.last) if entry.last > head else None
    if isinstance(entry, Told | Resync):
        return entry if _last_number(entry) > head else None
    return entry
