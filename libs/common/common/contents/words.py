"""What is written, tapped or attached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.contents.base import Content, Details, known


@dataclass(frozen=True)
class Text(Content):
    kind = "text"
    body: str = ""

    @property
    def text(self) -> str:
        return self.body


@dataclass(frozen=True)
class Media(Content):
    """A file, which is downloaded later; without an id there is nothing to download."""

    file: Mapping[str, str] = field(default_factory=dict)
    caption: str = ""
    voice: bool | None = None
    animated: bool | None = None

    @property
    def text(self) -> str:
        return self.caption

    @property
    def details(self) -> Details:
        return known(voice=self.voice, animated=self.animated)

    @property
    def media(self) -> Mapping[str, str] | None:
        return self.file or None


@dataclass(frozen=True)
class Image(Media):
    kind = "image"


@dataclass(frozen=True)
class Video(Media):
    kind = "video"


@dataclass(frozen=True)
class Audio(Media):
    kind = "audio"


@dataclass(frozen=True)
class Document(Media):
    kind = "document"


@dataclass(frozen=True)
class Sticker(Media):
    kind = "sticker"


@dataclass(frozen=True)
class Choice(Content):
    """What was chosen or filled in: a button, a row of a list, a form, a permission to call."""

    kind = "interactive"
    words: str = ""  # the title as it came, or the form as lines
    type: str = ""
    id: str = ""
    title: str = ""
    description: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.words

    @property
    def details(self) -> Details:
        choice = known(
            type=self.type,
            id=self.id,
            title=self.title,
            description=self.description,
            answers=dict(self.answers),
        )
        return known(choice=choice)


@dataclass(frozen=True)
class Button(Content):
    """The quick reply of a template."""

    kind = "button"
    label: str = ""
    payload: str = ""

    @property
    def text(self) -> str:
        return self.label

    @property
    def details(self) -> Details:
        return known(payload=self.payload)


@dataclass(frozen=True)
class RequestWelcome(Content):
    """Somebody opened the chat for the first time and has not written yet."""

    kind = "request_welcome"
