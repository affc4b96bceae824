"""What a turn brings, in short: each call is one turn of a conversation, taken and ended."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from common import turns, words
from common.leases import Lease
from common.turns import Turn
from common.words import Standing, Words

from .desk import Desk

NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)


@dataclass
class Thread:
    """One conversation of a desk, whose worker is the test."""

    desk: Desk
    phone: str = "573005550101"
    number: int = field(default=0)

    def bring(self, *brought: dict[str, Any]) -> Standing:
        """Remember a turn's words under a new lease, and end it; returns how it stood."""
        turn = self.turn(len(brought))
        standing = self.remember(turn, *brought)
        self.end(turn)
        return standing

    def turn(self, count: int = 1) -> Turn:
        self.number += 1
        conversation = self.desk.write(
            *(f"{self.phone}-{self.number}-{place}" for place in range(count)), phone=self.phone
        )
        return self.desk.turn(self.desk.lease(conversation, f"worker-{uuid4()}", seconds=30))

    def remember(self, turn: Turn, *brought: dict[str, Any]) -> Standing:
        read = [_words(mail.inbox_id, each) for mail, each in zip(turn.mail, brought, strict=True)]
        return words.remember(self.desk.database, turn, read, 20)

    def end(self, turn: Turn, outcome: str = "answered") -> None:
        turns.end(self.desk.database, turn, outcome)

    def lease(self) -> Lease:
        conversation = self.desk.write(f"{self.phone}-{uuid4()}", phone=self.phone)
        return self.desk.lease(conversation, "one more")

    def messages(self) -> list[dict[str, Any]]:
        rows = self.desk.rows("SELECT * FROM messages ORDER BY conversation_id, position")
        return [dict(row._mapping) for row in rows]

    def conversation(self) -> Any:
        (row,) = self.desk.rows("SELECT * FROM conversations")
        return row


def said(wamid: str, content: str = "hola", **values: Any) -> dict[str, Any]:
    return {"wamid": wamid, "content": content} | values


def reacted(target: str, emoji: str, at: int = 0, role: str = "user") -> dict[str, Any]:
    return _change("reaction", target, emoji, at, role)


def edited(target: str, content: str | None, at: int = 0, role: str = "user") -> dict[str, Any]:
    return _change("edit", target, content, at, role)


def deleted(target: str, at: int = 0, role: str = "user") -> dict[str, Any]:
    return _change("revoke", target, "", at, role)


def _change(kind: str, target: str, content: str | None, at: int, role: str) -> dict[str, Any]:
    written_at = NOON + timedelta(seconds=at)
    return {
        "kind": kind,
        "role": role,
        "content": content,
        "target": target,
        "written_at": written_at,
    }


def _words(message_id: str, values: dict[str, Any]) -> Words:
    usual = {
        "role": "user",
        "kind": "text",
        "content": "",
        "content_sealed": None,
        "details_sealed": None,
        "wamid": f"wamid.{message_id}",
        "reply_to": None,
        "target": None,
        "written_at": datetime.now(UTC),
    }
    return Words(message_id=message_id, **(usual | values))
