"""What every kind of content has in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

Details = dict[str, Any]


def known(**parts: Any) -> Details:
    """Leave out what is unknown: None, and empty strings, lists and objects."""
    return {name: part for name, part in parts.items() if part is not None and not _is_empty(part)}


def _is_empty(part: Any) -> bool:
    return isinstance(part, (str, list, tuple, dict)) and not part


@dataclass(frozen=True)
class Content:
    """What every kind can be asked."""

    kind: ClassVar[str] = "unsupported"

    @property
    def text(self) -> str:
        """Say what a bot can read: words, a caption, a chosen title."""
        return ""

    @property
    def details(self) -> Details:
        return {}

    @property
    def media(self) -> Mapping[str, str] | None:
        """Name the file it brings, by text alone: id, mime_type, sha256, filename."""
        return None

    @property
    def target(self) -> str | None:
        """Name the message it speaks of: of a reaction, an edit or a revoke."""
        return None


@dataclass(frozen=True)
class Unsupported(Content):
    """What WhatsApp does not hand out, or we do not know: the raw JSON is all there is."""

    type: str = ""

    @property
    def details(self) -> Details:
        return known(type=self.type)
