"""The typed values that the door makes of Meta's JSON and the worker reads back.

Kept as JSON inside the sealed payload of an inbox row, so that both sides of the queue agree
on one shape. Pure: no I/O.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

# ASCII escapes keep lone surrogates representable: they are stored as they came.
_WRITTEN = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class InboundMessage:
    """One thing a customer sent. Kinds other than text carry what can be shown of them."""

    wamid: str
    kind: str  # Meta's type, or "unsupported"
    text: str = ""  # what they wrote, or the caption
    phone: str | None = None  # digits only
    user_id: str | None = None  # business-scoped user id
    name: str = ""
    sent_at: int | None = None  # Meta's clock, epoch seconds
    reply_to: str | None = None  # the wamid it quotes
    author: str = "user"  # or "agent": a person of the store who answered from the phone app
    target: str | None = None  # the wamid a reaction, an edit or a revoke speaks of
    details: Mapping[str, Any] = field(default_factory=dict)  # what an agent sees beside the text
    media: Mapping[str, str] | None = None  # id, mime_type, sha256, filename; each may be absent
    raw: Mapping[str, Any] = field(default_factory=dict)
    # Of a `system` message that says who somebody is now: `phone` is the old number, `user_id`
    # the new id. The intake makes these aliases of one contact.
    new_phone: str | None = None
    previous_user_id: str | None = None

    def to_bytes(self) -> bytes:
        return _to_bytes(self)

    @classmethod
    def from_bytes(cls, payload: bytes) -> "InboundMessage":
        return cls(**_known(cls, payload))


@dataclass(frozen=True)
class StatusUpdate:
    """What Meta says of one of our sends: sent, delivered, read, played or failed."""

    wamid: str
    status: str
    sent_at: int | None = None
    callback_data: str = ""
    error_code: str = ""
    error_title: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    # Every error that came with it, the first of which is the one above: code, title, details.
    errors: Sequence[Mapping[str, str]] = field(default_factory=list)

    @property
    def event_id(self) -> str:
        return f"{self.wamid}|{self.status}"

    def to_bytes(self) -> bytes:
        return _to_bytes(self)

    @classmethod
    def from_bytes(cls, payload: bytes) -> "StatusUpdate":
        return cls(**_known(cls, payload))


@dataclass(frozen=True)
class AgentCommand:
    """What an agent asked for, ordered with the customer's messages."""

    client_id: str
    verb: str  # send, or note: shown to agents and told the assistant, and not sent
    message_id: str
    agent_id: str
    agent_name: str
    text: str = ""  # the words that are shown, whatever the kind
    # What is to be sent beside or instead of the text: its `kind`, what that kind holds, and the
    # wamid that it quotes as `reply_to`. Empty: the text.
    content: Mapping[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return _to_bytes(self)

    @classmethod
    def from_bytes(cls, payload: bytes) -> "AgentCommand":
        return cls(**_known(cls, payload))


def _known(kind: type, payload: bytes) -> dict[str, Any]:
    """Read the fields this version knows: during a roll-out the other side may know more."""
    known = {each.name for each in fields(kind)}
    return {name: value for name, value in json.loads(payload).items() if name in known}


def _to_bytes(value: Any) -> bytes:
    # Not `asdict`: it copies all of the raw JSON first.
    return _WRITTEN(vars(value)).encode("ascii")
