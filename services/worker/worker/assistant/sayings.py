"""What the offline assistant says of itself, and how it recognises a greeting or thanks. Pure."""

import re
from dataclasses import dataclass

from worker.folding import fold_disguised

_WORD = re.compile(r"[^\W_]+")
_GREETINGS = re.compile(
    r"(?:hola+|holi|buenas|buenos|buen|dias?|tardes|noches|saludos|que tal|como estan?|como estas"
    r"|como va|hello|hi|hey|good|morning|afternoon|evening|how are you|there|muy|todos|senores)"
)
_THANKS = re.compile(
    r"(?:gracias|muchas|mil|muchisimas|te|le|les|agradezco|listo|vale|ok|okay|perfecto|dale|bien"
    r"|thanks|thank you|a lot|so much|very|great|muy|amable|chao|adios|hasta luego|bye)"
)


@dataclass(frozen=True)
class Sayings:
    """One language's sentences; {store}, {name} and {price} stand for what they say."""

    greeting: str
    short_greeting: str
    thanks: str
    short_thanks: str
    nothing: str
    what: str
    priced: str
    unpriced: str


SAYINGS = {
    "es": Sayings(
        greeting="¡Hola! Te damos la bienvenida a {store}. ¿Qué estás buscando?",
        short_greeting="¡Hola!",
        thanks="¡Con mucho gusto! En {store} estamos para lo que necesites.",
        short_thanks="¡Con gusto!",
        nothing=(
            "Eso no lo manejamos en {store}, o no lo encontré en lo que tengo a la mano. Si"
            " quieres, escribe «asesor» y te paso con una persona del equipo."
        ),
        what="Cuéntame qué producto o qué dato de {store} estás buscando, y te ayudo.",
        priced="{name} cuesta {price}.",
        unpriced="Sí manejamos {name}; el precio te lo confirma una persona del equipo.",
    ),
    "en": Sayings(
        greeting="Hello! Welcome to {store}. What are you looking for?",
        short_greeting="Hello!",
        thanks="You are welcome! At {store} we are here for whatever you need.",
        short_thanks="You are welcome!",
        nothing=(
            "We do not carry that at {store}, or I could not find it in what I have at hand. If"
            " you like, write «asesor» and I will pass you to a person of the team."
        ),
        what="Tell me which product or what about {store} you are looking for.",
        priced="{name} is {price}.",
        unpriced="We do carry {name}; a person of the team will confirm its price.",
    ),
}


def courtesy_of(text: str) -> str:
    """Say whether a text is only a "greeting" or only "thanks"; empty when it asks something."""
    words = " ".join(_WORD.findall(fold_disguised(text)))
    if _is_made_of(_GREETINGS, words):
        return "greeting"
    return "thanks" if _is_made_of(_THANKS, words) else ""


def _is_made_of(phrases: re.Pattern[str], words: str) -> bool:
    return bool(words) and re.fullmatch(rf"(?:{phrases.pattern}(?: |$)){{1,8}}", words) is not None
