"""Takes an assistant's reply apart: words for the customer, ids of pictures. Pure.

A reply is untrusted output: ids are checked and counted here and looked up by store later, and
no tag that is known reaches a customer. Everything takes time linear in the text.
"""

import re
from dataclasses import dataclass

from common.plain_text import TEXT_LIMIT
from worker.reply_tags import (
    GAP,
    take_images,
    without_hidden,
    without_known_tags,
    without_openings,
)
from worker.splitting import best_cut, fitting_length

_MOST_IMAGES = 5
# Taking a tag out can make a new one of its surroundings; so often it is looked for again.
_PASSES = 4
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_GAPS = re.compile(rf"(?<![ \t{GAP}])[ \t]*+{GAP}[ \t{GAP}]*+(?P<tight>(?=[\s,.;:!?)\]]|\Z))?")
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]++(?=\n)|(?<=\n)[ \t]++")
_BLANKS = re.compile(r"(?<![ \t])[ \t]{2,}+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_VISIBLE = re.compile(rf"[^\s{_INVISIBLE}]")


@dataclass(frozen=True)
class Reply:
    """What goes to the customer, in order: the text, then the pictures."""

    text: str
    image_ids: tuple[str, ...]


def parse_reply(raw: str, image_limit: int = _MOST_IMAGES) -> Reply:
    """Separate a raw reply into its text, which may be empty, and its pictures' ids in order."""
    text = _UNSTORABLE.sub("", raw).replace("\r\n", "\n").replace("\r", "\n")
    ids: dict[str, None] = {}
    for _ in range(_PASSES):
        before = text
        text, found = take_images(without_known_tags(without_hidden(text)))
        ids.update(dict.fromkeys(found))
        if text == before:
            break
    return Reply(_tidy(text), tuple(ids)[:image_limit])


def escape_tags(text: str) -> str:
    """Make tags in somebody else's words harmless, so that a model's echo of them is too."""
    return without_openings(text)


def is_blank(text: str) -> bool:
    """Tell whether a reader would see nothing, invisible characters apart."""
    return _VISIBLE.search(text) is None


def split_text(text: str, limit: int = TEXT_LIMIT) -> tuple[str, ...]:
    """Cut a text where it breathes, so that no part is blank or longer than the limit.

    The limit counts UTF-16 units, as a phone does: an emoji is two. It must be 2 or more.
    """
    parts: list[str] = []
    rest = text.strip()
    while rest:
        length = fitting_length(rest, limit)
        cut = length if length == len(rest) else best_cut(rest, length)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(part for part in parts if not is_blank(part))


def _tidy(text: str) -> str:
    """Close the gaps that tags left, and what they made of spaces and lines."""
    joined = _GAPS.sub(lambda gap: "" if gap["tight"] is not None else " ", text)
    lines = _BLANKS.sub(" ", _LINE_ENDS.sub("", joined))
    tidy = _EMPTY_LINES.sub("\n\n", lines).strip()
    return "" if is_blank(tidy) else tidy
