"""Deliveries as nobody should send them: a payload with a few of its values replaced."""

import copy
import math
from random import Random
from typing import Any

Json = Any

_LONGEST = 20_000  # so that a delivery stays within the limit of the door

# What has broken parsers before: other types, numbers at the edges, text that fits nowhere.
_ODD: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1.5, -0.0, 1e308, math.inf, 2**63, -(10**40)),
    *("", " ", "0", "-5", "1e999", "NaN", "٣", "\x00", "\ud83c", "a\u202eb", "🌵" * 50),
    *("x" * 5_000, "CO.inventado", "573005550199", "wamid.repetido", "{", '{"a": [1, {}]}'),
    *([], {}, [[]], [None], [{}], {"": ""}, {"\ud800": 1}, ["a", 1, {"b": []}]),
)


def mutated(rng: Random, payload: Json) -> Json:
    """Copy a payload and change it in one to four places, so that the seed repeats it.

    What comes back can be written by `json.dumps`. The door is to take it, but for about three
    in a hundred: with an infinity, which is written as a word that is not JSON, or with forty
    levels in one another. These are refused as a whole.
    """
    changed = {"": copy.deepcopy(payload)}
    for _ in range(rng.randint(1, 4)):
        places = list(_places(changed))
        holder, key = rng.choice(places)
        rng.choice(_CHANGES)(rng, holder, key, places)
    return changed.get("")


def _places(outer: Json) -> list[tuple[Json, Any]]:
    """Name every value by what holds it and under which key."""
    found: list[tuple[Json, Any]] = []
    left = [outer]
    while left:
        holder = left.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                left.append(holder[key])
    return found


def _replace(rng: Random, holder: Json, key: Any, _: list[tuple[Json, Any]]) -> None:
    holder[key] = copy.deepcopy(rng.choice(_ODD))


def _remove(_: Random, holder: Json, key: Any, __: list[tuple[Json, Any]]) -> None:
    if key != "":
        del holder[key]


def _swap(rng: Random, holder: Json, key: Any, places: list[tuple[Json, Any]]) -> None:
    """Put something from elsewhere here: a status among messages, a contact as a name."""
    other, there = rng.choice(places)
    holder[key] = copy.deepcopy(other[there])


def _wrap(rng: Random, holder: Json, key: Any, _: list[tuple[Json, Any]]) -> None:
    for _level in range(40 if rng.random() < 0.05 else rng.choice((1, 2, 3))):
        holder[key] = [holder[key]] if rng.random() < 0.5 else {"inner": holder[key]}


def _repeat(rng: Random, holder: Json, key: Any, _: list[tuple[Json, Any]]) -> None:
    if isinstance(holder, list):
        holder.extend(copy.deepcopy(holder[key]) for _copy in range(rng.choice((1, 3, 300))))
    else:
        holder[f"{key}_again"] = holder[key]


def _stretch(rng: Random, holder: Json, key: Any, _: list[tuple[Json, Any]]) -> None:
    value = holder[key]
    if isinstance(value, (str, int)) and len(str(value)) < _LONGEST:
        holder[key] = f"{value}" * rng.choice((2, 50))


_CHANGES = (_replace, _replace, _remove, _swap, _wrap, _repeat, _stretch)
