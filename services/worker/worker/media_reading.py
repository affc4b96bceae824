"""Reads from a turn's messages what they bring beside words. Pure: no I/O."""

import re
from collections.abc import Sequence

from common.inbound import InboundMessage
from common.media import ExpectedMedia
from common.plain_text import storable
from worker.conversations import Heard
from worker.media_fetching import plain_hash

_LONGEST_NAME, _LONGEST_TYPE, _LONGEST_ID = 240, 120, 200
_SEPARATORS = re.compile(r"[/\\\x00-\x1f\x7f]")


def media_in(heard: Sequence[Heard]) -> list[ExpectedMedia]:
    """List what a turn's messages bring; one that names no file brings a failed one."""
    return [
        expected_of(each.mail.inbox_id, each.message)
        for each in heard
        if each.message.media is not None
    ]


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
