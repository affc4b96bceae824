"""How many elements a delivery may have. Pure.

Meta sends up to 1,000 updates at once. What costs is not the bytes but the elements: in 3 MB
there is room for some 400,000 of them, which would take half a minute to read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from common.errors import InvalidRequestError
from ingress import fields

_MOST_UPDATES = 1_000  # whatsapp.md 1.2
# Entries, changes, and contacts of all changes: an update has one of each, and some air.
_MOST_AROUND = 2_000
_UPDATES = ("messages", "message_echoes", "statuses", "calls", "user_preferences")


class TooManyElementsError(InvalidRequestError):
    """A delivery has more elements than Meta ever sends."""

    code = "too_many_elements"

    def __init__(self) -> None:
        super().__init__("The delivery has too many elements.")


def refuse_too_many(envelope: Any) -> None:
    """Count what an envelope holds before it is read; raises TooManyElementsError."""
    entries = fields.items(fields.mapping(envelope).get("entry"))
    changes = updates = contacts = 0
    _refuse_over(len(entries), _MOST_AROUND)
    for of_entry in (fields.items(fields.mapping(entry).get("changes")) for entry in entries):
        changes += len(of_entry)
        _refuse_over(changes, _MOST_AROUND)
        for value in _values(of_entry):
            updates += sum(len(fields.items(value.get(name))) for name in _UPDATES)
            contacts += len(fields.items(value.get("contacts")))
    _refuse_over(updates, _MOST_UPDATES)
    _refuse_over(contacts, _MOST_AROUND)


def _values(changes: Any) -> Iterator[Mapping[str, Any]]:
    return (fields.mapping(fields.mapping(change).get("value")) for change in changes)


def _refuse_over(count: int, most: int) -> None:
    if count > most:
        raise TooManyElementsError
