"""What is written to a socket: numbered events, numbers left out, and frames without a number.

Step 10 of a message's life. Pure: text in, text out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import ServiceError


@dataclass(frozen=True)
class Told:
    """An event as any socket of its store may get it; without a text nobody gets it."""

    seq: int
    type: str
    session_id: str | None
    text: str | None


@dataclass(frozen=True)
class Skipped:
    """Numbers that a socket does not get, so that its last number stays contiguous."""

    first: int
    last: int

    @property
    def text(self) -> str:
        return _text(type="skip", **{"from": self.first, "to": self.last})


@dataclass(frozen=True)
class Resync:
    """Everything up to the head is to be loaded anew."""

    head: int

    @property
    def text(self) -> str:
        return _text(type="resync", head_seq=self.head)


@dataclass(frozen=True)
class Answer:
    """A frame without a number that must arrive."""

    text: str


@dataclass(frozen=True)
class Whisper:
    """A frame without a number that nobody misses: who is typing."""

    text: str


Entry = Told | Skipped | Resync | Answer | Whisper


def event(seq: int, event_type: str, store_id: str, **content: Any) -> str:
    """Write an event; content is session_id, at and data."""
    return _text(seq=seq, type=event_type, store_id=store_id, **content)


def welcome(store_id: str, head: int) -> str:
    return _text(type="welcome", store_id=store_id, head_seq=head)


def joined(session_id: str, seq: int) -> Answer:
    return Answer(_text(type="joined", session_id=session_id, seq=seq))


def heartbeat(head: int) -> Answer:
    return Answer(_text(type="heartbeat", head_seq=head))


def typing(session_id: str, agent_id: str, agent_name: str) -> Whisper:
    agent = {"id": agent_id, "name": agent_name}
    return Whisper(_text(type="typing", session_id=session_id, agent=agent))


def refused(error: ServiceError, concerning: Mapping[str, Any]) -> Answer:
    """Say why an action was not done; `concerning` repeats what it named."""
    reason = {"code": error.code, "message": error.message, "details": error.details}
    return Answer(_text(type="error", error=reason, **concerning))


def _text(**frame: Any) -> str:
    # As it is, not escaped: an emoji is four bytes then, and twelve otherwise.
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)
