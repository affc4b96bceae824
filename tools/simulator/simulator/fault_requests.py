"""`POST /sim/faults` read and checked, and a fault written back as JSON.

Pure: no I/O; the id of the new fault is given by the caller.
"""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from typing import Any

from common.errors import InvalidRequestError
from simulator import fields
from simulator.faults import (
    KINDS,
    LONGEST_WAIT_SECONDS,
    MEDIA_KINDS,
    OF_MEDIA,
    OUTCOMES,
    Armed,
    Fault,
)
from simulator.status_scripts import (
    SCRIPTED_GAP_MS,
    STATUS_NAMES,
    USUAL,
    StatusFailure,
    StatusScript,
    StatusStep,
)

_FIELDS = frozenset(each.name for each in dataclass_fields(Fault)) - {"id"}
_STATUS_FIELDS = frozenset({"order", "delay_ms", "none", "failed"})
_MOST_CALLS = 1_000_000
_LONGEST_GAP_MS = 3_600_000
_HIGHEST_CODE = 9_999_999


def parse_fault(body: Any, fault_id: str) -> Fault:
    """Read one fault; raises InvalidRequestError naming the field that is wrong."""
    asked = fields.as_object(body)
    fields.refuse_unknown(asked, _FIELDS)
    outcome = fields.choice(asked, "outcome", OUTCOMES)
    statuses = _script(asked["statuses"]) if asked.get("statuses") is not None else None
    if outcome == "statuses" and statuses is None:
        raise InvalidRequestError("statuses is required.", field="statuses")
    kind = fields.choice(asked, "kind", KINDS, "message")
    if outcome in OF_MEDIA and kind not in MEDIA_KINDS:
        raise InvalidRequestError(f"{outcome} goes with the kind media or file.", field="kind")
    return Fault(
        id=fault_id,
        outcome=outcome,
        kind=kind,
        store_id=fields.optional_text(asked, "store_id"),
        phone_number_id=fields.optional_text(asked, "phone_number_id"),
        to=fields.optional_text(asked, "to"),
        type=fields.optional_text(asked, "type"),
        call=fields.whole(asked, "call", 0, 1, _MOST_CALLS) or None,
        times=fields.whole(asked, "times", 1, 0, _MOST_CALLS),
        code=fields.whole(asked, "code", 131000, 0, _HIGHEST_CODE),
        http_status=fields.whole(asked, "http_status", 0, 200, 599) or None,
        body=asked.get("body"),
        accepted=_accepted(asked, outcome),
        seconds=fields.optional_number(asked, "seconds", 0, LONGEST_WAIT_SECONDS),
        retry_after=fields.optional_number(asked, "retry_after", 0, 86_400),
        statuses=statuses,
    )


def describe_fault(armed: Armed) -> dict[str, Any]:
    """Write a fault with its counters; what was left open is left out."""
    fault = armed.fault
    shown = {each.name: getattr(fault, each.name) for each in dataclass_fields(Fault)}
    shown["statuses"] = None if fault.statuses is None else _describe_script(fault.statuses)
    kept = {name: value for name, value in shown.items() if value is not None}
    return {**kept, "seen": armed.seen, "used": armed.used}


def _accepted(asked: Mapping[str, Any], outcome: str) -> bool:
    accepted = fields.flag(asked, "accepted")
    if accepted and outcome != "http":
        raise InvalidRequestError("accepted goes with the outcome http only.", field="accepted")
    return accepted


def _script(value: Any) -> StatusScript:
    asked = fields.as_object(value, "statuses")
    fields.refuse_unknown(asked, _STATUS_FIELDS)
    if fields.flag(asked, "none"):
        return StatusScript(())
    failure = _failure(asked.get("failed"))
    names = _names(asked, failure)
    if "failed" in names and failure is None:
        failure = StatusFailure(131000, "Something went wrong")
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
    fields.refuse_unknown(asked, {"code", "title"})
    code = fields.whole(asked, "code", 131000, 0, _HIGHEST_CODE)
    return StatusFailure(code, fields.optional_text(asked, "title") or "Message failed")


def _describe_script(script: StatusScript) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "order": [step.status for step in script.steps],
        "delay_ms": [step.gap_ms for step in script.steps],
    }
    if script.failure is not None:
        shown["failed"] = {"code": script.failure.code, "title": script.failure.title}
    return shown
