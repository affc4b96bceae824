"""Everything the simulator remembers of a run: Graph requests, armed faults and limits, in memory.

One lock guards it all, so a request's place in the order, the fault it meets and its fate are
one step. Does no I/O and waits for nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Any

from simulator.calls import GraphCall, StatusNote
from simulator.faults import Armed, Asked, Fault, next_fault
from simulator.limits import Limit, SlidingLimits
from simulator.verdicts import Verdict

# Given the fault that a request meets, or else the code of a limit that it is over.
Judge = Callable[[Fault | None, int | None], Verdict]


@dataclass(frozen=True)
class Arrival:
    """A request as it came in; `asked` is None when it is malformed and meets no fault."""

    phone_number_id: str
    path: str
    request: Any
    asked: Asked | None


@dataclass(frozen=True)
class Taken:
    """A recorded request, its fate, and the event that ends its waiting early."""

    call: GraphCall
    verdict: Verdict
    fault: Fault | None
    released: Event


class SimulatorState:
    """The ledger of Graph requests and the faults still to be met."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._count = 0
        self._calls: dict[str, dict[int, GraphCall]] = {}
        self._limits = SlidingLimits()
        self._armed: tuple[Armed, ...] = ()
        self._released = Event()
        self._closing = False

    def take(self, arrival: Arrival, judge: Judge) -> Taken:
        """Record one request with its final fate."""
        with self._lock:
            now = self._clock()
            code = self._limits.code_for(arrival.asked, now) if arrival.asked else None
            fault = self._fault_for(arrival.asked) if code is None else None
            verdict = judge(fault, code)
            if arrival.asked and verdict.outcome == "accepted":
                self._limits.count(arrival.asked, now)
            self._count += 1
            call = GraphCall(
                number=self._count,
                time=now,
                phone_number_id=arrival.phone_number_id,
                path=arrival.path,
                request=arrival.request,
                outcome=verdict.outcome,
                wamid=verdict.wamid,
                http_status=verdict.http_status,
                error_code=verdict.error_code,
                fault=fault.id if fault else None,
            )
            self._calls.setdefault(arrival.phone_number_id, {})[call.number] = call
            return Taken(call, verdict, fault, self._released)

    def meet(self, asked: Asked) -> tuple[Fault | None, Event]:
        """Choose the fault of a request that the ledger does not hold: one for media."""
        with self._lock:
            return self._fault_for(asked), self._released

    def note_status(self, phone_number_id: str, number: int, note: StatusNote) -> None:
        """Add to a request what ingress answered to one of its statuses."""
        with self._lock:
            calls = self._calls.get(phone_number_id, {})
            if number in calls:
                call = calls[number]
                calls[number] = replace(call, statuses=(*call.statuses, note))

    def calls(self, phone_number_id: str, after: int = 0) -> tuple[GraphCall, ...]:
        """List a number's requests in the order they arrived, those numbered above `after`."""
        with self._lock:
            calls = tuple(self._calls.get(phone_number_id, {}).values())
        return tuple(call for call in calls if call.number > after)

    def forget_calls(self, phone_number_id: str) -> None:
        with self._lock:
            self._calls.pop(phone_number_id, None)

    def arm(self, fault: Fault) -> None:
        with self._lock:
            self._armed = (*self._armed, Armed(fault))

    def armed(self) -> tuple[Armed, ...]:
        with self._lock:
            return self._armed

    def disarm(self) -> None:
        """Forget every fault and let every waiting request go."""
        with self._lock:
            self._armed = ()
            self._released.set()
            if not self._closing:
                self._released = Event()

    def put_limit(self, limit: Limit) -> None:
        with self._lock:
            self._limits.put(limit)

    def limits(self) -> tuple[Limit, ...]:
        with self._lock:
            return self._limits.all()

    def forget_limits(self) -> None:
        with self._lock:
            self._limits.forget()

    def close(self) -> None:
        """Let every waiting request go, now and from now on."""
        with self._lock:
            self._closing = True
            self._released.set()

    def _fault_for(self, asked: Asked | None) -> Fault | None:
        if asked is None:
            return None
        self._armed, fault = next_fault(self._armed, asked)
        return fault
