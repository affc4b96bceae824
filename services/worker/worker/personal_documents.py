"""Finds NITs by their check digit and cédulas by the word before them. Pure; for `redaction`."""

import re
from collections.abc import Iterator
from operator import mul

from worker.sensitive import DIGIT, STARTED_WORD, WORD_END, Span, digits_of

_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
_NIT_CHECKS = (0, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1)  # by the weighted sum modulo 11
_NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43)  # DIAN, from the last digit backwards
# "Cédula de ciudadanía No. 1020345678": a few words may link the word to the number.
LINK = (
    r"[\s:.,#°º-]{0,4}+(?:(?:del?|ciudadan[ií]a|extranjer[ií]a|identidad|identificaci[oó]n"
    r"|tributaria|es|el|la|al|n[uú]mero|num|nro|no|n)[\s:.#°º-]{1,4}+){0,5}+"
)
_WORD = (
    rf"[cnridp]{STARTED_WORD}(?:(?<=c)(?:[eé]dula|\.?\s?[ce](?![^\W\d_]))|(?<=n)it|(?<=r)ut"
    r"|(?<=d)ocumento|dentificaci[oó]n|(?<=i)dentificad[oa] con|(?<=p)asaporte)"
)
_THREE = f"[. ]{DIGIT}{{3}}(?!{DIGIT})"
_GROUPED = "|".join(
    f"{DIGIT}{{{least},{most}}}" + _THREE * more
    for least, most, more in ((1, 2, 3), (1, 3, 2), (2, 3, 1))
)
_CHECK = rf"\s?-\s?{DIGIT}(?!{DIGIT})"
_NUMBER = rf"(?:{DIGIT}{{5,11}}(?!{DIGIT})|{_GROUPED})(?:{_CHECK})?"
_INTRODUCED = re.compile(rf"{_WORD}{LINK}(?P<number>{_NUMBER}){WORD_END}")
_NIT = re.compile(
    rf"{DIGIT}{STARTED_WORD}(?<!{DIGIT}[.-].)"
    rf"(?:{DIGIT}{{8,9}}|{DIGIT}{{0,2}}(?:\.{DIGIT}{{3}}){{2,3}})\s?-\s?{DIGIT}{WORD_END}"
)


def find_documents(text: str) -> Iterator[Span]:
    """Yield every NIT, and every number of a document's length that is introduced as one."""
    for match in _INTRODUCED.finditer(text):
        yield (*match.span("number"), "document")
    for match in _NIT.finditer(text) if "-" in text else ():
        if passes_nit(digits_of(match.group())):
            yield (*match.span(), "document")


def passes_nit(digits: str) -> bool:
    """Check a tax number's last digit against the others."""
    values = digits.encode("ascii").translate(_VALUES)
    rest = sum(map(mul, values[-2::-1], _NIT_WEIGHTS)) % 11
    return values[-1] == _NIT_CHECKS[rest]
