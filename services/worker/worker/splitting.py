"""Where to cut a long text: between paragraphs, lines, sentences or words, never inside a letter.

Used by `reply`. Pure.
"""

import re

from common.plain_text import units

# Each is looked for in the second half of what fits, so that no part is a crumb; words anywhere.
_BOUNDARIES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"'»”\u2019)\]]{0,3}\s"),
)
_SPACE = re.compile(r"\s")
# A mark, a variation or a skin tone belongs to what stands before it; a joiner to both sides.
_BELONGS_TO_FORMER = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\u200d"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
_JOINER = "\u200d"
_LONGEST_LETTER = 32


def fitting_length(text: str, limit: int) -> int:
    """Count the leading characters that fit into so many UTF-16 units."""
    if len(text) <= limit and units(text) <= limit:
        return len(text)
    fitting = text[:limit].encode("utf-16-le", "surrogatepass")[: 2 * limit]
    return len(fitting.decode("utf-16-le", "ignore"))


def best_cut(text: str, length: int) -> int:
    """Return where to cut, at most at the length: the last natural boundary before it."""
    window = text[: length + 1]  # a boundary may end exactly at the limit
    for boundary in _BOUNDARIES:
        if cut := _last(boundary, window, length // 2, length):
            return cut
    return _last(_SPACE, window, 1, length) or _between_letters(text, length)


def _last(boundary: re.Pattern[str], window: str, start: int, length: int) -> int:
    cuts = [match.end() for match in boundary.finditer(window, start) if match.start() < length]
    return min(cuts[-1], length) if cuts else 0


def _between_letters(text: str, length: int) -> int:
    """Step back from inside a letter or an emoji, unless it is absurdly long."""
    for cut in range(length, max(1, length - _LONGEST_LETTER), -1):
        if text[cut - 1] != _JOINER and not _BELONGS_TO_FORMER.match(text, cut):
            return cut
    return length
