"""Step 3. Meta's envelope into typed values: every entry, change, message and status.

Pure. Every field is optional and every kind may be new: what is not understood becomes an
`unsupported` message with its raw JSON, never an exception. Only bytes that are not JSON at
all are refused.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from common.errors import InvalidRequestError
from common.inbound import InboundMessage, StatusUpdate
from ingress import fields

# Kinds whose text an assistant can read; issue by issue the others become more than raw JSON.
_CAPTIONED = ("image", "video", "document")
_KINDS = frozenset(
    "text image video document audio sticker location contacts interactive button reaction"
    " order system".split()
)


@dataclass(frozen=True)
class Change:
    """One `changes[]` element: what happened at one number."""

    field: str
    phone_number_id: str
    messages: tuple[InboundMessage, ...]
    statuses: tuple[StatusUpdate, ...]
    raw: Mapping[str, Any]


def parse(body: bytes) -> tuple[Change, ...]:
    """Read one delivery, in its order; raises InvalidRequestError when it is not JSON."""
    try:
        envelope = json.loads(body, parse_constant=_no_constants)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("The body is not JSON.", code="not_json") from error
    return tuple(
        _change(fields.mapping(change))
        for entry in fields.items(fields.mapping(envelope).get("entry"))
        for change in fields.items(fields.mapping(entry).get("changes"))
    )


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _change(change: Mapping[str, Any]) -> Change:
    value = fields.mapping(change.get("value"))
    names = _profile_names(value)
    return Change(
        field=fields.text(change.get("field")),
        phone_number_id=fields.text(fields.mapping(value.get("metadata")).get("phone_number_id")),
        messages=tuple(_message(each, names) for each in fields.items(value.get("messages"))),
        statuses=tuple(_statuses(value)),
        raw=change,
    )


def _profile_names(value: Mapping[str, Any]) -> dict[str, str]:
    """Map each contact's identifiers to the name on their profile."""
    names = {}
    for contact in map(fields.mapping, fields.items(value.get("contacts"))):
        name = fields.text(fields.mapping(contact.get("profile")).get("name"))
        for key in ("wa_id", "user_id"):
            names[fields.text(contact.get(key))] = name
    return names


def _message(element: Any, names: Mapping[str, str]) -> InboundMessage:
    message = fields.mapping(element)
    sender = fields.text(message.get("from"))
    # Some senders put the business-scoped id where a number is expected; a dot gives it away.
    user_id = sender if "." in sender else fields.text(message.get("from_user_id"))
    kind = fields.text(message.get("type"))
    return InboundMessage(
        wamid=fields.identifier(message.get("id")) or _made_up_id(element),
        kind=kind if kind in _KINDS else "unsupported",
        text=_text_of(message, kind),
        phone=fields.phone(sender),
        user_id=fields.identifier(user_id) or None,
        name=names.get(sender) or names.get(user_id) or "",
        sent_at=fields.timestamp(message.get("timestamp")),
        reply_to=fields.identifier(fields.mapping(message.get("context")).get("id")) or None,
        raw=message or {"element": element},
    )


def _text_of(message: Mapping[str, Any], kind: str) -> str:
    content = fields.mapping(message.get(kind))
    if kind == "text":
        return fields.text(content.get("body"))
    if kind in _CAPTIONED:
        return fields.text(content.get("caption"))
    if kind == "button":
        return fields.text(content.get("text"))
    if kind == "interactive":
        reply = fields.mapping(content.get(fields.text(content.get("type"))))
        return fields.text(reply.get("title"))
    return ""


def _statuses(value: Mapping[str, Any]) -> Iterator[StatusUpdate]:
    for status in map(fields.mapping, fields.items(value.get("statuses"))):
        error = fields.mapping(next(iter(fields.items(status.get("errors"))), None))
        yield StatusUpdate(
            wamid=fields.identifier(status.get("id")) or _made_up_id(status),
            status=fields.text(status.get("status")),
            sent_at=fields.timestamp(status.get("timestamp")),
            callback_data=fields.text(status.get("biz_opaque_callback_data")),
            error_code=str(error.get("code", "")),
            error_title=fields.text(error.get("title")),
            raw=status,
        )


def _made_up_id(element: Any) -> str:
    """Name an element without an id by its content, so that its repetition is a duplicate."""
    written = json.dumps(element, sort_keys=True).encode("ascii")
    return f"none.{hashlib.sha256(written).hexdigest()}"
