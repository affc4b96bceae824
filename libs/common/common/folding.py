"""Folding of text for comparisons: lower case, no accents or other marks. Pure: no I/O.

"CAFÉ", "cafe" and "café" are one word. The folded text is compared and searched, never shown.
"""

import unicodedata
from functools import lru_cache

# A letter becomes three characters at the most, in any text that people write; one Arabic
# ligature becomes eighteen.
_LONGEST_LETTER = 3
_LETTERS_REMEMBERED = 4096


def fold(text: str) -> str:
    """Return the text in lower case without accents or other marks; linear in its length."""
    if text.isascii():
        return text.lower()
    letters = {ord(each): _folded(each) for each in set(text) if not each.isascii()}
    return text.translate(letters).casefold()


@lru_cache(maxsize=_LETTERS_REMEMBERED)
def _folded(letter: str) -> str:
    # Letter by letter: putting the marks of a whole text in order is quadratic, and drops them
    # all the same.
    spread = unicodedata.normalize("NFKD", letter)[:_LONGEST_LETTER]
    return "".join(each for each in spread if not unicodedata.combining(each)).casefold()
