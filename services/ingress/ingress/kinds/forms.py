"""A form that was filled in: JSON written into a string, in no shape we know."""

import json
import math
from collections.abc import Mapping
from typing import Any

from common.plain_text import storable
from ingress import fields

_LONGEST_FORM = 256 * 1024  # characters; what is longer is not read
_LONGEST_ANSWER = 1024
_MOST_ANSWERS = 100  # of one object or list
_DEEPEST = 4
_LARGEST_EXACT = 2**53  # what a browser can hold


def answers(written: Any) -> dict[str, Any]:
    """Read the answers; empty for what is not a JSON object."""
    if not isinstance(written, str) or len(written) > _LONGEST_FORM:
        return {}
    try:
        form = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return plain(fields.mapping(form))


def plain(form: Mapping[str, Any], levels: int = _DEEPEST) -> dict[str, Any]:
    """Copy strings, numbers and booleans, also from within, as far as they can be shown."""
    copied: dict[str, Any] = {}
    for name in list(form)[:_MOST_ANSWERS]:
        answer = _plain(form[name], levels - 1)
        if answer is not None:
            copied[fields.label(name)] = answer
    return copied


def _plain(answer: Any, levels: int) -> Any:
    if isinstance(answer, str):
        return storable(answer[:_LONGEST_ANSWER])
    if isinstance(answer, (bool, int, float)):
        return answer if _is_exact(answer) else fields.label(answer)
    if isinstance(answer, dict) and levels:
        return plain(answer, levels)
    if isinstance(answer, list) and levels:
        shown = (_plain(each, levels - 1) for each in answer[:_MOST_ANSWERS])
        return [each for each in shown if each is not None]
    return None


def _is_exact(number: float) -> bool:
    return abs(number) <= _LARGEST_EXACT if isinstance(number, int) else math.isfinite(number)


def lines(form: Mapping[str, Any]) -> str:
    """Write the answers as lines a bot can read; the token is the form's, not the customer's."""
    written = ((name, _line(answer)) for name, answer in form.items() if name != "flow_token")
    return "\n".join(f"{name}: {words}" for name, words in written if words)


def _line(answer: Any) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, (str, int, float)):
        return str(answer)
    return ", ".join(filter(None, map(_line, answer))) if isinstance(answer, list) else ""
