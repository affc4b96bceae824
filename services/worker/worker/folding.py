"""Folding of a customer's words, who may disguise them: also look-alikes and the invisible.

Used where they are compared with ours: the handover keywords and the offline assistant. The
folded text is only compared, never shown, stored or sent. Pure: no I/O.
"""

import re

from common import folding

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u1abe\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufeff]+"
)
_CYRILLIC_AND_GREEK = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u03bf\u03b1\u03c1\u03b9"
)
_LOOK_ALIKES = str.maketrans(_CYRILLIC_AND_GREEK, "aeopcyxijshoapi")


def fold_disguised(text: str) -> str:
    """Fold a text, and take look-alike letters for Latin ones and invisible ones for nothing."""
    folded = folding.fold(text)
    if folded.isascii():
        return folded
    return _INVISIBLE.sub("", folded).translate(_LOOK_ALIKES)
