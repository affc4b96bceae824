"""Files that a business has uploaded to be sent by their id, in memory; the newest only.

An id belongs to the number it was uploaded for. One that was given up is refused like one that
never was, as Meta's are after thirty days. No I/O.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from simulator.media_limits import check_kind
from simulator.media_shelf import MediaShelf, Picture
from simulator.refusals import refuse
from simulator.store import SimulatedStore

_MOST_FILES = 500
_MOST_BYTES = 300_000_000
_SENT_BY_ID = frozenset({"image", "video", "audio", "document", "sticker"})


@dataclass(frozen=True)
class NewFile:
    """A file as it was uploaded, before it has an id."""

    mime_type: str
    name: str
    content: bytes


class UploadShelf:
    """Keeps uploads; safe to use from many threads."""

    def __init__(self, received: MediaShelf) -> None:
        self._received = received
        self._lock = Lock()
        self._bytes = 0
        self._files: OrderedDict[str, tuple[str, Picture]] = OrderedDict()

    def keep(self, phone_number_id: str, media_id: str, file: NewFile) -> None:
        """Keep a file under its id; the oldest give way."""
        hashed = hashlib.sha256(file.content).hexdigest()
        kept = Picture(media_id, file.mime_type, hashed, file.content, file.name)
        with self._lock:
            self._files[media_id] = (phone_number_id, kept)
            self._bytes += len(kept.content)
            while len(self._files) > _MOST_FILES or self._bytes > _MOST_BYTES:
                _, (_, oldest) = self._files.popitem(last=False)
                self._bytes -= len(oldest.content)

    def find(self, media_id: str) -> Picture | None:
        with self._lock:
            found = self._files.get(media_id)
        return found[1] if found else None

    def forget(self) -> None:
        """Forget every upload, as thirty days would."""
        with self._lock:
            self._files.clear()
            self._bytes = 0

    def check(self, store: SimulatedStore, body: Mapping[str, Any]) -> None:
        """Check the id that a message names; raises RefusedError as Meta refuses it.

        A file that a customer has sent may be sent back under its own id.
        """
        kind = body.get("type")
        content = body.get(kind) if isinstance(kind, str) and kind in _SENT_BY_ID else None
        if not isinstance(kind, str) or not isinstance(content, dict) or "id" not in content:
            return
        media_id = str(content["id"])
        with self._lock:
            number, file = self._files.get(media_id, ("", None))
        found = file if number == store.phone_number_id else self._received.find(media_id)
        if found is None:
            raise refuse(
                100,
                f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID.",
            )
        check_kind(kind, found.mime_type)
