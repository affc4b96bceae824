"""Step 3. Meta's envelope into typed values: every entry, change, message and status.

Pure. Every field is optional and every kind may be new: what is not understood becomes an
`unsupported` message with its raw JSON, never an exception. Only bytes that are not JSON at
all, and JSON that is deeper or has more elements than Meta ever sends, are refused.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from common.errors import InvalidRequestError
from common.inbound import InboundMessage, StatusUpdate
from ingress import fields, messages, people
from ingress.element_limits import refuse_too_many
from ingress.errors import PlatformError, errors
from ingress.notices import Notice, notice
from ingress.people import Listed
from ingress.statuses import status

_DEEPEST = 32  # reliability.md section 4; Meta's own payloads have about twelve levels
# What takes longer to read than an event loop may be held, by bytes and by commas: Meta writes
# ten for a status and five for a text, and even a bare number in a list has one.
_LARGE_BYTES = 64 * 1024
_LARGE_COMMAS = 600
_MESSAGES = "messages"
_ECHOES = "smb_message_echoes"
_CALLS = "calls"


@dataclass(frozen=True)
class Change:
    """One `changes[]` element: what happened at one number, or to its account.

    `messages` are what customers sent, and calls; what came from the store's own number among
    them has the author "agent". `echoes` are what a person of the store sent from the phone
    app: their contact is the customer, their author "agent" as well. `notice` is
    what WhatsApp says of the account or the number; None where it says nothing, and for a
    field nobody knows.
    """

    field: str
    phone_number_id: str
    waba_id: str
    messages: tuple[InboundMessage, ...]
    echoes: tuple[InboundMessage, ...]
    statuses: tuple[StatusUpdate, ...]
    errors: tuple[PlatformError, ...]
    notice: Notice | None
    sent_at: int | None  # of its entry: Meta's clock, epoch seconds
    raw: Mapping[str, Any]


def looks_large(body: bytes) -> bool:
    """Say whether a body may take long to read; looks at its bytes alone, and errs to yes."""
    return len(body) > _LARGE_BYTES or body.count(b",") > _LARGE_COMMAS


def parse(body: bytes) -> tuple[Change, ...]:
    """Read one delivery, in its order.

    Raises InvalidRequestError, `not_json` or `too_deep`; and its TooManyElementsError, for more
    than Meta ever sends at once, before any of it is read.
    """
    envelope = _envelope(body)
    if looks_large(body):  # elsewhere there is no room for so many
        refuse_too_many(envelope)
    return tuple(_changes(envelope))


def _envelope(body: bytes) -> Any:
    try:
        # Halves of surrogate pairs come escaped; should one come raw, it is kept as well.
        envelope = _DECODER.decode(body.decode("utf-8", "surrogatepass"))
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise InvalidRequestError("The body is not JSON.", code="not_json") from error
    # What opens so few arrays and objects, anywhere, cannot be deep: most deliveries are so.
    if body.count(b"{") + body.count(b"[") > _DEEPEST and fields.is_deeper(envelope, _DEEPEST):
        raise _too_deep()
    return envelope


def _too_deep() -> InvalidRequestError:
    return InvalidRequestError("The body is nested too deep.", code="too_deep")


def _no_constants(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constants)


def _changes(envelope: Any) -> Iterator[Change]:
    for entry in map(fields.mapping, fields.items(fields.mapping(envelope).get("entry"))):
        waba_id = fields.identifier(entry.get("id"))
        for change in map(fields.mapping, fields.items(entry.get("changes"))):
            yield _change(change, waba_id, fields.timestamp(entry.get("time")))


def _change(change: Mapping[str, Any], waba_id: str, sent_at: int | None) -> Change:
    value = fields.mapping(change.get("value"))
    metadata = fields.mapping(value.get("metadata"))
    field = _field(change, value)
    own_number = fields.digits(metadata.get("display_phone_number"))
    found = errors(value)
    listed = people.listed(value)
    return Change(
        field=field,
        phone_number_id=fields.text(metadata.get("phone_number_id")),
        waba_id=waba_id,
        messages=tuple(_messages(field, value, listed, own_number)),
        echoes=tuple(_echoes(value, listed)) if field == _ECHOES else (),
        statuses=tuple(_statuses(value, found)) if field == _MESSAGES else (),
        errors=found,
        notice=notice(field, value, found),
        sent_at=sent_at,
        raw=change,
    )


def _field(change: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """Name the field. Meta always does; some who pass its deliveries on leave it out."""
    given = fields.text(change.get("field"))
    if not given and ("messages" in value or "statuses" in value):
        return _MESSAGES
    return given


def _messages(
    field: str, value: Mapping[str, Any], listed: Listed, own_number: str
) -> Iterator[InboundMessage]:
    """Read the messages, of this field only: those of others, such as `history`, are no mail."""
    if field == _MESSAGES:
        for element in fields.items(value.get("messages")):
            yield messages.message(element, listed, own_number)
    elif field == _CALLS:
        for element in fields.items(value.get("calls")):
            yield messages.call(element, listed, own_number)


def _echoes(value: Mapping[str, Any], listed: Listed) -> Iterator[InboundMessage]:
    for name in ("message_echoes", "messages"):
        for element in fields.items(value.get(name)):
            yield messages.echo(element, listed)


def _statuses(value: Mapping[str, Any], found: tuple[PlatformError, ...]) -> Iterator[StatusUpdate]:
    for element in fields.items(value.get("statuses")):
        yield status(element, found)
