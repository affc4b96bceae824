"""Who wrote a message, or whom one of ours went to. Pure.

Every identifier is optional: a number, a business-scoped user id, or both, in the message or
only in the envelope's list of contacts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingress import fields


@dataclass(frozen=True)
class Person:
    """Somebody as the envelope names them; what it leaves out is None or empty."""

    phone: str | None = None
    user_id: str | None = None
    name: str = ""


_NOBODY = Person()
_ELEMENTS = ("messages", "message_echoes", "calls")
_NAMES = ("from", "from_user_id", "to", "to_user_id")


@dataclass(frozen=True)
class Listed:
    """The list of contacts of a change.

    `only` is the one who must be meant where nobody on the list matches: who hides the number
    may be named in the list alone, and a number there may differ. Several people who wrote
    and one who is listed are no such case.
    """

    people: tuple[Person, ...]
    only: Person
    by_phone: Mapping[str | None, int]  # the first place of each in `people`
    by_user_id: Mapping[str | None, int]

    def find(self, phone: str | None, user_id: str | None) -> Person:
        """Find the first who has this number or this id, however long the list is."""
        nowhere = len(self.people)
        place = min(self.by_phone.get(phone, nowhere), self.by_user_id.get(user_id, nowhere))
        if place < nowhere:
            return self.people[place]
        is_another = user_id is not None and self.only.user_id not in (None, user_id)
        return _NOBODY if is_another else self.only


def listed(value: Mapping[str, Any]) -> Listed:
    """Read the list of contacts of a change."""
    contacts = map(fields.mapping, fields.items(value.get("contacts")))
    people = tuple(_listed_person(each) for each in contacts)
    is_sure = len(people) == 1 and _are_of_one_person(value)
    return Listed(
        people=people,
        only=people[0] if is_sure else _NOBODY,
        by_phone=_places(each.phone for each in people),
        by_user_id=_places(each.user_id for each in people),
    )


def _places(names: Iterable[str | None]) -> dict[str | None, int]:
    places: dict[str | None, int] = {}
    for place, name in enumerate(names):
        if name is not None:
            places.setdefault(name, place)
    return places


def _are_of_one_person(value: Mapping[str, Any]) -> bool:
    elements = [each for name in _ELEMENTS for each in fields.items(value.get(name))]
    if len(elements) <= 1:
        return True
    given = map(fields.mapping, elements)
    return len({tuple(fields.text(each.get(name)) for name in _NAMES) for each in given}) == 1


def _listed_person(contact: Mapping[str, Any]) -> Person:
    phone, user_id = identities(contact.get("wa_id"), contact.get("user_id"))
    profile = fields.mapping(contact.get("profile"))
    return Person(phone, user_id, fields.label(profile.get("name") or profile.get("username")))


def sender(message: Mapping[str, Any], people: Listed) -> Person:
    """Name who wrote, with what only the list of contacts says of them.

    In a group this is the participant who wrote, never the group: each has a conversation of
    their own with the store, and the answer goes to them.
    """
    return _found(identities(message.get("from"), message.get("from_user_id")), people)


def receiver(element: Mapping[str, Any], people: Listed) -> Person:
    """Name whom the store wrote to or called, from an echo or a call."""
    user_id = element.get("to_user_id") or element.get("recipient_user_id")
    return _found(identities(element.get("to"), user_id), people)


def _found(named: tuple[str | None, str | None], people: Listed) -> Person:
    phone, user_id = named
    person = people.find(phone, user_id)
    return Person(phone or person.phone, user_id or person.user_id, person.name)


def identities(number: Any, user_id: Any) -> tuple[str | None, str | None]:
    """Tell a number from an id.

    Some senders put a business-scoped id, or the id of a linked device, where a number is
    expected: what is no number is an id, unless a better one is given.
    """
    phone = fields.phone(number)
    given = fields.identifier(user_id) or ("" if phone else fields.identifier(number))
    return phone, given or None
