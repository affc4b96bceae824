"""`POST /sim/<store_id>/messages` read: what a customer does becomes one webhook delivery.

Accepts one message, a batch in one delivery, a whole `value` or a whole envelope. Whatever a
payload says wins over what is filled in, so that wrong shapes can be sent as well. Pure: no
I/O; the clock and new ids are given by the caller.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import InvalidRequestError
from simulator import fields
from simulator.envelopes import Json, completed_value, envelope, messages_value
from simulator.store import SimulatedStore

_MESSAGE_FIELDS = frozenset({"from", "user_id", "name", "text", "payload", "timestamp", "id"})
_FIELDS = _MESSAGE_FIELDS | {"repeat", "messages", "entries", "field"}
_VALUE_KEYS = frozenset({"messaging_product", "metadata", "messages", "statuses", "errors"})
_MOST_REPEATS = 500
_MOST_MESSAGES = 1000  # Meta's own limit on one delivery


@dataclass(frozen=True)
class Delivery:
    """One webhook body, the ids of the messages in it, and how often to post it at once."""

    envelope: Json
    wamids: tuple[str, ...]
    repeat: int


@dataclass(frozen=True)
class Stamps:
    """What every message needs and the request may leave out; `now` is Unix seconds."""

    now: int
    new_wamid: Callable[[], str]


def parse_delivery(body: Any, store: SimulatedStore, stamps: Stamps) -> Delivery:
    """Read one request; raises InvalidRequestError naming the field that is wrong."""
    asked = fields.as_object(body)
    fields.refuse_unknown(asked, _FIELDS)
    repeat = fields.whole(asked, "repeat", 1, 1, _MOST_REPEATS)
    if "messages" in asked:
        whole, wamids = _batch(asked, store, stamps)
    elif _is_whole(asked):
        whole, wamids = _verbatim(asked, store)
    else:
        whole, wamids = _of_messages(store, [_message(asked, stamps)], apart=False)
    return Delivery(whole, wamids, repeat)


def _batch(
    asked: Mapping[str, Any], store: SimulatedStore, stamps: Stamps
) -> tuple[Json, tuple[str, ...]]:
    items = asked["messages"]
    if not isinstance(items, list) or not 1 <= len(items) <= _MOST_MESSAGES:
        raise InvalidRequestError("messages must be a list that is not empty.", field="messages")
    for each in items:
        fields.refuse_unknown(fields.as_object(each, "messages"), _MESSAGE_FIELDS)
        if _is_whole(each):
            raise InvalidRequestError("A batch holds messages only.", field="messages.payload")
    parts = [_message(each, stamps) for each in items]
    return _of_messages(store, parts, apart=fields.flag(asked, "entries"))


def _of_messages(
    store: SimulatedStore, parts: list[tuple[Json | None, Json]], *, apart: bool
) -> tuple[Json, tuple[str, ...]]:
    groups = [[part] for part in parts] if apart else [parts]
    values = [
        messages_value(
            store,
            [contact for contact, _ in group if contact is not None],
            [message for _, message in group],
        )
        for group in groups
    ]
    return envelope(store, values), tuple(str(message.get("id")) for _, message in parts)


def _message(asked: Mapping[str, Any], stamps: Stamps) -> tuple[Json | None, Json]:
    """Build one message and its contact; system messages come without a contact."""
    phone, user_id = _customer(asked)
    stamp = asked.get("timestamp", stamps.now)
    message = _without_absent(
        {
            "from": phone,
            "from_user_id": user_id,
            "id": fields.optional_text(asked, "id") or stamps.new_wamid(),
            "timestamp": str(stamp),
        }
    ) | _content(asked)
    if message.get("type") == "system":
        return None, message
    name = fields.optional_text(asked, "name") or f"Cliente {(phone or user_id or '')[-4:]}"
    contact = {"profile": {"name": name}, "wa_id": phone, "user_id": user_id}
    return _without_absent(contact), message


def _customer(asked: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the phone and the business-scoped id; a dot in `from` means it is the latter."""
    sender = fields.text(asked, "from").lstrip("+")
    user_id = fields.optional_text(asked, "user_id")
    return (None, sender) if "." in sender else (sender, user_id)


def _content(asked: Mapping[str, Any]) -> Json:
    if ("text" in asked) == ("payload" in asked):
        raise InvalidRequestError("Give either text or payload.", field="text")
    if "payload" in asked:
        return fields.as_object(asked["payload"], "payload")
    return {"text": {"body": fields.optional_text(asked, "text")}, "type": "text"}


def _is_whole(asked: Mapping[str, Any]) -> bool:
    """Tell a whole value or envelope from the payload of one message."""
    payload = asked.get("payload")
    if not isinstance(payload, dict):
        return False
    if "entry" in payload or asked.get("field", "messages") != "messages":
        return True
    return "type" not in payload and not _VALUE_KEYS.isdisjoint(payload)


def _verbatim(asked: Mapping[str, Any], store: SimulatedStore) -> tuple[Json, tuple[str, ...]]:
    payload: Json = asked["payload"]
    if "entry" in payload:
        return payload, ()
    field = fields.optional_text(asked, "field") or "messages"
    value = completed_value(store, payload) if field == "messages" else payload
    messages = value.get("messages")
    held = messages if isinstance(messages, list) else []
    wamids = tuple(str(each["id"]) for each in held if isinstance(each, dict) and "id" in each)
    return envelope(store, [value], field), wamids


def _without_absent(values: Mapping[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value is not None}
