"""Sessions and messages as the console gets them, over REST and in events alike. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common.conversations import wire_status

MEDIA_COLUMNS = ("kind", "mime_type", "filename", "size", "state", "reason")
_QUOTED_CHARACTERS = 200
_REFUSED = frozenset({"failed", "retrying"})


@dataclass(frozen=True)
class ListedSession:
    """A conversation's present session, as a line of the console's list. Times are ISO 8601."""

    id: str
    contact_id: str  # whose it is; their conversation's id too
    phone: str | None
    name: str
    status: str
    owner: str  # bot, queue or the agent's id
    owner_name: str
    epoch: int
    preview: str
    preview_kind: str  # of its last message; "revoke" when that was deleted
    unread: int
    window_expires_at: str | None
    waiting_since: str | None
    last_message_at: str | None
    handover_trigger: str
    unreachable_code: str  # why WhatsApp cannot reach them, by its code; empty when it can
    snoozed: bool
    snoozed_until: str | None  # null while snoozed: until the customer writes
    blocked: bool
    opted_out: bool  # of advertising
    channel: str

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "ListedSession":
        is_agents = row["owner"] == "agent"
        return cls(
            id=row["session_id"],
            contact_id=row["conversation_id"],
            phone=row["phone"],
            name=row["name"],
            status=wire_status(row["owner"], resolved=row["resolved"]),
            owner=row["agent_id"] if is_agents else row["owner"],
            owner_name=row["agent_name"],
            epoch=row["epoch"],
            preview=row["preview"],
            preview_kind=row["preview_kind"] or "text",
            unread=row["unread"],
            window_expires_at=instant(row["window_expires_at"]),
            waiting_since=instant(row["waiting_since"]),
            last_message_at=instant(row["last_message_at"]),
            handover_trigger=row["handover_trigger"],
            unreachable_code=row["unreachable_code"],
            snoozed=row["snoozed"],
            snoozed_until=instant(row["snoozed_until"]),
            blocked=row["blocked_at"] is not None,
            opted_out=row["opted_out_at"] is not None,
            channel="whatsapp",
        )


@dataclass(frozen=True)
class QuotedMessage:
    """What a message answers to, as much of it as a line shows."""

    id: str
    role: str
    kind: str
    content: str

    @classmethod
    def of(cls, row: Mapping[Any, Any], content: str) -> "QuotedMessage":
        shown = "" if row["revoked_at"] else content[:_QUOTED_CHARACTERS]
        kind = "revoke" if row["revoked_at"] else row["kind"]
        return cls(row["message_id"], row["role"], kind, shown)


@dataclass(frozen=True)
class ShownMedia:
    """A picture, a recording or a file: on its way, there at `url` for some minutes, or lost."""

    kind: str
    mime_type: str
    filename: str
    size: int | None
    state: str  # loading, ready or failed
    reason: str
    url: str | None

    @classmethod
    def of(cls, row: Mapping[Any, Any], url: str | None) -> "ShownMedia":
        return cls(**{name: row[name] for name in MEDIA_COLUMNS}, url=url)


@dataclass(frozen=True)
class Sending:
    """How often a message of ours was sent, and WhatsApp's code for the last refusal."""

    attempt: int
    error_code: str


@dataclass(frozen=True)
class Opened:
    """What a message's row holds sealed, or other rows hold for it."""

    content: str
    details: Mapping[str, Any] = field(default_factory=dict)
    quoted: QuotedMessage | None = None
    media: ShownMedia | None = None
    sending: Sending | None = None  # only of what this installation sends itself


@dataclass(frozen=True)
class ShownMessage:
    """A message as the agent may see it: what redaction hid is there, what was deleted is not."""

    id: str
    session_id: str
    role: str
    content: str
    time: str | None
    kind: str
    images: tuple[str, ...]
    status: str
    error: str  # beside `unknown`: nobody waits for its status any more
    error_code: str  # WhatsApp's, while it has failed or waits to go again
    attempt: int  # 0 when it is not ours
    can_retry: bool
    details: Mapping[str, Any]
    reply_to: str | None
    quoted: QuotedMessage | None  # null beside `is_reply`: what it quotes is not known here
    is_reply: bool
    reactions: Mapping[str, str]
    edited: bool
    revoked: bool
    media: ShownMedia | None

    @classmethod
    def of(cls, row: Mapping[Any, Any], opened: Opened) -> "ShownMessage":
        sending = opened.sending
        is_there = row["revoked_at"] is None
        if not is_there:
            opened = Opened("", quoted=opened.quoted)
        return cls(
            id=row["message_id"],
            session_id=row["session_id"],
            role=row["role"],
            content=opened.content,
            time=instant(row["created_at"]),
            kind=row["kind"],
            images=tuple(row["images"]) if is_there else (),
            status=row["status"],
            error=row["error"],
            error_code=sending.error_code if sending and row["status"] in _REFUSED else "",
            attempt=sending.attempt if sending else 0,
            can_retry=is_there and sending is not None and _is_over(row),
            details=opened.details,
            reply_to=opened.quoted.id if opened.quoted else None,
            quoted=opened.quoted,
            is_reply=bool(row["reply_to"]),
            reactions=row["reactions"] if is_there else {},
            edited=row["edited_at"] is not None,
            revoked=not is_there,
            media=opened.media,
        )


def _is_over(row: Mapping[Any, Any]) -> bool:
    """Say whether nothing more becomes of a send unless a person asks for it."""
    return row["status"] == "failed" or (row["status"] == "unknown" and bool(row["error"]))


def instant(moment: datetime | None) -> str | None:
    """Write a time in UTC with milliseconds: 2026-03-01T12:00:00.000Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
