"""What a part carries, as it is sealed in its row, and the content that it is sent as. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from common.menus import menu_of
from common.sealing import StoreSeal
from worker.channels.contents import (
    Audio,
    Content,
    Document,
    Picture,
    TemplateMessage,
    Text,
    Video,
)

_TEMPLATE = ("name", "language", "components")
_FILE = ("place", "mime_type", "filename", "size")


@dataclass(frozen=True)
class Body:
    """A part of any kind; which fields it has is the kind's matter."""

    text: str = ""  # its words; of a menu or a template, those that are shown
    link: str = ""  # where a picture of the catalog's is
    product_id: str = ""
    caption: str = ""
    place: str = ""  # in our storage, of an agent's file
    mime_type: str = ""
    filename: str = ""
    size: int = 0
    is_voice: bool = False
    interactive: Mapping[str, Any] = field(default_factory=dict)
    template: Mapping[str, Any] = field(default_factory=dict)
    reply_to: str = ""  # the wamid it quotes
    kind: str = "text"

    @property
    def words(self) -> str:
        """Say what of it is shown as words."""
        return self.text or self.caption

    def content(self) -> Content:
        """Make what the channel sends; raises ValueError for what WhatsApp never takes."""
        match self.kind:
            case "text":
                return Text(self.text)
            case "interactive":
                return menu_of(self.interactive)
            case "template":
                return _template_of(self.template, self.filename)
        return self._file()

    def _file(self) -> Content:
        match self.kind:
            case "image":
                return Picture(self.link, caption=self.caption)
            case "video":
                return Video(self.link, caption=self.caption)
            case "document":
                return Document(self.link, caption=self.caption, filename=self.filename)
            case "audio":
                return Audio(self.link, caption=self.caption, is_voice=self.is_voice)
        raise ValueError("There is no such kind.")

    def sealed(self, seal: StoreSeal) -> bytes:
        # What goes without saying is left out: a text is a text to workers of any version.
        carried = {name: value for name, value in vars(self).items() if value}
        if self.kind == _usual_kind(carried):
            del carried["kind"]
        return seal.seal(json.dumps(carried).encode("ascii"))

    @classmethod
    def unsealed(cls, seal: StoreSeal, sealed: bytes) -> "Body":
        """Open a row's body, also one of a version that knew fewer or other fields."""
        values: dict[str, Any] = json.loads(seal.open(sealed))
        values.setdefault("kind", _usual_kind(values))
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def body_of(text: str, content: Mapping[str, Any]) -> Body:
    """Read what an agent asked to send: the text and the content of an AgentCommand."""
    asked = {name: value for name, value in content.items() if value}
    kind, reply_to = asked.get("kind", "text"), asked.get("reply_to", "")
    match kind:
        case "text":
            return Body(text=text, reply_to=reply_to, product_id=asked.get("product_id", ""))
        case "interactive":
            return Body(text, kind=kind, interactive=asked["interactive"], reply_to=reply_to)
        case "template":
            shown = text or asked.get("shown", "")
            template, file = _only(asked, _TEMPLATE), _only(asked, _FILE)
            return Body(shown, kind=kind, template=template, reply_to=reply_to, **file)
    caption = asked.get("caption", "") or text
    named = _only(asked, _FILE)
    return Body(kind=kind, caption=caption, is_voice="voice" in asked, reply_to=reply_to, **named)


def _only(asked: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: asked[name] for name in names if name in asked}


def _usual_kind(values: Mapping[str, Any]) -> str:
    return "image" if values.get("link") else "text"


def _template_of(asked: Mapping[str, Any], filename: str) -> TemplateMessage:
    components = tuple(asked.get("components") or ())
    return TemplateMessage(asked.get("name", ""), asked.get("language", ""), components, filename)
