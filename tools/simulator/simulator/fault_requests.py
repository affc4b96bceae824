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
    RETRY_AFTER_FORMS,
    Armed,
    Fault,
)
from simulator.status_requests import HIGHEST_CODE, describe_script, parse_script

_FIELDS = frozenset(each.name for each in dataclass_fields(Fault)) - {"id"}
_MOST_CALLS = 1_000_000


def parse_fault(body: Any, fault_id: str) -> Fault:
    """Read one fault; raises InvalidRequestError naming the field that is wrong."""
    asked = fields.as_object(body)
    fields.refuse_unknown(asked, _FIELDS)
    outcome = fields.choice(asked, "outcome", OUTCOMES)
    statuses = parse_script(asked["statuses"]) if asked.get("statuses") is not None else None
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
        code=fields.whole(asked, "code", 131000, 0, HIGHEST_CODE),
        http_status=fields.whole(asked, "http_status", 0, 200, 599) or None,
        body=asked.get("body"),
        accepted=_accepted(asked, outcome),
        seconds=fields.optional_number(asked, "seconds", 0, LONGEST_WAIT_SECONDS),
        retry_after=fields.optional_number(asked, "retry_after", 0, 86_400),
        retry_after_as=fields.choice(asked, "retry_after_as", RETRY_AFTER_FORMS, "seconds"),
        statuses=statuses,
    )


def describe_fault(armed: Armed) -> dict[str, Any]:
    """Write a fault with its counters; what was left open is left out."""
    fault = armed.fault
    shown = {each.name: getattr(fault, each.name) for each in dataclass_fields(Fault)}
    shown["statuses"] = None if fault.statuses is None else describe_script(fault.statuses)
    kept = {name: value for name, value in shown.items() if value is not None}
    return {**kept, "seen": armed.seen, "used": armed.used}


def _accepted(asked: Mapping[str, Any], outcome: str) -> bool:
    accepted = fields.flag(asked, "accepted")
    if accepted and outcome != "http":
        raise InvalidRequestError("accepted goes with the outcome http only.", field="accepted")
    return accepted
