"""Redaction: personal data out of a customer's words, numbered tokens in.

Runs in the pipeline right after a conversation is opened; what it returns is what history,
search, events and the assistant see. The tokens' values stay with the turn, for the order and
appointment tools. Pure: no I/O, and it never logs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from worker.payment_cards import find_cards
from worker.personal_documents import find_documents
from worker.phone_numbers import find_phones
from worker.postal_addresses import find_addresses
from worker.sensitive import Finder, Kind, Span, identity, searchable

_NAMES: dict[Kind, str] = {
    "phone": "TELÉFONO",
    "email": "CORREO",
    "card": "TARJETA",
    "document": "DOCUMENTO",
    "address": "DIRECCIÓN",
}
# Every repetition is bounded, so the search stays linear: 64 and 63 are the lengths RFC 5321
# and RFC 1035 allow.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+@(?:(?:[^\W_]|-){1,63}+\.){1,8}[^\W\d_]{2,24}")


@dataclass(frozen=True, slots=True)
class Token:
    """One redacted value: its kind, the label standing for it, and the customer's own words."""

    kind: Kind
    label: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without personal data, and the tokens it may mention."""

    text: str
    tokens: tuple[Token, ...]


def redact(text: str, known: tuple[Token, ...] = ()) -> Redaction:
    """Replace personal data by numbered tokens, one value always by the same one.

    `known` are the tokens of earlier texts of the conversation: their numbering goes on, and
    they lead the tokens returned. The time taken is linear in the length of the text.
    """
    labels = _Labels(known)
    parts: list[str] = []
    position = 0
    for start, end, kind in _without_overlaps(text):
        parts += (text[position:start], labels.label(kind, text[start:end]))
        position = end
    parts.append(text[position:])
    return Redaction("".join(parts), tuple(labels.tokens))


class _Labels:
    """The numbering of the values met so far."""

    def __init__(self, known: tuple[Token, ...]) -> None:
        self.tokens = list(known)
        self._counts = dict.fromkeys(_NAMES, 0)
        self._by_identity: dict[tuple[Kind, str], str] = {}
        self._by_spelling: dict[tuple[Kind, str], str] = {}
        for token in known:
            self._counts[token.kind] += 1
            self._by_identity[token.kind, identity(token.kind, token.value)] = token.label

    def label(self, kind: Kind, value: str) -> str:
        """Return the value's label, a new one for a new value."""
        label = self._by_spelling.get((kind, value))
        if label is None:
            label = self._by_spelling[kind, value] = self._label_of_identity(kind, value)
        return label

    def _label_of_identity(self, kind: Kind, value: str) -> str:
        key = (kind, identity(kind, value))
        label = self._by_identity.get(key)
        if label is None:
            self._counts[kind] += 1
            label = self._by_identity[key] = f"[{_NAMES[kind]}_{self._counts[kind]}]"
            self.tokens.append(Token(kind, label, value))
        return label


def _find_emails(text: str) -> Iterator[Span]:
    for match in _EMAIL.finditer(text) if "@" in text else ():
        yield (*match.span(), "email")


# The order is the precedence: a number inside an e-mail or a street address is a part of it.
_FINDERS: tuple[Finder, ...] = (
    _find_emails,
    find_addresses,
    find_documents,
    find_cards,
    find_phones,
)


def _without_overlaps(text: str) -> list[Span]:
    plain = searchable(text)
    spans = [span for find in _FINDERS for span in find(plain)]
    ordered = sorted(spans)
    if all(span[1] <= following[0] for span, following in pairwise(ordered)):
        return ordered
    return sorted(_by_precedence(spans, len(text)))


def _by_precedence(spans: list[Span], length: int) -> Iterator[Span]:
    taken = bytearray(length)
    for start, end, kind in spans:
        if taken.find(1, start, end) == -1:
            taken[start:end] = b"\x01" * (end - start)
            yield (start, end, kind)
