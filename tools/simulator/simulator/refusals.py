"""How a part of a Graph request is refused, and the small checks its readers share. Pure."""

from collections.abc import Mapping
from typing import Any

from simulator.graph_errors import GraphError, graph_error


class RefusedError(Exception):
    """The Graph API would answer this request with an error."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(error.details)
        self.error = error


def refuse(code: int, details: str) -> RefusedError:
    return RefusedError(graph_error(code, details))


def required_text(body: Mapping[str, Any], name: str, limit: int | None = None) -> str:
    """Take a text that must be there: 131008 missing, 131009 not text, 100 over the limit."""
    value = _required(body, name)
    if not isinstance(value, str):
        raise refuse(131009, f"Parameter {name} must be text.")
    if limit is not None and len(value) > limit:
        raise refuse(100, f"Param {name} must be at most {limit} characters long.")
    return value


def required_object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = _required(body, name)
    if not isinstance(value, dict):
        raise refuse(131009, f"Parameter {name} must be an object.")
    return value


def required_objects(
    body: Mapping[str, Any], name: str, limit: int | None = None
) -> list[dict[str, Any]]:
    """Take a list of objects that must hold at least one, and at most `limit`."""
    values = _required(body, name)
    if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
        raise refuse(131009, f"Parameter {name} must be a list of objects.")
    if limit is not None and len(values) > limit:
        raise refuse(131009, f"Parameter {name} holds more than {limit}.")
    return values


def limited_text(body: Mapping[str, Any], name: str, limit: int) -> None:
    """Check a text that may be absent."""
    if name in body:
        required_text(body, name, limit)


def _required(body: Mapping[str, Any], name: str) -> Any:
    value = body.get(name)
    if value is None or value in ("", [], {}):
        raise refuse(131008, f"Parameter {name} is required.")
    return value
