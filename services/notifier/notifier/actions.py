"""What a client may say on its socket, checked. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import InvalidRequestError
from common.identifiers import as_uuid
from common.plain_text import is_storable

_MOST_ROOMS = 500
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Hello:
    """The first thing said: which store, up to where it is known, and the rooms to be in."""

    store_id: str
    last_seq: int | None
    rooms: frozenset[str]


def read_action(text: str | bytes) -> Mapping[str, Any]:
    """Read a frame; raises InvalidRequestError."""
    try:
        action = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("The frame is not JSON.") from error
    if not isinstance(action, dict) or not isinstance(action.get("action"), str):
        raise InvalidRequestError("The frame names no action.")
    return action


def named_by(action: Mapping[str, Any]) -> dict[str, str]:
    """Choose what an answer repeats, so that the client knows what it speaks of."""
    named = {name: action.get(name) for name in ("action", "session_id")}
    return {
        name: value
        for name, value in named.items()
        if isinstance(value, str) and len(value) <= _LONGEST_NAME and is_storable(value)
    }


def read_hello(action: Mapping[str, Any]) -> Hello:
    """Read a hello; raises InvalidRequestError. What is no session id is nobody's room."""
    store_id, last_seq = action.get("store_id"), action.get("last_seq")
    rooms = action.get("rooms") or []
    if not isinstance(store_id, str):
        raise InvalidRequestError("store_id is missing.")
    if last_seq is not None and (type(last_seq) is not int or last_seq < 0):
        raise InvalidRequestError("last_seq is a number from 0, or null.")
    if not isinstance(rooms, list) or len(rooms) > _MOST_ROOMS:
        raise InvalidRequestError(f"rooms is a list of at most {_MOST_ROOMS} session ids.")
    known = (as_uuid(each) for each in rooms)
    return Hello(store_id, last_seq, frozenset(each for each in known if each is not None))
