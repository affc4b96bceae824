"""What WhatsApp says of an account, a number, its templates or its groups. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingress import fields
from ingress.errors import PlatformError
from ingress.notice_rules import (
    ALERT_SEVERITIES,
    ERRORS,
    EVENTS,
    FIELDS,
    OTHER_ERROR,
    Meaning,
    Severity,
)

# Fields whose elements are read one by one: only errors beside them are a notice.
_OF_ELEMENTS = frozenset(("messages", "smb_message_echoes"))
_GRAVITY: dict[Severity, int] = {"notice": 0, "warning": 1, "alert": 2}
_OF_TEMPLATES = ("message_template_", "template_category_")
_LONGEST_EVENT = 80
_MOST_STATES = 100  # of one event; there are a handful
# Where a field has a list instead of an event: what its first element says happened.
_LISTS = {
    "groups": "type",
    "user_preferences": "value",
    "state_sync": "action",
    "statuses": "status",
}


@dataclass(frozen=True)
class Notice:
    """Something an operator should see; `pauses` says that who it is about can send no more.

    `number` has the digits of the number it speaks of, where it names one: an account may have
    several. Whether it is about the store of the route, `account_notices` decides.
    """

    field: str
    event: str
    severity: Severity
    pauses: bool = False
    reason: str = ""
    number: str = ""

    @property
    def is_of_templates(self) -> bool:
        """Say whether the list of templates may be another now."""
        return self.field.startswith(_OF_TEMPLATES)


def notice(field: str, value: Mapping[str, Any], errors: Sequence[PlatformError]) -> Notice | None:
    """Read the notice of a change; None for one that only has elements, and for unknown fields."""
    if field in _OF_ELEMENTS and not errors:
        return None
    name, severity = FIELDS.get(field, ("", None))
    if severity is None:
        return None
    if field == "calls" and "calls" in value and not errors:
        return None
    event = "" if field in _OF_ELEMENTS else _event(field, name, value)
    meanings = [*map(_meaning_of_error, errors), _meaning(field, event, value, severity)]
    worst = max(meanings, key=lambda each: (each.pauses, _GRAVITY[each.severity]))
    shown = event or (errors[0].code if errors else "")
    return Notice(field, shown, worst.severity, worst.pauses, worst.reason, _number(value))


def _number(value: Mapping[str, Any]) -> str:
    given = (value.get(name) for name in ("display_phone_number", "phone_number"))
    return next(filter(None, map(fields.digits, given)), "")


def _event(field: str, name: str, value: Mapping[str, Any]) -> str:
    if field == "account_alerts":
        return fields.label(_alert(value).get(name), _LONGEST_EVENT)
    if name:
        return fields.label(value.get(name), _LONGEST_EVENT)
    for listed, event in _LISTS.items():
        for element in fields.items(value.get(listed))[:1]:
            return fields.label(fields.mapping(element).get(event), _LONGEST_EVENT)
    return ""


def _alert(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the alert: older deliveries have it flat, newer ones in `alert_info`."""
    return fields.mapping(value.get("alert_info")) or value


def _meaning(field: str, event: str, value: Mapping[str, Any], severity: Severity) -> Meaning:
    if field == "account_alerts":
        named = fields.label(_alert(value).get("alert_severity")).upper()
        return Meaning(ALERT_SEVERITIES.get(named, severity), "account_alert")
    event = event.upper()
    found = [
        EVENTS[field, f"{event}:{state}"]
        for state in _states(value)
        if (field, f"{event}:{state}") in EVENTS
    ]
    if found:
        return max(found, key=lambda each: (each.pauses, _GRAVITY[each.severity]))
    return EVENTS.get((field, event), Meaning(severity))


def _states(value: Mapping[str, Any]) -> Iterator[str]:
    """Name what an account event is about, where that decides how grave it is."""
    banned = fields.mapping(value.get("ban_info")).get("waba_ban_state")
    for state in fields.items(banned)[:_MOST_STATES] or (banned,):
        yield fields.label(state).upper()
    restrictions = value.get("restriction_info")
    for each in fields.items(restrictions)[:_MOST_STATES] or (restrictions,):
        yield fields.label(fields.mapping(each).get("restriction_type")).upper()
    if value.get("disconnection_info"):
        yield "DISCONNECTED"


def _meaning_of_error(error: PlatformError) -> Meaning:
    return ERRORS.get(error.code, OTHER_ERROR)
