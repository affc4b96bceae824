"""What can be sent, one value for each kind, and how Graph takes it (whatsapp.md 1.4). Pure.

Buttons and lists are in `common.menus`, because an agent's request is refused by their rules.
Meta's limits are checked where a value is made: a ValueError is our defect, because whoever asks
was told of them before.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, Self

from common.menus import Graph
from common.plain_text import TEXT_LIMIT
from common.send_limits import CAPTION_LIMIT, FILENAME_LIMIT, check_text


class Content(Protocol):
    """Anything that can be sent."""

    def as_graph(self) -> Graph:
        """Write `type` and what belongs to it."""


@dataclass(frozen=True)
class Text:
    body: str

    def __post_init__(self) -> None:
        check_text("A text", self.body, TEXT_LIMIT, least=1)

    def as_graph(self) -> Graph:
        return {"type": "text", "text": {"body": self.body, "preview_url": False}}


@dataclass(frozen=True)
class Media:
    """A file that WhatsApp fetches from a link, or keeps under an id of the number it goes from.

    Made without either, it is still to be `uploaded`.
    """

    kind: ClassVar[str]
    link: str = ""
    media_id: str = ""
    caption: str = ""

    def __post_init__(self) -> None:
        check_text("A caption", self.caption, CAPTION_LIMIT)

    def uploaded(self, media_id: str) -> Self:
        """Name the id that WhatsApp gave it; an empty one forgets it."""
        return replace(self, media_id=media_id)

    def as_graph(self) -> Graph:
        if not (self.media_id or self.link):
            raise ValueError("The file is neither uploaded nor anywhere to be fetched.")
        place = {"id": self.media_id} if self.media_id else {"link": self.link}
        caption = {"caption": self.caption} if self.caption else {}
        return {"type": self.kind, self.kind: {**place, **caption, **self._more()}}

    def _more(self) -> Graph:
        return {}


@dataclass(frozen=True)
class Picture(Media):
    kind = "image"


@dataclass(frozen=True)
class Video(Media):
    kind = "video"


@dataclass(frozen=True)
class Document(Media):
    kind = "document"
    filename: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("A file's name", self.filename, FILENAME_LIMIT)

    def _more(self) -> Graph:
        return {"filename": self.filename} if self.filename else {}


@dataclass(frozen=True)
class Audio(Media):
    """A recording; `is_voice` shows it as one, which WhatsApp does for Ogg with Opus only."""

    kind = "audio"
    is_voice: bool = False

    def __post_init__(self) -> None:
        if self.caption:
            raise ValueError("A recording has no caption.")

    def _more(self) -> Graph:
        return {"voice": True} if self.is_voice else {}


@dataclass(frozen=True)
class TemplateMessage:
    """A template of the store's, approved by Meta; `components` are Graph's, filled in.

    A header without a file is one of an agent's, still to be `uploaded`.
    """

    name: str
    language: str
    components: tuple[Graph, ...] = ()
    filename: str = ""
    media_id: str = ""

    def __post_init__(self) -> None:
        if not (self.name and self.language):
            raise ValueError("A template has a name and a language.")

    def uploaded(self, media_id: str) -> Self:
        """Name the id that WhatsApp gave the header's file; an empty one forgets it."""
        return replace(self, media_id=media_id)

    def as_graph(self) -> Graph:
        template: Graph = {"name": self.name, "language": {"code": self.language}}
        if self.components:
            template["components"] = [self._with_file(each) for each in self.components]
        return {"type": "template", "template": template}

    def _with_file(self, component: Graph) -> Graph:
        parameters = component.get("parameters") or [{}]
        kind = parameters[0].get("type")
        if component.get("type") != "header" or parameters[0].get(kind) != {}:
            return component
        if not self.media_id:
            raise ValueError("The header's file is not uploaded.")
        named = {"filename": self.filename} if kind == "document" and self.filename else {}
        return {**component, "parameters": [{"type": kind, kind: {"id": self.media_id, **named}}]}


# What may have a file that is uploaded first.
WithFile = Media | TemplateMessage
