"""What a business asks of the Graph API, read and checked as Meta reads it.

First step of a request to `/<version>/<phone_number_id>/messages`: JSON becomes a typed value,
or `RefusedError` with the error Meta would answer. Pure: no I/O.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.graph_contents import check_content
from simulator.refusals import refuse, required_text

_PHONE = re.compile(r"\+?[0-9]{5,15}")
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_CALLBACK_LIMIT = 512


@dataclass(frozen=True)
class OutboundMessage:
    """A message to a contact; `phone` is digits only, `user_id` a business-scoped id."""

    address: str
    phone: str | None
    user_id: str | None
    type: str
    callback: str | None
    kind: str = "message"


@dataclass(frozen=True)
class ReadReceipt:
    """A message of the customer is marked as read, perhaps with the typing indicator."""

    message_id: str
    kind: str = "read"
    type: str = "read"
    phone: str | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Upload:
    """A file is given to the API, to be sent by `media_id`; `type` is the kind of message."""

    media_id: str
    type: str
    kind: str = "upload"
    phone: str | None = None
    user_id: str | None = None


GraphRequest = OutboundMessage | ReadReceipt | Upload


def parse_graph_request(body: Any) -> OutboundMessage | ReadReceipt:
    """Read one request body; raises RefusedError with Meta's code (100, 131008 or 131009)."""
    if not isinstance(body, dict):
        raise refuse(100, "The body is not a JSON object.")
    require_product(body)
    if "status" in body:
        return _read_receipt(body)
    return _message(body)


def require_product(body: Mapping[str, Any]) -> None:
    """Check what every request names; raises RefusedError (100)."""
    if body.get("messaging_product") != "whatsapp":
        raise refuse(100, "The parameter messaging_product is required and must be whatsapp.")


def _read_receipt(body: dict[str, Any]) -> ReadReceipt:
    if body["status"] != "read":
        raise refuse(100, "Param status must be one of {READ}.")
    return ReadReceipt(required_text(body, "message_id"))


def _message(body: dict[str, Any]) -> OutboundMessage:
    phone, user_id = _phone(body), _user_id(body)
    if phone is None and user_id is None:
        raise refuse(131008, "Parameter to or recipient is required.")
    kind = required_text(body, "type")
    check_content(kind, body)
    return OutboundMessage(
        address=str(body["to"] if phone is not None else user_id),
        phone=phone,
        # Meta: `to` wins when both are given.
        user_id=user_id if phone is None else None,
        type=kind,
        callback=_callback(body),
    )


def _phone(body: dict[str, Any]) -> str | None:
    if "to" not in body:
        return None
    number = required_text(body, "to")
    if not _PHONE.fullmatch(number):
        raise refuse(131009, "Parameter to is not a phone number.")
    return number.lstrip("+")


def _user_id(body: dict[str, Any]) -> str | None:
    if "recipient" not in body:
        return None
    user_id = required_text(body, "recipient")
    if not _USER_ID.fullmatch(user_id):
        raise refuse(131009, "Parameter recipient is not a business-scoped user id.")
    return user_id


def _callback(body: dict[str, Any]) -> str | None:
    value = body.get("biz_opaque_callback_data")
    if value is None:
        return None
    if not isinstance(value, str):
        raise refuse(131009, "Parameter biz_opaque_callback_data must be text.")
    if len(value) > _CALLBACK_LIMIT:
        raise refuse(100, f"biz_opaque_callback_data is over {_CALLBACK_LIMIT} characters.")
    return value
