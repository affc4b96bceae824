"""Sessions and messages as the console gets them, over REST and in events alike. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from common.conversations import wire_status


@dataclass(frozen=True)
class ListedSession:
    """A conversation's present session, as a line of the console's list. Times are ISO 8601."""

    id: str
    phone: str | None
    name: str
    status: str
    owner: str  # bot, queue or the agent's id
    owner_name: str
    epoch: int
    preview: str
    unread: int
    window_expires_at: str | None
    waiting_since: str | None
    last_message_at: str | None
    handover_trigger: str

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "ListedSession":
        is_agents = row["owner"] == "agent"
        return cls(
            id=row["session_id"],
            phone=row["phone"],
            name=row["name"],
            status=wire_status(row["owner"], resolved=row["resolved"]),
            owner=row["agent_id"] if is_agents else row["owner"],
            owner_name=row["agent_name"],
            epoch=row["epoch"],
            preview=row["preview"],
            unread=row["unread"],
            window_expires_at=instant(row["window_expires_at"]),
            waiting_since=instant(row["waiting_since"]),
            last_message_at=instant(row["last_message_at"]),
            handover_trigger=row["handover_trigger"],
        )


@dataclass(frozen=True)
class ShownMessage:
    """A message as the agent may see it: what redaction hid is there."""

    id: str
    session_id: str
    role: str
    content: str
    time: str | None
    kind: str
    images: tuple[str, ...]
    status: str
    error: str

    @classmethod
    def of(cls, row: Mapping[Any, Any], content: str) -> "ShownMessage":
        return cls(
            id=row["message_id"],
            session_id=row["session_id"],
            role=row["role"],
            content=content,
            time=instant(row["created_at"]),
            kind=row["kind"],
            images=tuple(row["images"]),
            status=row["status"],
            error=row["error"],
        )


def instant(moment: datetime | None) -> str | None:
    """Write a time in UTC with milliseconds: 2026-03-01T12:00:00.000Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
