"""What people told WhatsApp about a store's advertising. Pure.

Source, as Meta names its page: webhooks/reference/user_preferences.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from common.contacts import Preference
from ingress import fields, people

FIELD = "user_preferences"
_ABOUT_ADVERTISING = ("", "marketing_messages")
_MEANINGS = {"stop": True, "resume": False}
_MOST = 100  # of one notice; WhatsApp tells of one person at a time


def preferences(value: Mapping[str, Any]) -> Iterator[Preference]:
    """Read a notice: nothing of it that says something else, or of nobody."""
    for given in map(fields.mapping, fields.items(value.get(FIELD))[:_MOST]):
        phone, user_id = people.identities(given.get("wa_id"), given.get("user_id"))
        stops = _MEANINGS.get(fields.text(given.get("value")).lower())
        is_about_it = fields.text(given.get("category")) in _ABOUT_ADVERTISING
        if stops is not None and is_about_it and (phone or user_id):
            said_at = fields.timestamp(given.get("timestamp"))
            yield Preference(phone, user_id, stops, said_at)
