"""The words of a text, folded for search. Pure: no I/O.

The same folding is applied before storing and before asking, so that "cafés", "CAFE" and
"café" are one word. PostgreSQL then stems the folded words.
"""

import re

from common.folding import fold

_WORD = re.compile(r"[^\W_]+")
# PostgreSQL refuses a longer lexeme in a query (2,046 bytes); no word that people use is near.
_LONGEST_WORD = 64
_MOST_INDEXED_WORDS = 5_000
_MOST_ASKED_WORDS = 32
_SHORTEST_ASKED_WORD = 3

# What a question is wrapped in, beyond PostgreSQL's Spanish stop list; "mas" and "tambien" are
# on it, but only with the accent that folding takes away. Question words are not here: a
# passage may be titled with one.
_WRAPPING = frozenset(
    """
    buen buena buenas buenos hola gracias favor quiero quisiera puede pueden podria saber usted
    ustedes mas tambien hello please the and for you are have
    """.split()  # noqa: SIM905  # three lines instead of thirty
)


def indexed_words(text: str) -> str:
    """Return the folded words to store, parted by spaces: no sign of the text's own survives.

    Signs would have a meaning for PostgreSQL's parser: it takes "huila/narino" for a file.
    """
    return " ".join(_words(text)[:_MOST_INDEXED_WORDS])


def asked_words(question: str) -> tuple[str, ...]:
    """Return the distinct words worth looking for, in the order asked: letters and digits only."""
    telling = (
        word
        for word in _words(question)
        if len(word) >= _SHORTEST_ASKED_WORD and word not in _WRAPPING
    )
    return tuple(dict.fromkeys(telling))[:_MOST_ASKED_WORDS]


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(fold(text)) if len(word) <= _LONGEST_WORD]
