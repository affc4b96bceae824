"""Recognises that a customer asks for a person. Pure.

Runs before the assistant is asked. Whole words count, whatever their case, accents and spacing;
a store that finds a word of the default list too common ("¿me ayuda con el precio?") edits it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from worker.folding import fold_disguised

DEFAULT_KEYWORDS = (
    "humano",
    "agente",
    "asesor",
    "persona",
    "queja",
    "reclamo",
    "ayuda",
    "contactar",
    "hablar con alguien",
)
DEFAULT_TRANSFER_TEXT = {
    "es": "Claro que sí. Te paso con una persona de nuestro equipo; en un momento te escribe.",
    "en": "Of course. I am passing you to a person of our team, who will write to you shortly.",
}
_WORD = re.compile(r"[^\W_]+")


def asks_for_person(text: str, keywords: Sequence[str]) -> str | None:
    """Return the first keyword of the list that a text contains as whole words, or None.

    The time taken is linear in the text, for each keyword.
    """
    words = " ".join(_WORD.findall(fold_disguised(text)))
    padded = f" {words} "
    return next((word for word in keywords if f" {_folded(word)} " in padded), None)


@lru_cache(maxsize=4096)
def _folded(keyword: str) -> str:
    # An empty keyword must never match: a lone NUL occurs in no folded text.
    return " ".join(_WORD.findall(fold_disguised(keyword))) or "\x00"
