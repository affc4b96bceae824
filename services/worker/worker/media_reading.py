"""Reads from a turn's mail which media its messages bring. Pure but for opening the seal."""

import re

from common.inbound import InboundMessage
from common.media import ExpectedMedia
from common.plain_text import storable
from common.sealing import StoreSeal
from common.turns import Turn
from worker.media_fetching import plain_hash

_LONGEST_NAME, _LONGEST_TYPE, _LONGEST_ID = 240, 120, 200
_SEPARATORS = re.compile(r"[/\\\x00-\x1f\x7f]")


def media_in(seal: StoreSeal, turn: Turn) -> list[ExpectedMedia]:
    """List what a turn's messages bring beside words."""
    read = ((each, InboundMessage.from_bytes(seal.open(each.payload_sealed))) for each in turn.mail)
    return [expected_of(each.inbox_id, message) for each, message in read if message.media]


def expected_of(message_id: str, message: InboundMessage) -> ExpectedMedia:
    """Take what a message names of its media, bounded and fit to be kept."""
    media = message.media or {}

    def named(name: str, longest: int) -> str:
        value = media.get(name)
        return storable(value)[:longest] if isinstance(value, str) else ""

    return ExpectedMedia(
        message_id=message_id,
        media_id=named("id", _LONGEST_ID),
        kind=message.kind,
        mime_type=named("mime_type", _LONGEST_TYPE),
        sha256=plain_hash(named("sha256", _LONGEST_TYPE)),
        filename=_SEPARATORS.sub("_", named("filename", _LONGEST_NAME)),
    )
