"""Reads single fields of foreign JSON, whatever type they turn out to be. Pure."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from common.plain_text import storable

_LONGEST_IDENTIFIER = 256
_LONGEST_PHONE = 20  # E.164 has 15 digits; a little air for test numbers
_LONGEST_LABEL = 256
_LONGEST_NUMBER = 32  # characters; nothing real is written longer
_LARGEST_WHOLE = 2**31 - 1
_LATEST_TIMESTAMP = 4_102_444_800  # the year 2100: beyond it a value is no time


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def identifier(value: Any) -> str:
    """Read an id verbatim; one that cannot be a key as it is becomes its own fingerprint."""
    given = text(value)
    if len(given) <= _LONGEST_IDENTIFIER and given == storable(given):
        return given
    written = given.encode("utf-8", "surrogatepass")
    return f"hash.{hashlib.sha256(written).hexdigest()}"


def label(value: Any, longest: int = _LONGEST_LABEL) -> str:
    """Read a code, a title or some words for rows and screens; a longer one is cut."""
    if isinstance(value, str):
        return storable(value[:longest])
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value)[:longest] if is_number else ""


def flag(value: Any) -> bool | None:
    """Read a boolean; None when it is none."""
    return value if isinstance(value, bool) else None


def number(value: Any, lowest: float, highest: float) -> float | None:
    """Read a number, also one written as text; None when it is none or out of range."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and (len(value) > _LONGEST_NUMBER or "_" in value):
        return None
    try:
        given = float(value)
    except (ValueError, OverflowError):
        return None
    return given if math.isfinite(given) and lowest <= given <= highest else None


def whole(value: Any, lowest: int = 0, highest: int = _LARGEST_WHOLE) -> int | None:
    """Read a whole number, also one written as text; None when it is none or out of range."""
    given = number(value, lowest, highest)
    return int(given) if given is not None and given.is_integer() else None


def phone(value: Any) -> str | None:
    """Read the digits of a number; None for anything that is no number."""
    if not isinstance(value, str):
        return None
    digits = value.removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_PHONE
    return digits if is_number else None


def digits(value: Any) -> str:
    """Read the digits of a number that is written as people write numbers."""
    shown = label(value)
    return "".join(each for each in shown if each in "0123456789")


def timestamp(value: Any) -> int | None:
    """Read Meta's string of Unix seconds; None when it is none."""
    given = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    is_number = given.isascii() and given.isdigit() and len(given) <= len(str(_LATEST_TIMESTAMP))
    return int(given) if is_number and int(given) <= _LATEST_TIMESTAMP else None


def is_deeper(value: Any, levels: int) -> bool:
    """Say whether arrays and objects stand in one another more than so many levels deep."""
    level = list(_containers((value,)))
    for _ in range(levels):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [each for each in values if isinstance(each, (dict, list))]
