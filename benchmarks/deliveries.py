"""Signed webhook requests as bytes, made before anybody's clock starts.

Every message has a wamid of its own. Envelopes are written once for each store, with marks
where requests differ, so that a request costs little more than its signature.
"""

import hmac
import itertools
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.backlog import QUESTION
from benchmarks.stores import APP_SECRET, phone_number_id
from simulator.signatures import SIGNATURE_HEADER, serialise

_WAMID, _PHONE, _TIME = "@WAMID@", "@PHONE@", "@TIME@"
_STATUS, _CALLBACK = "@STATUS@", "@CALLBACK@"
_SECRET = APP_SECRET.encode()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook request; `event_id` is what the inbox calls its one element."""

    event_id: str
    request: bytes


@dataclass(frozen=True)
class Person:
    """A customer of a store."""

    store_id: str
    phone: str


@dataclass(frozen=True)
class Address:
    """Where a side takes webhooks; `{store}` in the path is the store's id."""

    host: str
    port: int
    path: str

    def path_of(self, store_id: str) -> str:
        return self.path.format(store=store_id)


def message_deliveries(address: Address, people: Sequence[Person], count: int) -> list[Delivery]:
    """Make so many messages, each person in turn."""
    templates = _Templates(address, message_envelope)
    made = []
    for person in itertools.islice(itertools.cycle(people), count):
        wamid = f"wamid.{uuid.uuid4().hex}"
        marks = {_WAMID: wamid, _PHONE: person.phone}
        made.append(Delivery(wamid, templates.request(person.store_id, marks)))
    return made


@dataclass(frozen=True)
class Reply:
    """A message of ours that Meta took, of which it now tells the fate."""

    store_id: str
    phone: str
    wamid: str
    callback: str


def status_deliveries(address: Address, replies: Sequence[Reply]) -> Iterator[Delivery]:
    """Make the three statuses of each reply that arrived and was read."""
    templates = _Templates(address, _status_envelope)
    for reply in replies:
        marks = {_WAMID: reply.wamid, _PHONE: reply.phone, _CALLBACK: reply.callback}
        for status in ("sent", "delivered", "read"):
            request = templates.request(reply.store_id, {**marks, _STATUS: status})
            yield Delivery(f"{reply.wamid}|{status}", request)


class _Templates:
    """The envelope and the head of each store's requests."""

    def __init__(self, address: Address, envelope: Any) -> None:
        self._address = address
        self._envelope = envelope
        self._made: dict[str, tuple[bytes, bytes]] = {}
        self._now = str(int(time.time())).encode()

    def request(self, store_id: str, marks: Mapping[str, str]) -> bytes:
        head, body = self._made.get(store_id) or self._make(store_id)
        body = body.replace(_TIME.encode(), self._now)
        for mark, value in marks.items():
            body = body.replace(mark.encode(), value.encode())
        digest = hmac.digest(_SECRET, body, "sha256").hex().encode()
        return head % (len(body), digest) + body

    def _make(self, store_id: str) -> tuple[bytes, bytes]:
        address = self._address
        head = (
            f"POST {address.path_of(store_id)} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
            "User-Agent: facebookexternalua\r\nAccept: */*\r\nContent-Type: application/json\r\n"
            f"Content-Length: %d\r\n{SIGNATURE_HEADER}: sha256=%b\r\n\r\n"
        )
        made = head.encode(), serialise(self._envelope(phone_number_id(store_id)))
        self._made[store_id] = made
        return made


def message_envelope(
    number_id: str, phone: str = _PHONE, wamid: str = _WAMID, timestamp: str = _TIME
) -> dict[str, object]:
    """Form a delivery of one text."""
    message = {
        "from": phone,
        "id": wamid,
        "timestamp": timestamp,
        "type": "text",
        "text": {"body": QUESTION},
    }
    contact = {"profile": {"name": "Ana"}, "wa_id": phone}
    return _enveloped(number_id, {"contacts": [contact], "messages": [message]})


def _status_envelope(number_id: str) -> dict[str, object]:
    status = {
        "id": _WAMID,
        "status": _STATUS,
        "timestamp": _TIME,
        "recipient_id": _PHONE,
        "biz_opaque_callback_data": _CALLBACK,
    }
    return _enveloped(number_id, {"statuses": [status]})


def _enveloped(number_id: str, content: Mapping[str, object]) -> dict[str, object]:
    metadata = {"display_phone_number": "573009", "phone_number_id": number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **content}
    change = {"value": value, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
