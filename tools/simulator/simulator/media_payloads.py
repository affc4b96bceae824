"""What WhatsApp says of a file in the webhook, put where a message names one and says no more.

Pure but for the shelf it looks at. What a payload says itself is left as it is.
"""

import base64
from collections.abc import Iterator
from typing import Any

from simulator.media_shelf import MediaShelf

_KINDS = frozenset({"image", "video", "audio", "document", "sticker"})


def complete_media(asked: dict[str, Any], shelf: MediaShelf) -> None:
    """Add type and hash (in Base64, as Meta's webhooks have it) to every file on the shelf."""
    for media in _media_in(asked):
        file = shelf.find(str(media.get("id", "")))
        if file is not None:
            encoded = base64.b64encode(bytes.fromhex(file.sha256)).decode()
            media.setdefault("mime_type", file.mime_type)
            media.setdefault("sha256", encoded)


def _media_in(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    batch = asked.get("messages")
    for each in (asked, *(batch if isinstance(batch, list) else ())):
        payload = each.get("payload") if isinstance(each, dict) else None
        kind = payload.get("type") if isinstance(payload, dict) else None
        if isinstance(kind, str) and kind in _KINDS and isinstance(payload, dict):
            media = payload.get(kind)
            if isinstance(media, dict):
                yield media
