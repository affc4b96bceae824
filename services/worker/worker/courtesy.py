"""What the bot says when it can use nothing of what was sent. Pure.

One short line for a turn, in the store's language, asking to write it. It is never said often:
two bots that cannot read each other must not talk for ever.
"""

from collections.abc import Sequence

from worker.handover import DEFAULT_KEYWORDS

# Who was asked within these minutes knows.
QUIET_MINUTES = 10
# Also what another business's number sends: that is asked once in a session only.
_PERHAPS_A_BOT = "unsupported"

_RECEIVED = {
    "es": {
        "audio": "Recibí tu audio, pero todavía no puedo escucharlo.",
        "image": "Recibí tu imagen, pero todavía no puedo verla.",
        "video": "Recibí tu video, pero todavía no puedo verlo.",
        "document": "Recibí tu documento, pero todavía no puedo leerlo.",
        "sticker": "Recibí tu sticker, pero todavía no puedo verlo.",
        "contacts": "Recibí el contacto que enviaste, pero todavía no puedo usarlo.",
        "location": "Recibí tu ubicación, pero todavía no puedo ver el mapa.",
        "": "Recibí lo que enviaste, pero todavía no puedo verlo.",
    },
    "en": {
        "audio": "I got your voice message, but I cannot listen to it yet.",
        "image": "I got your picture, but I cannot see it yet.",
        "video": "I got your video, but I cannot watch it yet.",
        "document": "I got your document, but I cannot read it yet.",
        "sticker": "I got your sticker, but I cannot see it yet.",
        "contacts": "I got the contact you sent, but I cannot use it yet.",
        "location": "I got your location, but I cannot see the map yet.",
        "": "I got what you sent, but I cannot see it yet.",
    },
}
_ASK = {
    "es": "¿Me lo escribes, por favor?",
    "en": "Could you write it to me, please?",
}
_PERSON = {
    "es": "Si prefieres hablar con una persona, escribe «{word}».",
    "en": "If you would rather talk to a person, write “{word}”.",
}
_USUAL_WORD = "asesor"


def may_ask(kinds: Sequence[str], *, lately: bool, in_session: bool) -> bool:
    """Say whether the customer may be asked for text, who may have been asked before."""
    if lately or not kinds:
        return False
    return not in_session or any(kind != _PERHAPS_A_BOT for kind in kinds)


def line(kinds: Sequence[str], language: str, keywords: Sequence[str] | None) -> str:
    """Say what cannot be used, ask for text, and name the word that brings a person."""
    received = _RECEIVED[language]
    only = kinds[0] if len(set(kinds)) == 1 else ""
    sentences = [received.get(only, received[""]), _ASK[language]]
    if word := _word_for_person(DEFAULT_KEYWORDS if keywords is None else keywords):
        sentences.append(_PERSON[language].format(word=word))
    return " ".join(sentences)


def _word_for_person(keywords: Sequence[str]) -> str:
    if _USUAL_WORD in keywords:
        return _USUAL_WORD
    return next((word for word in keywords if word.strip()), "")
