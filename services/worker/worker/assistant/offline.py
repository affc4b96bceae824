"""The built-in assistant: answers from what the search found, with no model and no network. Pure.

It says only what the store's own data says: name, price and picture of the product that fits
best, or the piece of knowledge, or plainly that the store does not have it.
"""

import re
from decimal import Decimal, InvalidOperation

from worker.assistant.port import AssistantRequest, Passage
from worker.folding import fold

_GREETINGS = frozenset(
    "hola holi buenas buenos buen dia dias tardes noches hello hi hey good morning afternoon"
    " evening que tal como estas saludos".split()
)
_THANKS = frozenset(
    "gracias muchas mil te agradezco listo vale ok okay perfecto dale thanks thank you".split()
)
_WORDS = re.compile(r"[^\W_]+")
_MOST_PRODUCTS = 3

_SAYINGS = {
    "es": {
        "greeting": "¡Hola! Te damos la bienvenida a {store}. ¿Qué estás buscando?",
        "thanks": "¡Con mucho gusto! Aquí estamos para lo que necesites.",
        "nothing": (
            "Por ahora no lo manejamos en {store}. Si quieres, escribe «asesor» y te paso con"
            " una persona del equipo."
        ),
        "priced": "{name}: {price}. {text}",
        "unpriced": "{name}. {text}",
        "also": "También tenemos {others}.",
    },
    "en": {
        "greeting": "Hello! Welcome to {store}. What are you looking for?",
        "thanks": "You are welcome! We are here for whatever you need.",
        "nothing": (
            "We do not carry that at {store} for now. Write «asesor» if you would like to talk"
            " to a person."
        ),
        "priced": "{name}: {price}. {text}",
        "unpriced": "{name}. {text}",
        "also": "We also have {others}.",
    },
}


class OfflineAssistant:
    """Answers by rules; the same question always gets the same answer."""

    def answer(self, request: AssistantRequest) -> str:
        """Return a reply; it never fails."""
        sayings = _SAYINGS.get(request.language, _SAYINGS["es"])
        words = [word for text in request.texts for word in _WORDS.findall(fold(text).lower())]
        if words and set(words) <= _THANKS:
            return sayings["thanks"]
        if words and set(words) <= _GREETINGS:
            return sayings["greeting"].format(store=request.store_name)
        if not request.passages:
            return sayings["nothing"].format(store=request.store_name)
        return _from_passages(request.passages, sayings)


def _from_passages(passages: tuple[Passage, ...], sayings: dict[str, str]) -> str:
    products = [each for each in passages if each.kind == "product"]
    knowledge = [each for each in passages if each.kind == "knowledge"]
    if knowledge and (not products or knowledge[0].score > products[0].score):
        return knowledge[0].text
    best, others = products[0], products[1:_MOST_PRODUCTS]
    lines = [_product_line(best, sayings)]
    if others:
        lines.append(sayings["also"].format(others=_joined([each.title for each in others])))
    reply = "\n".join(lines)
    return f"{reply} [SEND_IMAGE: {best.id}]" if best.has_image else reply


def _product_line(product: Passage, sayings: dict[str, str]) -> str:
    price = _price(product)
    pattern = sayings["priced"] if price else sayings["unpriced"]
    return pattern.format(name=product.title, price=price, text=product.text).strip()


def _price(product: Passage) -> str:
    """Write a price as people here do: $ 45.000, or with its currency when that is another."""
    if product.price is None:
        return ""
    try:
        amount = Decimal(product.price)
    except InvalidOperation:
        return ""
    whole = amount == amount.to_integral_value()
    written = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    local = written.translate(str.maketrans(",.", ".,"))
    return f"$ {local}" if product.currency == "COP" else f"{local} {product.currency}"


def _joined(names: list[str]) -> str:
    return " · ".join(names)
