"""The built-in assistant: answers from what the search found, with no model and no network. Pure.

It says only what the store's own data says: name, price and picture of the product that fits
best, or the piece of knowledge, or plainly that the store does not have it. Every text of a
turn is answered, all in one reply.
"""

from common.prices import written_price
from worker.assistant.fit import asks_something, best_passages
from worker.assistant.port import AssistantRequest, Passage
from worker.assistant.sayings import SAYINGS, Sayings, courtesy_of
from worker.reply import escape_tags, split_text

_MOST_PICTURES = 3
_LONGEST_TEXT = 900  # a chat message, not a page


class OfflineAssistant:
    """Answers by rules; the same question always gets the same answer."""

    def answer(self, request: AssistantRequest) -> str:
        """Return a reply; it never fails and is never empty."""
        sayings = SAYINGS.get(request.language, SAYINGS["es"])
        courtesies = [courtesy_of(text) for text in request.texts]
        asked = [text for text, kind in zip(request.texts, courtesies, strict=True) if not kind]
        found = best_passages(asked, request.passages)
        lines = [_opening(courtesies, sayings, alone=not asked)] if any(courtesies) else []
        lines += [_line(passage, sayings, request.language) for passage in found]
        if not found and (asked or not lines):
            is_question = any(asks_something(text) for text in asked)
            lines.append(sayings.nothing if is_question else sayings.what)
        reply = "\n\n".join(line.replace("{store}", request.store_name) for line in lines)
        return reply + _pictures(found)


def _opening(courtesies: list[str], sayings: Sayings, *, alone: bool) -> str:
    """Greet or answer thanks: in full when that is all there is to answer."""
    if "greeting" in courtesies:
        return sayings.greeting if alone else sayings.short_greeting
    return sayings.thanks if alone else sayings.short_thanks


def _line(passage: Passage, sayings: Sayings, language: str) -> str:
    text = split_text(escape_tags(passage.text), _LONGEST_TEXT)[:1]
    title = escape_tags(passage.title)
    if passage.kind == "knowledge":
        return text[0] if text else title
    price = written_price(passage.price, passage.currency, language)
    costs = sayings.priced if price else sayings.unpriced
    return " ".join((costs.replace("{name}", title).replace("{price}", price), *text))


def _pictures(found: tuple[Passage, ...]) -> str:
    pictured = [passage.id for passage in found if passage.kind == "product" and passage.has_image]
    return "".join(f"\n[SEND_IMAGE: {each}]" for each in pictured[:_MOST_PICTURES])
