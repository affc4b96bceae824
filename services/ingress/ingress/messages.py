"""One element of a delivery into an `InboundMessage`. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from common.contents import Content, Unsupported, bounded, known
from common.inbound import InboundMessage
from ingress import fields, kinds, people
from ingress.errors import errors
from ingress.kinds import changes
from ingress.people import Listed, Person

_LONGEST_WORDS = 1024
_REFERRAL = ("source_url", "headline", "body", "source_type", "source_id", "ctwa_clid")


def message(element: Any, listed: Listed, own_number: str) -> InboundMessage:
    """Read what a customer sent.

    A message from the store's own number was written on the store's side: `author` says so,
    as of an echo. It is kept and shown, and the bot never answers it, so that two numbers of
    ours cannot talk to each other without end.
    """
    given = fields.mapping(element)
    person = people.sender(given, listed)
    is_own = bool(own_number) and person.phone == own_number
    return _message(element, given, person, "agent" if is_own else "user")


def echo(element: Any, listed: Listed) -> InboundMessage:
    """Read what a person of the store sent from the phone app; the contact is whom it went to."""
    given = fields.mapping(element)
    return _message(element, given, people.receiver(given, listed), "agent")


def _message(element: Any, given: Mapping[str, Any], person: Person, author: str) -> InboundMessage:
    content = kinds.read(given)
    context = fields.mapping(given.get("context"))
    phone, user_id, new_phone, previous_user_id = _identity(given, person)
    return InboundMessage(
        wamid=fields.identifier(given.get("id")) or made_up_id(element),
        kind=content.kind,
        text=content.text,
        phone=phone,
        user_id=user_id,
        name=person.name,
        sent_at=fields.timestamp(given.get("timestamp")),
        reply_to=fields.identifier(context.get("id")) or None,
        author=author,
        target=content.target,
        details=_details(given, context, content),
        media=content.media,
        raw=given or {"element": element},
        new_phone=new_phone,
        previous_user_id=previous_user_id,
    )


def call(element: Any, listed: Listed, own_number: str) -> InboundMessage:
    """Read a call; each of its events, such as connect and terminate, is an element."""
    given = fields.mapping(element)
    content = changes.call(given)
    is_ours = content.direction == "business_initiated" or (
        bool(own_number) and fields.phone(given.get("from")) == own_number
    )
    person = (people.receiver if is_ours else people.sender)(given, listed)
    # The events of one call share its id.
    name = fields.text(given.get("id"))
    return InboundMessage(
        wamid=fields.identifier(f"{name}|{content.event}") if name else made_up_id(element),
        kind=content.kind,
        phone=person.phone,
        user_id=person.user_id,
        name=person.name,
        sent_at=fields.timestamp(given.get("timestamp")),
        author="agent" if is_ours else "user",
        details=bounded(content.details | _errors(given)),
        raw=given or {"element": element},
    )


def _identity(
    given: Mapping[str, Any], person: Person
) -> tuple[str | None, str | None, str | None, str | None]:
    """Say who somebody is, and, by a `system` message, who they are now.

    Its words ("User A changed from B to C") are not read: a profile name that says the same
    would merge two strangers.
    """
    if given.get("type") != "system":
        return person.phone, person.user_id, None, None
    note = fields.mapping(given.get("system"))
    phone = person.phone or fields.phone(note.get("customer"))
    new_phone, new_id = people.identities(
        note.get("wa_id") or note.get("new_wa_id"), note.get("user_id")
    )
    user_id = new_id or person.user_id
    previous = fields.identifier(note.get("previous_user_id")) or person.user_id
    return (
        phone,
        user_id,
        new_phone if new_phone != phone else None,
        previous if previous != user_id else None,
    )


def _details(
    given: Mapping[str, Any], context: Mapping[str, Any], content: Content
) -> dict[str, Any]:
    details = content.details
    if context:
        details |= _context_details(context)
    if "referral" in given:
        referral = fields.mapping(given["referral"])
        seen = {name: fields.label(referral.get(name), _LONGEST_WORDS) for name in _REFERRAL}
        details |= known(referral=known(**seen))
    if "group_id" in given or "group_id" in context:
        group_id = fields.label(given.get("group_id") or context.get("group_id"))
        details |= known(group_id=group_id)
    if "errors" in given or isinstance(content, Unsupported):
        details |= _errors(given)
    return bounded(details)


def _context_details(context: Mapping[str, Any]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if context.get("frequently_forwarded") is True:
        details["forwarded"] = "often"
    elif context.get("forwarded") is True:
        details["forwarded"] = "once"
    if "referred_product" in context:
        product = fields.mapping(context["referred_product"])
        seen = known(
            catalog_id=fields.label(product.get("catalog_id")),
            product_id=fields.label(product.get("product_retailer_id")),
        )
        details |= known(referred_product=seen)
    return details


def _errors(given: Mapping[str, Any]) -> dict[str, Any]:
    return known(errors=[each.shown for each in errors(given)])


def made_up_id(element: Any) -> str:
    """Name an element without an id by its content, so that its repetition is a duplicate."""
    written = json.dumps(element, sort_keys=True).encode("ascii")
    return f"none.{hashlib.sha256(written).hexdigest()}"
