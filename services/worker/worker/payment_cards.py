"""Finds payment cards: 13 to 19 digits, grouped as on a card or not at all, that pass Luhn.

Used by `redaction`. Pure and linear: the sums of a long row of groups are kept running.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import add

from worker.sensitive import (
    DIGIT,
    GAP,
    NOT_MONEY,
    STARTED_WORD,
    WORD_END,
    Span,
    digits_of,
    not_money_before,
)

_DOUBLED = bytes.maketrans(b"0123456789", bytes([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))
_PLAIN = bytes.maketrans(b"0123456789", bytes(range(10)))
_LONGEST = 19
_GROUP = re.compile(rf"{DIGIT}+")
# As on a Visa or a MasterCard (a row of any length: there may be several in it), as on an
# American Express or a Diners, or unbroken.
_FOURS = rf"(?P<fours>(?:{GAP}{DIGIT}{{4}}(?!{DIGIT})){{2,}}+(?:{GAP}{DIGIT}{{1,3}}(?!{DIGIT}))?+)"
_OTHERS = rf"{DIGIT}{{9,15}}|{GAP}{DIGIT}{{6}}{GAP}{DIGIT}{{4,5}}"
_GROUPED = re.compile(
    rf"{DIGIT}{STARTED_WORD}{DIGIT}{DIGIT}{DIGIT}{not_money_before(4)}(?:{_OTHERS}|{_FOURS}){WORD_END}{NOT_MONEY}"
)
_DIGIT_BY_DIGIT = re.compile(
    rf"{DIGIT}[ -]{DIGIT}(?<![^\W_]...)(?<!{DIGIT}[ -]...)(?!{DIGIT})"
    rf"(?:[ -]{DIGIT}(?!{DIGIT})){{11,17}}+(?![ -]{DIGIT}){WORD_END}"
)


def find_cards(text: str) -> Iterator[Span]:
    """Yield every card number that is no price."""
    for pattern in (_GROUPED, _DIGIT_BY_DIGIT):
        for match in pattern.finditer(text):
            yield from _cards_in(match)


def _cards_in(match: re.Match[str]) -> Iterator[Span]:
    written = match.group()
    if "fours" in match.re.groupindex and match["fours"] is not None:
        yield from _cards_in_row(written, match.start())
    elif passes_luhn(digits_of(written)):
        yield (*match.span(), "card")


def passes_luhn(digits: str) -> bool:
    """Check a number's last digit against the others (ISO/IEC 7812)."""
    plain = digits.encode("ascii")
    total = sum(plain[-1::-2].translate(_PLAIN)) + sum(plain[-2::-2].translate(_DOUBLED))
    return total % 10 == 0


def _cards_in_row(row: str, offset: int) -> Iterator[Span]:
    cards = _groups_of_cards(digits_of(row))
    if cards:
        groups = [match.span() for match in _GROUP.finditer(row)]
        for first, last in cards:
            yield (offset + groups[first][0], offset + groups[last][1], "card")


def _groups_of_cards(digits: str) -> list[tuple[int, int]]:
    """Return the first and last group of each card in groups of four and a shorter last one."""
    groups, tail = divmod(len(digits), 4)
    if len(digits) == _LONGEST and passes_luhn(digits):
        return [(0, groups)]  # likelier one long card than a shorter one and a quantity
    plain = digits.encode("ascii")
    pairs = map(add, plain[0::2].translate(_DOUBLED), plain[1::2].translate(_PLAIN))
    sums = [0, *accumulate(pairs)]
    cards: list[tuple[int, int]] = []
    first = 0
    while first + 4 <= groups:
        passes = (sums[2 * first + 8] - sums[2 * first]) % 10 == 0
        if passes:
            cards.append((first, first + 3))
        first += 4 if passes else 1
    free = cards[-1][1] + 1 if cards else 0
    for start in (groups - 4, groups - 3) if tail else ():
        if start >= free and passes_luhn(digits[4 * start :]):
            return [*cards, (start, groups)]
    return cards
