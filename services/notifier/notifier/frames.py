"""What is written to a socket: numbered events, numbers left out, and frames without a number.

Step 10 of a message's life. Pure: text in, text out.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from common.errors import ServiceError

_TEXT = 0x81  # the last piece of a text, and the first
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_MOST_IN_TWO = 0xFFFF


@dataclass(frozen=True)
class Told:
    """An event as any socket of its store may get it; without a text nobody gets it."""

    seq: int
    type: str
    session_id: str | None
    text: str | None

    @cached_property
    def frame(self) -> bytes:
        """Give the frame, made once however many sockets it goes to."""
        return websocket_frame(self.text or "")


@dataclass(frozen=True)
class Skipped:
    """Numbers that a socket does not get, so that its last number stays contiguous."""

    first: int
    last: int

    @cached_property
    def text(self) -> str:
        return _text(type="skip", **{"from": self.first, "to": self.last})


@dataclass(frozen=True)
class Resync:
    """Everything up to the head is to be loaded anew."""

    head: int

    @cached_property
    def text(self) -> str:
        return _text(type="resync", head_seq=self.head)


@dataclass(frozen=True)
class Heartbeat:
    """Up to here everything was told: it goes with what it counts, and is nothing without it."""

    head: int
    now: str | None = field(default=None, compare=False)

    @cached_property
    def text(self) -> str:
        return _text(type="heartbeat", head_seq=self.head, now=self.now)


@dataclass(frozen=True)
class Answer:
    """A frame without a number that must arrive."""

    text: str


@dataclass(frozen=True)
class Whisper:
    """A frame without a number that nobody misses: who is typing, who is there."""

    text: str


Entry = Told | Skipped | Resync | Heartbeat | Answer | Whisper


def event(seq: int, event_type: str, store_id: str, **content: Any) -> str:
    """Write an event; content is session_id, at and data."""
    return _text(seq=seq, type=event_type, store_id=store_id, **content)


def welcome(store_id: str, head: int, now: str | None) -> str:
    """Write the answer to `hello`; `now` is the time, because a client's clock may be wrong."""
    return _text(type="welcome", store_id=store_id, head_seq=head, now=now)


def joined(session_id: str, seq: int) -> Answer:
    return Answer(_text(type="joined", session_id=session_id, seq=seq))


def typing(session_id: str, agent_id: str, agent_name: str) -> Whisper:
    agent = {"id": agent_id, "name": agent_name}
    return Whisper(_text(type="typing", session_id=session_id, agent=agent))


def presence(session_id: str, agents: Iterable[tuple[str, str]]) -> Whisper:
    named = [{"id": agent_id, "name": name} for agent_id, name in agents]
    return Whisper(_text(type="presence", session_id=session_id, agents=named))


def refused(error: ServiceError, concerning: Mapping[str, Any]) -> Answer:
    """Say why an action was not done; `concerning` repeats what it named."""
    reason = {"code": error.code, "message": error.message, "details": error.details}
    return Answer(_text(type="error", error=reason, **concerning))


def websocket_frame(text: str) -> bytes:
    """Write a whole text frame of a server: not masked, not compressed, in one piece."""
    content = text.encode("utf-8", "replace")
    size = len(content)
    if size < _TWO_BYTES:
        return bytes((_TEXT, size)) + content
    if size <= _MOST_IN_TWO:
        return bytes((_TEXT, _TWO_BYTES)) + size.to_bytes(2, "big") + content
    return bytes((_TEXT, _EIGHT_BYTES)) + size.to_bytes(8, "big") + content


def _text(**frame: Any) -> str:
    # As it is, not escaped: an emoji is four bytes then, and twelve otherwise.
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)
