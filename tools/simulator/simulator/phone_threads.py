"""What every phone has on its screen, in memory: the ledger behind the phone page.

Fed when a customer's message is posted and answered, and when a Graph request was accepted.
One lock guards it all; the newest revision tells a page what it has not seen yet, so nothing
is queued for anyone. Waits only in `wait`; does no I/O.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from threading import Condition
from typing import Any

from simulator.phone_messages import RECEIVED, WRITTEN, PhoneKey, PhoneMessage, Written

_MOST_MESSAGES = 500  # of one phone; the oldest are forgotten
_TYPING_SECONDS = 25.0  # Meta: the indicator ends with an answer, or after 25 seconds
_ORDER = ("sent", "delivered", "read")


@dataclass
class _Thread:
    messages: dict[str, PhoneMessage] = field(default_factory=dict)
    revision: int = 0
    typing_revision: int = 0
    typing_until: float = 0.0


@dataclass(frozen=True)
class Changes:
    """What happened after a revision: messages in order of change, phones being typed to."""

    revision: int
    messages: tuple[PhoneMessage, ...]
    typing: tuple[PhoneKey, ...]


class PhoneThreads:
    """The conversations of all phones; safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.run = secrets.token_hex(4)  # revisions of another run mean nothing in this one
        self.closed = False
        self._clock = clock
        self._changed = Condition()
        self._revision = 0
        self._threads: dict[PhoneKey, _Thread] = {}
        self._homes: dict[tuple[str, str], PhoneKey] = {}

    def post(self, written: Iterable[Written]) -> None:
        """Show messages as sent; one that is sent again keeps its place."""
        with self._changed:
            for each in written:
                known = self._find(each.key.store_id, each.wamid)
                if known is None:
                    self._add(each.key, WRITTEN, each.wamid, each.content, "sent")
                elif known.status == "failed":
                    self._put(replace(known, status="sent", answer=None))

    def settle(self, written: Iterable[Written], answers: Sequence[int]) -> None:
        """Note what ingress answered; one 200 among repeated posts is enough."""
        accepted = HTTPStatus.OK in answers
        answer = HTTPStatus.OK.value if accepted else answers[0]
        with self._changed:
            for each in written:
                message = self._find(each.key.store_id, each.wamid)
                # The read receipt may be here before ingress has answered.
                if message is not None and message.status == "sent":
                    status = "delivered" if accepted else "failed"
                    self._put(replace(message, status=status, answer=answer))

    def take(self, key: PhoneKey, wamid: str, content: Mapping[str, Any]) -> None:
        """Show what the store sent."""
        with self._changed:
            self._add(key, RECEIVED, wamid, content, "delivered")
            self._threads[key].typing_until = 0.0

    def mark_read(self, store_id: str, wamid: str, *, typing: bool) -> None:
        """Mark a message and all before it as read, perhaps with somebody typing."""
        with self._changed:
            last = self._find(store_id, wamid)
            if last is None:
                return
            thread = self._threads[last.key]
            for message in tuple(thread.messages.values()):
                if message.number <= last.number and message.status in _ORDER[:2]:
                    self._read(message)
            if typing:
                self._revision += 1
                thread.revision = thread.typing_revision = self._revision
                thread.typing_until = self._clock() + _TYPING_SECONDS
                self._changed.notify_all()

    def changes(self, keys: Iterable[PhoneKey], after: int = 0) -> Changes:
        with self._changed:
            now = self._clock()
            threads = {key: self._threads[key] for key in keys if key in self._threads}
            found = [
                message
                for thread in threads.values()
                for message in thread.messages.values()
                if message.revision > after
            ]
            typing = tuple(
                key
                for key, thread in threads.items()
                if thread.typing_revision > after and thread.typing_until > now
            )
            found.sort(key=lambda message: message.revision)
            return Changes(self._revision, tuple(found), typing)

    def wait(self, keys: Sequence[PhoneKey], after: int, seconds: float) -> None:
        """Return when one of these phones changed, or all is closing, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self._is_newer(keys, after), seconds)

    def close(self) -> None:
        """End every wait, now and from now on."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _is_newer(self, keys: Sequence[PhoneKey], after: int) -> bool:
        return any(key in self._threads and self._threads[key].revision > after for key in keys)

    def _find(self, store_id: str, wamid: str) -> PhoneMessage | None:
        key = self._homes.get((store_id, wamid))
        return None if key is None else self._threads[key].messages[wamid]

    def _read(self, message: PhoneMessage) -> None:
        if message.direction == WRITTEN:
            self._put(replace(message, status="read"))

    def _add(
        self, key: PhoneKey, direction: str, wamid: str, content: Mapping[str, Any], status: str
    ) -> None:
        number = self._revision + 1
        now = self._clock()
        self._put(PhoneMessage(key, number, 0, now, direction, wamid, content, status))

    def _put(self, message: PhoneMessage) -> None:
        self._revision += 1
        thread = self._threads.setdefault(message.key, _Thread())
        thread.revision = self._revision
        thread.messages[message.wamid] = replace(message, revision=self._revision)
        self._homes[message.key.store_id, message.wamid] = message.key
        if len(thread.messages) > _MOST_MESSAGES:
            oldest = next(iter(thread.messages))
            del thread.messages[oldest], self._homes[message.key.store_id, oldest]
        self._changed.notify_all()
