"""Files that customers send: pictures they attach, and samples that are always there; in memory.

Knows a picture by its first bytes, because who uploads a file may call it anything. No I/O.
"""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from common.errors import InvalidRequestError, NotFoundError
from simulator.sample_files import sample_files

LARGEST_BYTES = 5_000_000  # Meta's limit on a picture
_MOST_PICTURES = 60
_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@dataclass(frozen=True)
class Picture:
    """A file, most often an attached picture, under the kind of id that Meta gives to media."""

    id: str
    mime_type: str
    sha256: str
    content: bytes
    filename: str = ""


class MediaShelf:
    """Keeps the newest pictures; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._samples = {
            each: Picture(each, kind, hashlib.sha256(content).hexdigest(), content)
            for each, kind, content in sample_files()
        }

    def add(self, content: bytes, its_id: str | None = None) -> Picture:
        """Keep a picture; raises InvalidRequestError for anything but JPEG, PNG and WebP."""
        kind = _kind_of(content)
        if kind is None or len(content) > LARGEST_BYTES:
            raise InvalidRequestError("Attach a JPEG, PNG or WebP picture of up to 5 MB.")
        number = its_id or str(10**15 + secrets.randbelow(9 * 10**15))
        picture = Picture(number, kind, hashlib.sha256(content).hexdigest(), content)
        with self._lock:
            self._pictures[number] = picture
            if len(self._pictures) > _MOST_PICTURES:
                self._pictures.popitem(last=False)
        return picture

    def find(self, picture_id: str) -> Picture | None:
        with self._lock:
            return self._samples.get(picture_id) or self._pictures.get(picture_id)

    def get(self, picture_id: str) -> Picture:
        picture = self.find(picture_id)
        if picture is None:
            raise NotFoundError("There is no such picture.")
        return picture


def _kind_of(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _KINDS if content.startswith(start)), None)
