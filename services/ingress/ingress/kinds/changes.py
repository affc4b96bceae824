"""What speaks of another message, or of who somebody is."""

from collections.abc import Callable, Mapping
from typing import Any

from common import contents
from ingress import fields

_LONGEST_EMOJI = 64  # families and flags are several characters; more is no emoji
_LONGEST_WORDS = 4096
_LONGEST_BODY = 1024
_CAPTIONED = ("image", "video", "document")

_Content = Mapping[str, Any]


def reaction(content: _Content) -> contents.Reaction:
    """Read a reaction; no emoji, or an empty one, takes the former away."""
    emoji = fields.label(content.get("emoji"), _LONGEST_EMOJI)
    return contents.Reaction(fields.identifier(content.get("message_id")) or None, emoji)


def edit(content: _Content, read: Callable[[_Content], contents.Content]) -> contents.Edit:
    """Read the new words, whatever kind of message they belong to."""
    words = _edited(fields.mapping(content.get("message")), read)
    shown = fields.label(words, _LONGEST_WORDS)
    return contents.Edit(_original(content), words, shown)


def _edited(inner: _Content, read: Callable[[_Content], contents.Content]) -> str | None:
    """Read an edit's words: empty when a caption was taken away, None when nobody can say."""
    # An edit of an edit does not exist, and following it would be a recursion a sender controls.
    words = read(inner).text if inner.get("type") != "edit" else ""
    words = words or fields.text(fields.mapping(inner.get("text")).get("body"))
    return words if words or _has_no_caption(inner) else None


def _has_no_caption(inner: _Content) -> bool:
    """Say whether a message is one of the kinds that may come without words, and does."""
    kind = inner.get("type")
    attached = fields.mapping(inner.get(kind)) if kind in _CAPTIONED else {}
    return bool(attached) and attached.get("caption") in (None, "")


def revoke(content: _Content) -> contents.Revoke:
    return contents.Revoke(_original(content))


def _original(content: _Content) -> str | None:
    return fields.identifier(content.get("original_message_id")) or None


def system_note(content: _Content) -> contents.SystemNote:
    return contents.SystemNote(
        event=fields.label(content.get("type")),
        wa_id=fields.label(content.get("wa_id") or content.get("new_wa_id")),
        user_id=fields.label(content.get("user_id")),
        previous_user_id=fields.label(content.get("previous_user_id")),
        body=fields.label(content.get("body"), _LONGEST_BODY),
    )


def call(element: _Content) -> contents.Call:
    """Read a call, which is an element of its own and no message."""
    return contents.Call(
        event=fields.label(element.get("event")),
        direction=fields.label(element.get("direction")).lower(),
        status=fields.label(element.get("status")).lower(),
        seconds=fields.whole(element.get("duration")),
    )
