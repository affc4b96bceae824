"""What a phone shows: one message written by its owner, or one it received.

Read from the webhook that is posted for it and from the Graph requests accepted for it.
Pure: no I/O.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

WRITTEN, RECEIVED = "out", "in"


@dataclass(frozen=True)
class PhoneKey:
    """One conversation; `phone` is digits, or a business-scoped user id."""

    store_id: str
    phone: str


@dataclass(frozen=True)
class Written:
    """A message in a delivery, as its customer wrote it."""

    key: PhoneKey
    wamid: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class PhoneMessage:
    """One bubble; `number` is its place, `revision` grows with every change to any message.

    `status` of a written message is sent (posted), delivered (ingress answered 200), read or
    failed; `answer` is what ingress answered, 0 when it could not be reached.
    """

    key: PhoneKey
    number: int
    revision: int
    time: float
    direction: str
    wamid: str
    content: Mapping[str, Any]
    status: str
    answer: int | None = None


def describe_message(message: PhoneMessage) -> dict[str, Any]:
    at = datetime.fromtimestamp(message.time, UTC).isoformat(timespec="milliseconds")
    return {
        "number": message.number,
        "revision": message.revision,
        "at": at,
        "direction": message.direction,
        "kind": str(message.content.get("type") or "unsupported"),
        "status": message.status,
        "wamid": message.wamid,
        "answer": message.answer,
        "content": dict(message.content),
    }


def messages_in(envelope: Mapping[str, Any], store_id: str) -> Iterator[Written]:
    """Find the messages of a delivery; wrong shapes, which may be sent on purpose, have none."""
    for entry in _objects(envelope.get("entry")):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            for message in _objects(value.get("messages") if isinstance(value, dict) else None):
                yield from _written(message, store_id)


def _written(message: dict[str, Any], store_id: str) -> Iterator[Written]:
    sender = message.get("from") or message.get("from_user_id")
    wamid = message.get("id")
    if isinstance(sender, str) and isinstance(wamid, str):
        yield Written(PhoneKey(store_id, sender.lstrip("+")), wamid, message)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
