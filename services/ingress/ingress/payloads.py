"""Step 3. Meta's envelope into typed values: every entry, change, message and status.

Pure. Every field is optional and every kind may be new: what is not understood becomes an
`unsupported` message with its raw JSON, never an exception. Only bytes that are not JSON at
all, or JSON that no honest sender nests so deep, are refused.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from common.errors import InvalidRequestError
from common.inbound import InboundMessage, StatusUpdate
from ingress import fields

# Kinds whose text an assistant can read; issue by issue the others become more than raw JSON.
_CAPTIONED = ("image", "video", "document")
_KINDS = frozenset(
    (
        *_CAPTIONED,
        *("text", "button", "interactive", "audio", "sticker", "location"),
        *("contacts", "reaction", "order", "system"),
    )
)
_DEEPEST = 32  # reliability.md section 4; Meta's own payloads have about twelve levels


@dataclass(frozen=True)
class _Person:
    """Somebody as the envelope names them; what it leaves out is empty."""

    number: str = ""
    user_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Change:
    """One `changes[]` element: what happened at one number."""

    field: str
    phone_number_id: str
    messages: tuple[InboundMessage, ...]
    statuses: tuple[StatusUpdate, ...]
    raw: Mapping[str, Any]


def parse(body: bytes) -> tuple[Change, ...]:
    """Read one delivery, in its order; raises InvalidRequestError: `not_json` or `too_deep`."""
    envelope = _envelope(body)
    return tuple(
        _change(fields.mapping(change))
        for entry in fields.items(fields.mapping(envelope).get("entry"))
        for change in fields.items(fields.mapping(entry).get("changes"))
    )


def _envelope(body: bytes) -> Any:
    try:
        envelope = json.loads(body, parse_constant=_no_constants)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise InvalidRequestError("The body is not JSON.", code="not_json") from error
    if fields.is_deeper(envelope, _DEEPEST):
        raise _too_deep()
    return envelope


def _too_deep() -> InvalidRequestError:
    return InvalidRequestError("The body is nested too deep.", code="too_deep")


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _change(change: Mapping[str, Any]) -> Change:
    value = fields.mapping(change.get("value"))
    people = tuple(_people(value))
    return Change(
        field=fields.text(change.get("field")),
        phone_number_id=fields.text(fields.mapping(value.get("metadata")).get("phone_number_id")),
        messages=tuple(_message(each, people) for each in fields.items(value.get("messages"))),
        statuses=tuple(_statuses(value)),
        raw=change,
    )


def _people(value: Mapping[str, Any]) -> Iterator[_Person]:
    for contact in map(fields.mapping, fields.items(value.get("contacts"))):
        yield _Person(
            number=fields.text(contact.get("wa_id")),
            user_id=fields.text(contact.get("user_id")),
            name=fields.label(fields.mapping(contact.get("profile")).get("name")),
        )


def _sender(message: Mapping[str, Any], people: Sequence[_Person]) -> _Person:
    """Name who wrote, with what only the list of contacts says of them."""
    number = fields.text(message.get("from"))
    # Some senders put the business-scoped id where a number is expected; a dot gives it away.
    user_id = number if "." in number else fields.text(message.get("from_user_id"))
    listed = [
        person
        for person in people
        if (number and number in (person.number, person.user_id))
        or (user_id and user_id == person.user_id)
    ]
    # Who hides the number may be named in the list alone, and the number there may differ.
    person = next(iter(listed or (people if len(people) == 1 else ())), _Person())
    return _Person(number or person.number, user_id or person.user_id, person.name)


def _message(element: Any, people: Sequence[_Person]) -> InboundMessage:
    message = fields.mapping(element)
    sender = _sender(message, people)
    kind = fields.text(message.get("type"))
    return InboundMessage(
        wamid=fields.identifier(message.get("id")) or _made_up_id(element),
        kind=kind if kind in _KINDS else "unsupported",
        text=_text_of(message, kind),
        phone=fields.phone(sender.number),
        user_id=fields.identifier(sender.user_id) or None,
        name=sender.name,
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
            status=fields.identifier(status.get("status")),
            sent_at=fields.timestamp(status.get("timestamp")),
            callback_data=fields.text(status.get("biz_opaque_callback_data")),
            error_code=fields.label(error.get("code")),
            error_title=fields.label(error.get("title")),
            raw=status,
        )


def _made_up_id(element: Any) -> str:
    """Name an element without an id by its content, so that its repetition is a duplicate."""
    written = json.dumps(element, sort_keys=True).encode("ascii")
    return f"none.{hashlib.sha256(written).hexdigest()}"
