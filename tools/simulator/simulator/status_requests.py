"""The statuses that are to follow a message, read from JSON and written back. Pure: no I/O."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from common.errors import InvalidRequestError
from simulator import fields
from simulator.graph_errors import title_of
from simulator.status_scripts import (
    SCRIPTED_GAP_MS,
    STATUS_NAMES,
    USUAL,
    StatusFailure,
    StatusScript,
    StatusStep,
)

_STATUS_FIELDS = frozenset({"order", "delay_ms", "none", "failed"})
_LONGEST_GAP_MS = 3_600_000
HIGHEST_CODE = 9_999_999


def parse_script(value: Any) -> StatusScript:
    """Read which statuses follow; raises InvalidRequestError naming the field that is wrong."""
    asked = fields.as_object(value, "statuses")
    fields.refuse_unknown(asked, _STATUS_FIELDS)
    if fields.flag(asked, "none"):
        return StatusScript(())
    failure = _failure(asked.get("failed"))
    names = _names(asked, failure)
    if "failed" in names and failure is None:
        failure = _failure({})
    gaps = _gaps(asked, names)
    return StatusScript(tuple(map(StatusStep, names, gaps)), failure)


def _names(asked: Mapping[str, Any], failure: StatusFailure | None) -> tuple[str, ...]:
    usual = tuple(step.status for step in USUAL.steps)
    names = asked.get("order", usual if failure is None else ("failed",))
    if not isinstance(names, list | tuple) or not all(
        isinstance(name, str) and name in STATUS_NAMES for name in names
    ):
        raise InvalidRequestError(
            f"order must be a list of {sorted(STATUS_NAMES)}.", field="statuses.order"
        )
    return tuple(names)


def _gaps(asked: Mapping[str, Any], names: tuple[str, ...]) -> tuple[int, ...]:
    delay = asked.get("delay_ms")
    if not isinstance(delay, list):
        gap = fields.whole(asked, "delay_ms", SCRIPTED_GAP_MS, 0, _LONGEST_GAP_MS)
        return (gap,) * len(names)
    if len(delay) != len(names):
        raise InvalidRequestError("delay_ms needs one number per status.", field="delay_ms")
    return tuple(
        fields.whole({"delay_ms": each}, "delay_ms", 0, 0, _LONGEST_GAP_MS) for each in delay
    )


def _failure(value: Any) -> StatusFailure | None:
    if value is None:
        return None
    asked = fields.as_object(value, "statuses.failed")
    fields.refuse_unknown(asked, {"code", "title", "details"})
    code = fields.whole(asked, "code", 131000, 0, HIGHEST_CODE)
    title = fields.optional_text(asked, "title") or title_of(code)
    return StatusFailure(code, title, fields.optional_text(asked, "details") or title)


def describe_script(script: StatusScript) -> dict[str, Any]:
    """Write a script back as JSON."""
    shown: dict[str, Any] = {
        "order": [step.status for step in script.steps],
        "delay_ms": [step.gap_ms for step in script.steps],
    }
    if script.failure is not None:
        shown["failed"] = asdict(script.failure)
    return shown
