"""What redaction's searches share: spans, identities, and how people space numbers. Pure.

Each `find_…` function takes a text in lower case and yields the spans of what it knows. Every
pattern opens with a set of characters and only then looks back for the start of a word: the
regex engine skips through a long text to a set's members, which it cannot do for a look-behind.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

Kind = Literal["phone", "email", "card", "document", "address"]

# What may stand between two groups of one number, once the text is `searchable`.
GAP = r"[ .()-]{1,3}+"
OPTIONAL_GAP = r"[ .()-]{0,3}+"
DIGIT = "[0-9]"
STARTED_WORD = r"(?<![^\W_].)"  # what was just matched is one character, the first of a word
WORD_END = r"(?![^\W_])"


def not_money_before(matched: int) -> str:
    """Return a look-behind, over the characters matched so far, for what makes a price."""
    signs = (r"\$", r"\$\s", r"\bcop\s", r"\busd\s")
    return "".join(f"(?<!{sign}.{{{matched}}})" for sign in signs)


# Money is not personal: "3001234567 pesos", "3001234567,50".
NOT_MONEY = (
    r"(?!,[0-9]{1,2}(?![0-9])|\s{0,2}+(?:%|(?:pesos|mil|millones|cop|usd|d[oó]lares|euros)"
    rf"{WORD_END}))"
)

# WhatsApp wraps a pasted contact in direction marks, and keyboards know many dashes.
_SPACES = "\u00a0\u2007\u2009\u202f" + "".join(
    chr(code) for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PLAIN = str.maketrans(_SPACES + _DASHES, " " * len(_SPACES) + "-" * len(_DASHES))
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")

_COUNTRY_CODE = "57"
_NATIONAL_LENGTH = 10
_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"[0-9]+")


# Personal data at text[start:end].
Span = tuple[int, int, Kind]
Finder = Callable[[str], Iterator[Span]]


def searchable(text: str) -> str:
    """Return a text of the same length in lower case, with plain digits, spaces and dashes."""
    if text.isascii():
        return text.lower()
    one_to_one = text.replace("\u0130", "I")  # the one letter whose lower case is two characters
    return one_to_one.lower().translate(_PLAIN | _foreign_digits(text))


def _foreign_digits(text: str) -> dict[int, int]:
    """Map the digits of other scripts that occur in the text to 0-9."""
    found = set(_FOREIGN_DIGIT.findall(text))
    return {ord(digit): ord("0") + unicodedata.digit(digit) for digit in found}


def digits_of(text: str) -> str:
    """Return the digits alone, as 0-9."""
    if text.isascii() and text.isdigit():
        return text
    plain = text if text.isascii() else text.translate(_foreign_digits(text))
    return "".join(_DIGITS.findall(plain))


def identity(kind: Kind, value: str) -> str:
    """Name a value however it is spelled: two ways to write one phone have one identity."""
    if kind == "email":
        return value.casefold()
    if kind == "address":
        return _NOT_WORD.sub("", value.casefold())
    digits = digits_of(value)
    return _national(digits) if kind == "phone" else digits


def _national(digits: str) -> str:
    plain = digits.removeprefix("00")
    if len(plain) == len(_COUNTRY_CODE) + _NATIONAL_LENGTH:
        return plain.removeprefix(_COUNTRY_CODE)
    return plain
