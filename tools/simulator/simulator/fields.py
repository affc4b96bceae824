"""Reading the JSON that a test or a developer posts to `/sim`.

Every reader names the field that is wrong in its InvalidRequestError. Pure: no I/O.
"""

from collections.abc import Collection, Mapping
from typing import Any

from common.errors import InvalidRequestError


def as_object(value: Any, name: str = "body") -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRequestError(f"{name} must be a JSON object.", field=name)
    return value


def refuse_unknown(body: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse a misspelt field, which would otherwise silently change nothing."""
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise InvalidRequestError("There are unknown fields.", fields=unknown)


def text(body: Mapping[str, Any], name: str) -> str:
    value = optional_text(body, name)
    if not value:
        raise InvalidRequestError(f"{name} is required.", field=name)
    return value


def optional_text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRequestError(f"{name} must be text.", field=name)
    return value


def choice(body: Mapping[str, Any], name: str, allowed: Collection[str], default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        raise InvalidRequestError(f"{name} must be one of {sorted(allowed)}.", field=name)
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequestError(f"{name} must be true or false.", field=name)
    return value


def whole(body: Mapping[str, Any], name: str, default: int, lowest: int, highest: int) -> int:
    number = optional_number(body, name, lowest, highest)
    if number is None:
        return default
    if number != int(number):
        raise InvalidRequestError(f"{name} must be a whole number.", field=name)
    return int(number)


def optional_number(
    body: Mapping[str, Any], name: str, lowest: float, highest: float
) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    # True and False are numbers to Python, but not to who wrote the JSON.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestError(f"{name} must be a number.", field=name)
    if not lowest <= value <= highest:
        raise InvalidRequestError(f"{name} must be from {lowest} to {highest}.", field=name)
    return value
