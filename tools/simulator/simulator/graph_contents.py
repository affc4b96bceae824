"""What each type of message must hold, and Meta's limits on it.

Second half of reading a Graph request; `graph_requests` calls it with the whole body.
Pure: no I/O. Limits are Meta's (pages of message types, November 2025).
"""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.refusals import (
    limited_text,
    refuse,
    required_object,
    required_objects,
    required_text,
)

TEXT_LIMIT = 4096
_CAPTION_LIMIT = 1024
_BODY_LIMITS = {"button": 1024, "list": 4096}
_OTHER_BODY_LIMIT = 1024
_BUTTONS = 3
_SECTIONS = 10
_ROWS = 10
_BUTTON_TITLE_LIMIT = 20
_ROW_LIMITS = {"title": 24, "description": 72, "id": 200}


def check_content(kind: str, body: Mapping[str, Any]) -> None:
    """Check the object (or list) named like the type; raises RefusedError."""
    check = _CHECKS.get(kind)
    if check is None:
        raise refuse(100, "Param type must be one of {" + ", ".join(sorted(_CHECKS)) + "}.")
    check(body)


def _text(body: Mapping[str, Any]) -> None:
    required_text(required_object(body, "text"), "body", TEXT_LIMIT)


def _media(kind: str) -> Callable[[Mapping[str, Any]], None]:
    def check(body: Mapping[str, Any]) -> None:
        content = required_object(body, kind)
        if "id" in content:
            required_text(content, "id")
        elif not required_text(content, "link").startswith(("http://", "https://")):
            raise refuse(131009, f"Parameter {kind}.link must be an http or https address.")
        limited_text(content, "caption", _CAPTION_LIMIT)

    return check


def _location(body: Mapping[str, Any]) -> None:
    content = required_object(body, "location")
    for name in ("latitude", "longitude"):
        if name not in content:
            raise refuse(131008, f"Parameter location.{name} is required.")


def _contacts(body: Mapping[str, Any]) -> None:
    required_objects(body, "contacts")


def _template(body: Mapping[str, Any]) -> None:
    content = required_object(body, "template")
    required_text(content, "name")
    required_text(required_object(content, "language"), "code")


def _reaction(body: Mapping[str, Any]) -> None:
    content = required_object(body, "reaction")
    required_text(content, "message_id")
    # An empty emoji takes the reaction back, so only its absence is wrong.
    if not isinstance(content.get("emoji"), str):
        raise refuse(131008, "Parameter reaction.emoji is required.")


def _interactive(body: Mapping[str, Any]) -> None:
    content = required_object(body, "interactive")
    kind = required_text(content, "type")
    if kind != "product":
        text = required_object(content, "body")
        required_text(text, "text", _BODY_LIMITS.get(kind, _OTHER_BODY_LIMIT))
    action = required_object(content, "action")
    if kind == "button":
        _buttons(action)
    if kind == "list":
        _rows(action)


def _buttons(action: Mapping[str, Any]) -> None:
    for button in required_objects(action, "buttons", _BUTTONS):
        reply = required_object(button, "reply")
        required_text(reply, "id")
        required_text(reply, "title", _BUTTON_TITLE_LIMIT)


def _rows(action: Mapping[str, Any]) -> None:
    required_text(action, "button", _BUTTON_TITLE_LIMIT)
    for section in required_objects(action, "sections", _SECTIONS):
        for row in required_objects(section, "rows", _ROWS):
            required_text(row, "id", _ROW_LIMITS["id"])
            required_text(row, "title", _ROW_LIMITS["title"])
            limited_text(row, "description", _ROW_LIMITS["description"])


_CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "template": _template,
    "reaction": _reaction,
    "interactive": _interactive,
    **{kind: _media(kind) for kind in ("image", "video", "audio", "document", "sticker")},
}
