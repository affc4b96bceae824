"""Folding of text for comparisons: case, accents, look-alike letters and invisible characters.

Used where a customer's words are compared with ours: the handover keywords and the offline
assistant. The folded text is only compared, never shown, stored or sent. Pure: no I/O.
"""

import re
import unicodedata

# Canonical ordering inside unicodedata.normalize is quadratic in a run of combining marks
# (32 K marks take a second), so a text is normalised in pieces. A mark cut off from its letter
# does no harm: the marks are dropped anyway.
_PIECE = 128
# An accented letter becomes two characters; one Arabic ligature becomes eighteen.
_LONGEST_PIECE = 2 * _PIECE
_MARKS_AND_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+"
)
_CYRILLIC_AND_GREEK = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u03bf\u03b1\u03c1\u03b9"
)
_LOOK_ALIKES = str.maketrans(_CYRILLIC_AND_GREEK, "aeopcyxijshoapi")


def fold(text: str) -> str:
    """Return the text in lower case without accents, marks or invisible characters."""
    if text.isascii():
        return text.lower()
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    plain = "".join(unicodedata.normalize("NFKD", piece)[:_LONGEST_PIECE] for piece in pieces)
    return _MARKS_AND_INVISIBLE.sub("", plain).casefold().translate(_LOOK_ALIKES)
