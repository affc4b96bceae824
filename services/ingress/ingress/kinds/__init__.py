"""From a message's JSON to the typed value of its kind. Pure.

Whatever is missing or of another type is left out and the rest is kept. A kind nobody knows
is `Unsupported`: its raw JSON is stored beside it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from common.contents import Content, Unsupported
from ingress import fields
from ingress.kinds import changes, things, words

_READERS: dict[str, Callable[[Mapping[str, Any]], Content]] = {
    "text": words.text,
    "image": words.image,
    "video": words.video,
    "audio": words.audio,
    "document": words.document,
    "sticker": words.sticker,
    "interactive": words.choice,
    "button": words.button,
    "request_welcome": words.request_welcome,
    "location": things.location,
    "order": things.order,
    "reaction": changes.reaction,
    "revoke": changes.revoke,
    "system": changes.system_note,
}


def read(message: Mapping[str, Any]) -> Content:
    """Read what a message says, by its `type`."""
    kind = fields.text(message.get("type"))
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(fields.mapping(message.get(kind)))
    if kind == "contacts":  # the only kind that is a list
        return things.contacts(message)
    if kind == "edit":
        return changes.edit(fields.mapping(message.get(kind)), read)
    return _unsupported(message, kind)


def _unsupported(message: Mapping[str, Any], kind: str) -> Content:
    """Name what it is: WhatsApp says so for what it does not hand out (an edit, a poll)."""
    inner = fields.label(fields.mapping(message.get("unsupported")).get("type"))
    return Unsupported(type=inner or ("" if kind == "unsupported" else fields.label(kind)))
