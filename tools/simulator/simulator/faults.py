"""Faults that a test arms, and which of them a Graph request meets.

Asked once per well-formed request, by the state under its lock. Pure: no I/O, no clock.
"""

from dataclasses import dataclass, replace
from typing import Any

from simulator.status_scripts import StatusScript

# What becomes of the request. The second value: is the message accepted all the same?
OUTCOMES: dict[str, bool] = {
    "error": False,
    "http": False,
    "hang": False,
    "reset": False,
    "accept_then_reset": True,
    "accept_then_hang": True,
    "delay": True,
    "statuses": True,
    "missing": True,
    "wrong_hash": True,
    "slow": True,
    "redirect": True,
}
# What can become of a customer's file only, when it is described (`media`) or sent (`file`).
OF_MEDIA = frozenset({"missing", "wrong_hash", "slow", "redirect"})
MEDIA_KINDS = frozenset({"media", "file"})
KINDS = frozenset({"message", "read", "upload", "templates", "any"}) | MEDIA_KINDS
# How the header is written: a number, or a date, which every caller must understand as well.
RETRY_AFTER_FORMS = frozenset({"seconds", "date"})
LONGEST_WAIT_SECONDS = 120.0
UNTIL_CLEARED = 0


@dataclass(frozen=True)
class Fault:
    """One scripted outcome and the requests it is for; None matches everything."""

    id: str
    outcome: str
    kind: str = "message"
    store_id: str | None = None
    phone_number_id: str | None = None
    to: str | None = None
    type: str | None = None
    call: int | None = None
    times: int = 1
    code: int = 131000
    http_status: int | None = None
    body: Any = None
    accepted: bool = False
    seconds: float | None = None
    retry_after: float | None = None
    retry_after_as: str = "seconds"
    statuses: StatusScript | None = None

    @property
    def accepts(self) -> bool:
        return OUTCOMES[self.outcome] or self.accepted


@dataclass(frozen=True)
class Armed:
    """A fault with its counters: requests that matched it, and those it was used for."""

    fault: Fault
    seen: int = 0
    used: int = 0


@dataclass(frozen=True)
class Asked:
    """What a fault can be chosen by."""

    kind: str
    type: str
    store_id: str | None
    phone_number_id: str
    address: str | None


def next_fault(armed: tuple[Armed, ...], asked: Asked) -> tuple[tuple[Armed, ...], Fault | None]:
    """Choose the first armed fault due for this request, and count the request everywhere.

    Every matching fault counts the request, chosen or not: `call` means the n-th request of
    its kind since the fault was armed, whatever else was armed beside it.
    """
    chosen: Fault | None = None
    counted: list[Armed] = []
    for each in armed:
        if not matches(each.fault, asked):
            counted.append(each)
            continue
        seen = replace(each, seen=each.seen + 1)
        if chosen is None and _is_due(seen):
            chosen = seen.fault
            seen = replace(seen, used=seen.used + 1)
        counted.append(seen)
    return tuple(counted), chosen


def matches(fault: Fault, asked: Asked) -> bool:
    wanted = (
        (None if fault.kind == "any" else fault.kind, asked.kind),
        (fault.type, asked.type),
        (fault.store_id, asked.store_id),
        (fault.phone_number_id, asked.phone_number_id),
        (_plain(fault.to), _plain(asked.address)),
    )
    return all(want is None or want == have for want, have in wanted)


def _is_due(armed: Armed) -> bool:
    """Tell whether a fault that has counted this request is to be used for it."""
    fault = armed.fault
    if fault.call is None:
        return fault.times == UNTIL_CLEARED or armed.used < fault.times
    if armed.seen < fault.call:
        return False
    return fault.times == UNTIL_CLEARED or armed.seen < fault.call + fault.times


def _plain(address: str | None) -> str | None:
    return None if address is None else address.lstrip("+")
