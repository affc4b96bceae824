"""Reads what an agent wants to send: words, a file with a caption, a menu, a product, a template.

Refuses what WhatsApp would refuse, before it has a place in the conversation's order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, text

from common import attachments, models
from common.attachments import Attachment
from common.errors import InvalidRequestError, NotFoundError, PermanentError
from common.identifiers import as_uuid
from common.menus import menu_of
from common.plain_text import TEXT_LIMIT, is_storable, units
from common.send_limits import CAPTION_LIMIT
from common.stores import Store
from notifier import goods
from notifier.agents import Agent
from notifier.parts import parts
from notifier.snapshot import conversation_of
from notifier.template_sends import template_content

_THEIRS = text("SELECT unnest(same_person(:store_id, CAST(:conversation_id AS uuid)))")


@dataclass(frozen=True)
class Asked:
    """What is to be sent: the words to show, a command's content, and what shows beside it."""

    text: str
    content: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    attachment_id: str = ""

    @property
    def reply_to(self) -> str | None:
        return self.content.get("reply_to")


@dataclass(frozen=True)
class _Asking:
    """Who asks for what, and in which store."""

    store: Store
    me: Agent
    form: Mapping[str, Any]


def asked_of(store: Store, session_id: str, me: Agent, form: Mapping[str, Any]) -> Asked:
    """Read a request; raises what it is to be answered with."""
    special = [name for name in _SPECIALLY if form.get(name) is not None]
    if len(special) > 1:
        raise InvalidRequestError(f"Only one of {', '.join(_SPECIALLY)} can be sent at once.")
    if special and special[0] != "attachment" and form["text"].strip():
        raise InvalidRequestError(
            f"No text goes beside {special[0]}: it would not be sent.", code="text_not_possible"
        )
    asking = _Asking(store, me, form)
    asked = _SPECIALLY[special[0]](asking) if special else _words(asking)
    if form.get("reply_to") is None:
        return asked
    quoted = _wamid_of(store.store_id, session_id, form["reply_to"])
    return replace(asked, content={"kind": "text", **asked.content, "reply_to": quoted})


def _words(asking: _Asking) -> Asked:
    return Asked(_checked(asking.form["text"], TEXT_LIMIT))


def _template(asking: _Asking) -> Asked:
    with parts().database.store(asking.store.store_id) as connection:
        content = template_content(connection, asking.store.store_id, asking.form["template"])
    attachment_id = str(content.pop("attachment_id", ""))
    return Asked(str(content["shown"]), content, attachment_id=attachment_id)


def _file(asking: _Asking) -> Asked:
    attachment_id = as_uuid(asking.form["attachment"])
    if attachment_id is None:
        raise NotFoundError("There is no such attachment.", code="attachment_not_found")
    with parts().database.store(asking.store.store_id) as connection:
        found = attachments.find(connection, asking.store.store_id, asking.me.id, attachment_id)
    caption = _checked(asking.form["text"], CAPTION_LIMIT) if asking.form["text"].strip() else ""
    if caption and found.kind == "audio":
        raise InvalidRequestError("A recording has no caption.", code="caption_not_possible")
    return Asked(caption, _content_of(found, caption), attachment_id=attachment_id)


def _content_of(found: Attachment, caption: str) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "place": found.place,
        "mime_type": found.mime_type,
        "size": found.size,
        "filename": found.filename,
        "caption": caption,
        "voice": found.is_voice,
    }


def _menu(asking: _Asking) -> Asked:
    asked: Mapping[str, Any] = asking.form["interactive"]
    if not all(is_storable(each) for each in _texts_in(asked)):
        raise InvalidRequestError("The menu holds a character that no text has.")
    try:
        menu_of(asked)
    except ValueError as error:
        raise InvalidRequestError(str(error), code="menu_invalid") from error
    details = {name: each for name, each in asked.items() if name not in ("type", "body")}
    return Asked(asked["body"], {"kind": "interactive", "interactive": dict(asked)}, details)


def _product(asking: _Asking) -> Asked:
    """Take the words of today's catalog; the worker finds the picture as it sends."""
    product = goods.offered(parts().catalog, asking.store, asking.form["product"])
    return Asked(_checked(product.words, CAPTION_LIMIT), {"kind": "text", "product_id": product.id})


def _texts_in(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    inner = part.values() if isinstance(part, Mapping) else part
    return [each for one in inner for each in _texts_in(one)]


def _wamid_of(store_id: str, session_id: str, message_id: str) -> str:
    """Find what WhatsApp calls a message of the same person."""
    with parts().database.store(store_id) as connection:
        conversation_id = conversation_of(connection, store_id, session_id)
        asked = {"store_id": store_id, "conversation_id": conversation_id}
        theirs = [str(each) for each in connection.scalars(_THEIRS, asked)]
        table = models.messages
        query = select(table.c.wamid).where(
            table.c.store_id == store_id,
            table.c.message_id == as_uuid(message_id),
            table.c.conversation_id.in_(theirs),
            table.c.revoked_at.is_(None),
        )
        row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("There is no such message.", code="message_not_found")
    if not row.wamid:
        raise PermanentError("WhatsApp has not taken that message yet.", code="not_quotable")
    return str(row.wamid)


def _checked(words: str, limit: int) -> str:
    if not words.strip():
        raise InvalidRequestError("There is no text to send.", code="text_empty")
    if units(words) > limit:
        raise InvalidRequestError(
            f"It has at most {limit} characters.", code="text_too_long", limit=limit
        )
    if not is_storable(words):
        raise InvalidRequestError("The text holds a character that no text has.")
    return words


_SPECIALLY: Mapping[str, Callable[[_Asking], Asked]] = {
    "attachment": _file,
    "interactive": _menu,
    "product": _product,
    "template": _template,
}
