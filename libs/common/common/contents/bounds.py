"""How much of a message's details is kept. The whole is in its raw JSON."""

import json
from typing import Any

from common.contents.base import Details

MOST_BYTES = 64 * 1024  # of the details as JSON, escapes and all
# Characters of a string and elements of a list or object: cut a little, then a lot.
_STEPS = ((1024, 50), (256, 20), (64, 10))
_WRITTEN = json.JSONEncoder(separators=(",", ":")).encode


def bounded(details: Details) -> Details:
    """Cut details that are over 64 KB, and say so by `"cut": true`."""
    if not details or _fits(details):
        return details
    for longest, most in _STEPS:
        shorter = {**_cut(details, longest, most), "cut": True}
        if _fits(shorter):
            return shorter
    return {"cut": True}


def _fits(details: Details) -> bool:
    return len(_WRITTEN(details)) <= MOST_BYTES


def _cut(part: Any, longest: int, most: int) -> Any:
    if isinstance(part, str):
        return part[:longest]
    if isinstance(part, dict):
        kept = list(part.items())[:most]
        return {name[:longest]: _cut(each, longest, most) for name, each in kept}
    if isinstance(part, list):
        return [_cut(each, longest, most) for each in part[:most]]
    return part
