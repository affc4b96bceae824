"""Finds Colombian phone numbers and numbers with a country code. Pure; for `redaction`."""

import re
from collections.abc import Iterator

from worker.personal_documents import LINK
from worker.sensitive import (
    GAP,
    NOT_MONEY,
    STARTED_WORD,
    WORD_END,
    Span,
    digits_of,
    not_money_before,
)
from worker.sensitive import OPTIONAL_GAP as _GAP0

# E.164 allows 15 digits. Beyond 11 a further group is likelier a quantity than a part of the
# number, unless it goes on in the same rhythm ("+52 1 55 12 34 56 78").
_MOST, _USUAL, _LONG = 15, 11, 13
_LEAST = 8
_LONGEST_COUNTRY_CODE = 3

_D2, _D3 = "[0-9][0-9]", "[0-9][0-9][0-9]"
# The seven digits after the area or operator code, in groups of two or more.
_SEVEN = rf"(?:{_D2}{_GAP0}{_D2}(?:{_GAP0}{_D3}|[0-9]{_GAP0}{_D2})|{_D3}{_GAP0}{_D2}{_GAP0}{_D2})"
_AREA = r"(?:3[0-5][0-9]|60[1-8])"
_NATIONAL = rf"{_GAP0}(?:{_AREA}|\({_AREA}\)){_GAP0}{_SEVEN}"
_GOES_ON = r"(?=[+0-9])"  # the cheapest question first: most signs begin no number
_START = rf"{STARTED_WORD}(?<![0-9]\..){not_money_before(1)}"
# One pattern for each first character, the longest numbers first: the regex engine finds a
# character faster than it tries alternatives.
_PATTERNS = tuple(
    re.compile(first + _GOES_ON + _START + rest + WORD_END + NOT_MONEY)
    for first, rest in (
        (r"\(", rf"\+?57\){_NATIONAL}"),
        (r"\+", rf"(?:57{_NATIONAL}|1{_GAP0}{_D3}{_GAP0}{_D3}{_GAP0}{_D2}{_D2})"),
        (r"0", rf"057{_NATIONAL}"),
        (r"5", rf"7{_NATIONAL}"),
        (r"\(", rf"{_AREA}\){_GAP0}{_SEVEN}"),
        (r"3", rf"[0-5][0-9]{_GAP0}{_SEVEN}"),
        (r"6", rf"0[1-8]{_GAP0}{_SEVEN}"),
    )
)
_INTERNATIONAL = re.compile(
    rf"\+(?=[ 0-9]){STARTED_WORD} ?(?:[0-9]{{8,15}}(?![0-9])"
    rf"|(?P<code>[0-9]{{1,6}})(?![0-9])(?:{GAP}[0-9](?![0-9]))?(?:{GAP}[0-9]{{2,12}}(?![0-9])){{1,6}}){WORD_END}"
)
_WORD = (
    rf"[tcfmwl]{STARTED_WORD}(?:(?<=t)el(?:[eé]fonos?)?|(?<=c)el(?:ular)?|(?<=f)ijo|(?<=m)[oó]vil"
    r"|hatsapp|(?<=w)sp|(?<=l)l[aá]m[ae](?:me|nos|rme|r)?)"
)
# Seven digits are a phone number only where a word says so.
_INTRODUCED = re.compile(
    rf"{_WORD}{LINK}(?P<number>(?:\([0-9]\){_GAP0})?[2-8]{_D2}{_GAP0}{_D2}{_GAP0}{_D2}){WORD_END}"
)
_GROUP = re.compile(r"[0-9]+")


def find_phones(text: str) -> Iterator[Span]:
    """Yield every phone number that is no price, the surest readings first."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield (*match.span(), "phone")
    for match in _INTERNATIONAL.finditer(text):
        end = _international_end(match)
        if end is not None:
            yield (match.start(), end, "phone")
    for match in _INTRODUCED.finditer(text):
        yield (*match.span("number"), "phone")


def _international_end(match: re.Match[str]) -> int | None:
    """Return where the number in "+<groups>" ends; None when it is too short to be one."""
    sure = match["code"] is None or len(match["code"]) <= _LONGEST_COUNTRY_CODE
    total = len(digits_of(match.group()))
    end = match.end()
    if total > _USUAL:
        total, end = _without_quantities(match)
    return end if total >= (_LEAST if sure else _USUAL) else None


def _without_quantities(match: re.Match[str]) -> tuple[int, int]:
    total = last = end = 0
    for group in _GROUP.finditer(match.string, *match.span()):
        size = group.end() - group.start()
        if not _goes_on(total, last, size):
            break
        total, last, end = total + size, size, group.end()
    return total, end


def _goes_on(total: int, last: int, size: int) -> bool:
    if total < _USUAL:
        return total + size <= _MOST
    return size == last and total + size <= _LONG
