"""Folding of text for comparisons: lower case, no accents or other marks. Pure: no I/O.

"CAFÉ", "cafe" and "café" are one word. The folded text is compared and searched, never shown.
"""

import unicodedata

# Putting marks in order is quadratic in a run of marks (32 K marks take a second), so a text is
# normalised in pieces. A mark cut off from its letter does no harm: marks are dropped.
_PIECE = 128
# A letter becomes three characters at the most, in any text that people write; one Arabic
# ligature becomes eighteen.
_LONGEST_PIECE = 3 * _PIECE


def fold(text: str) -> str:
    """Return the text in lower case without accents or other marks."""
    if text.isascii():
        return text.lower()
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    spread = "".join(unicodedata.normalize("NFKD", piece)[:_LONGEST_PIECE] for piece in pieces)
    marks = {ord(each): None for each in set(spread) if unicodedata.combining(each)}
    return (spread.translate(marks) if marks else spread).casefold()
