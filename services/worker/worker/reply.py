"""Takes an assistant's reply apart: words for the customer, ids of pictures. Pure.

A reply is untrusted output: ids are checked, counted and looked up by store later; only tags
that are known are taken out, so that "5 < 10 y 20 > 3" stays what it is.
"""

import re
from dataclasses import dataclass

from common.plain_text import REPLACEMENT, storable

TEXT_LIMIT = 4096  # whatsapp.md 1.4
_MOST_IMAGES = 5
# What is longer than this between brackets is no tag of ours, and cannot slow the search.
_IMAGE_TAG = re.compile(r"\[\s{0,8}SEND_IMAGE\s{0,8}:?([^\[\]\n]{0,12000})\]", re.IGNORECASE)
_IMAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HIDDEN = ("thinking", "reasoning", "scratchpad")
_SHOWN = (
    "answer|response|reply|message|product|products|text|output|final|html|body|b|i|u|s|strong"
    "|em|p|br|span|div|ul|ol|li|h[1-6]|a|code|pre"
)
_HIDDEN_PART = re.compile(
    rf"<({'|'.join(_HIDDEN)})(?:\s[^<>]{{0,500}})?>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_KNOWN_TAG = re.compile(
    rf"</?(?:{_SHOWN}|{'|'.join(_HIDDEN)})(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE
)
_MANY_BLANKS = re.compile(r"[ \t]{2,}")
_BLANK_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
_MANY_LINES = re.compile(r"\n{3,}")
_TAG_OPENING = re.compile(r"\[(?=\s{0,8}SEND_IMAGE)", re.IGNORECASE)
_BOUNDARIES = ("\n\n", "\n", ". ", "! ", "? ", " ")


@dataclass(frozen=True)
class Reply:
    """What goes to the customer, in order: the text, then the pictures."""

    text: str
    image_ids: tuple[str, ...]


def parse_reply(raw: str, image_limit: int = _MOST_IMAGES) -> Reply:
    """Separate a raw reply; the time taken is linear in its length."""
    plain = storable(raw).replace(REPLACEMENT, "") if storable(raw) != raw else raw
    visible = _HIDDEN_PART.sub("", plain)
    named = (match.group(1).strip() for match in _IMAGE_TAG.finditer(visible))
    image_ids = dict.fromkeys(each for each in named if _IMAGE_ID.fullmatch(each))
    words = _KNOWN_TAG.sub("", _IMAGE_TAG.sub("", visible))
    return Reply(_tidy(words), tuple(image_ids)[:image_limit])


def escape_tags(text: str) -> str:
    """Make tags in somebody else's words harmless, so that a model's echo of them is too."""
    return _TAG_OPENING.sub("(", text)


def split_text(text: str, limit: int = TEXT_LIMIT) -> tuple[str, ...]:
    """Cut a text where it breathes, so that no part is longer than the limit or empty."""
    parts = []
    rest = text.strip()
    while len(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return tuple(part for part in (*parts, rest) if part)


def _cut(text: str, limit: int) -> int:
    """Find the last natural boundary in the second half of what fits; else the limit."""
    for boundary in _BOUNDARIES:
        found = text.rfind(boundary, limit // 2, limit)
        if found > 0:
            return found + len(boundary)
    return limit


def _tidy(text: str) -> str:
    lines = _BLANK_ENDS.sub("", _MANY_BLANKS.sub(" ", text))
    return _MANY_LINES.sub("\n\n", lines).strip()
