"""Finds Colombian street addresses (Calle 45 # 12-30 Sur, apto 301). Pure; for `redaction`."""

import re
from collections.abc import Iterator

from worker.sensitive import STARTED_WORD, Span

_ROAD = (
    rf"[cakdtp]{STARTED_WORD}(?:(?<=c)(?:alle?|ll?|arr(?:era)?|ra?|q|irc(?:ular)?)"
    r"|(?<=a)(?:v(?:enida|da|e)?|k|c|ut(?:opista)?)|(?<=k)ra?|(?<=k)|(?<=d)(?:iag(?:onal)?|g)"
    r"|(?<=t)(?:rans(?:v(?:ersal)?)?|v|r)|(?<=p)(?:asa)?je)(?![^\W\d_])"
)
_QUARTER = r"(?:\s{0,2}(?:sur|norte|este|oeste|[sneo])(?![^\W_]))?"
_LETTER = r"(?:\s?[a-z](?![^\W\d_]))?"
_NUMBER = rf"[0-9]{{1,3}}{_LETTER}(?:\s{{0,2}}bis{_LETTER})?{_QUARTER}"
_MARK = r"(?:#|n[úu]mero|n(?:ro|um|o)\.?|n[°º])"
_DASH = r"\s{0,2}-\s{0,2}"
_PLATE = rf"{_NUMBER}(?:(?:{_DASH}[0-9]{{1,3}}|\s[0-9][0-9](?![0-9])){_QUARTER})?"
_DASHED_PLATE = rf"(?:n\s{{0,3}})?{_NUMBER}{_DASH}[0-9]{{1,3}}{_QUARTER}"
# "Avenida El Dorado # 68-95": at most four words stand between the road and the mark.
_NAME = r"(?:[^\W\d_]{1,20}+\.?\s{1,2}+){1,4}?"
_INSIDE = (
    r"(?:[\s,.-]{1,3}(?:apartamento|apto|ap|torre|interior|int|piso|bloque|casa|local|oficina|of"
    r"|manzana|mz|lote|unidad|etapa)\.?\s{0,2}\#?\s?(?:[0-9]{1,5}[a-z]?|[a-z][0-9]{0,4})(?![^\W_]))"
)
_ADDRESS = re.compile(
    rf"{_ROAD}(?=[^0-9]{{0,100}}+[0-9])\.?\s{{0,3}}+"
    rf"(?:{_NUMBER}(?:\s{{0,3}},?\s{{0,3}}{_MARK}\s{{0,3}}{_PLATE}|[\s,]{{1,3}}{_DASHED_PLATE})"
    rf"|{_NAME}(?:{_MARK}\s{{0,3}}{_PLATE}|{_DASHED_PLATE}))"
    rf"(?![0-9]){_INSIDE}{{0,4}}"
)


def find_addresses(text: str) -> Iterator[Span]:
    """Yield every address with a plate number, its flat or office included."""
    for match in _ADDRESS.finditer(text):
        yield (*match.span(), "address")
