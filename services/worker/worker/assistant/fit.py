"""Judges which of the passages found fit a question. Pure; used by the offline assistant.

The search finds whatever shares any word with the question; here the words that say nothing
("quiero", "tienen", "price") do not count, so that no answer is better than a wrong one.
"""

import re
from collections.abc import Sequence

from worker.assistant.port import Passage
from worker.folding import fold_disguised

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3
_SHORTEST_STEM = 4
_LONGEST_ENDING = 3
_IN_TITLE, _IN_TEXT = 3, 1
_MOST_PER_TEXT = 2
_LONGEST_READ = 2000  # characters: words are compared in pairs
_WORDS_THAT_SAY_NOTHING = """
    a al algo alguien algun alguna ahi aqui asi aun bien buena buenas bueno buenos busco cada
    como con costar cosa costo cual cuales cuando cuanta cuantas cuanto cuantos cuesta cuestan
    dame dan dar das de decir del desde dia dias dime donde ella ellos en entre era eres esa ese
    eso esta estan estar este esto estoy favor foto fotos fueron gracias gusta gustaria habla hace
    hacen hasta hay hola info informacion las les llama lleva los manda mandame mas me mejor mi mis
    mucha muchas mucho muchos muestra muestrame muy nada necesita necesito nos nosotros nuestra
    nuestro otra otras otro otros para pero poco podria porque por precio precios puede pueden
    puedo pues que quedan quien quiere quieren quiero quisiera saber sale salen ser sera si sin
    sobre solo son soy sus tal tambien tardes tengo tener ti tiene tienen tienes toda todas todo
    cero dos tres cuatro cinco seis siete ocho nueve diez
    todos tus una unas uno unos usted ustedes vale valen valor vende venden vendes ver vez
    about and any are can carry could cost costs does for from get give have hello how
    information like looking many much need one our please price prices sell send show some tell
    thanks that the them there they this want what when where which with would you your
"""
_EMPTY_WORDS = frozenset(_WORDS_THAT_SAY_NOTHING.split())


def asks_something(text: str) -> bool:
    """Tell whether a text names anything that could be looked for."""
    return bool(_telling_words(text))


def best_passages(texts: Sequence[str], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return what answers the texts, in their order, each passage once."""
    best = (passage for text in texts for passage in _best_for(text, passages))
    return tuple(dict.fromkeys(best))


def _best_for(text: str, passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages that fit best, equals together, in the search's order."""
    words = _telling_words(text)
    scores = [_score(words, passage) for passage in passages]
    highest = max(scores, default=0)
    equals = [each for each, score in zip(passages, scores, strict=True) if score == highest]
    return equals[:_MOST_PER_TEXT] if highest else []


def _score(words: frozenset[str], passage: Passage) -> int:
    title, text = _telling_words(passage.title), _telling_words(passage.text)
    in_title = sum(_has(word, title) for word in words)
    in_text = sum(_has(word, text) for word in words)
    return _IN_TITLE * in_title + _IN_TEXT * in_text


def _has(word: str, words: frozenset[str]) -> bool:
    return word in words or any(_are_forms_of_one(word, other) for other in words)


def _are_forms_of_one(word: str, other: str) -> bool:
    """Take "camisetas" and "camiseta", "pantalones" and "pantalon" for one word."""
    shorter, longer = sorted((word, other), key=len)
    return (
        len(shorter) >= _SHORTEST_STEM
        and len(longer) - len(shorter) <= _LONGEST_ENDING
        and longer.startswith(shorter)
    )


def _telling_words(text: str) -> frozenset[str]:
    found = set(_WORD.findall(fold_disguised(text[:_LONGEST_READ])))
    return frozenset(word for word in found - _EMPTY_WORDS if len(word) >= _SHORTEST)
