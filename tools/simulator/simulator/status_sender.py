"""Tells ingress what became of accepted messages, from threads of its own.

After a Graph request was accepted. The statuses of one message keep their scripted order: the
next waits until the one before it was answered or given up. Messages do not wait for each other.
"""

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Condition, Thread

import structlog

from simulator.calls import GraphCall, StatusNote
from simulator.door import Answer, Door
from simulator.envelopes import envelope, status_value
from simulator.graph_requests import OutboundMessage
from simulator.signatures import serialise
from simulator.status_scripts import StatusScript
from simulator.store import SimulatedStore

_log = structlog.get_logger(__name__)
_THREADS = 8
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0
# Meta goes on for days; a run of tests has no use for more than this.
_GIVE_UP_SECONDS = 120.0

StoreOf = Callable[[str], SimulatedStore | None]
Note = Callable[[str, int, StatusNote], None]


@dataclass(frozen=True)
class StatusPlan:
    """The statuses of one accepted message."""

    call: GraphCall
    message: OutboundMessage
    script: StatusScript


@dataclass(frozen=True)
class _Mail:
    """One status on its way; `raw` and `give_up_at` are set by its first attempt."""

    plan: StatusPlan
    position: int
    attempts: int = 0
    raw: bytes = b""
    give_up_at: float = 0.0

    @property
    def status(self) -> str:
        return self.plan.script.steps[self.position].status


@dataclass(order=True, frozen=True)
class _Due:
    at: float
    tie: int
    mail: _Mail = field(compare=False)


class StatusSender:
    """A timed queue of statuses; starts its threads with the first and ends with `close`."""

    def __init__(self, door: Door, store_of: StoreOf, note: Note) -> None:
        self._door = door
        self._store_of = store_of
        self._note = note
        self._changed = Condition()
        self._queue: list[_Due] = []
        self._ties = itertools.count()
        self._threads: list[Thread] = []
        self._closed = False

    def schedule(self, plan: StatusPlan) -> None:
        """Send the plan's statuses in order, each after its gap."""
        self._push_step(plan, 0)

    def close(self) -> None:
        """Drop what is still to be sent; a post under way ends by itself."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _push_step(self, plan: StatusPlan, position: int) -> None:
        if position < len(plan.script.steps):
            gap = plan.script.steps[position].gap_ms / 1000
            self._push(_Mail(plan, position), gap)

    def _push(self, mail: _Mail, seconds: float) -> None:
        with self._changed:
            heapq.heappush(self._queue, _Due(time.monotonic() + seconds, next(self._ties), mail))
            self._start_threads()
            self._changed.notify()

    def _start_threads(self) -> None:
        if self._threads or self._closed:
            return
        self._threads = [
            Thread(target=self._run, name=f"statuses-{at}", daemon=True) for at in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while (mail := self._next()) is not None:
            self._deliver(mail)

    def _next(self) -> _Mail | None:
        """Wait for the next mail that is due; None when closed."""
        with self._changed:
            while not self._closed:
                wait = self._queue[0].at - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._queue).mail
                self._changed.wait(wait)
        return None

    def _deliver(self, mail: _Mail) -> None:
        store = self._store_of(mail.plan.call.phone_number_id)
        if store is None:
            _log.warning("status_dropped", reason="unknown_number", status=mail.status)
            return
        tried = _attempted(mail, store)
        answer = self._door.post(store, tried.raw)
        pause = min(_FIRST_PAUSE_SECONDS * 2**mail.attempts, _LONGEST_PAUSE_SECONDS)
        if answer.asks_for_another_attempt and time.monotonic() + pause < tried.give_up_at:
            self._push(tried, pause)
        else:
            self._settle(tried, answer)

    def _settle(self, mail: _Mail, answer: Answer) -> None:
        call = mail.plan.call
        note = StatusNote(mail.status, answer.status, mail.attempts, time.time())
        self._note(call.phone_number_id, call.number, note)
        self._push_step(mail.plan, mail.position + 1)


def _attempted(mail: _Mail, store: SimulatedStore) -> _Mail:
    """Count an attempt; the first writes the body, the later ones repeat it byte for byte."""
    if mail.attempts:
        return replace(mail, attempts=mail.attempts + 1)
    plan = mail.plan
    value = status_value(
        store,
        wamid=plan.call.wamid or "",
        status=mail.status,
        timestamp=int(time.time()),
        phone=plan.message.phone,
        user_id=plan.message.user_id,
        callback=plan.message.callback,
        failure=plan.script.failure,
    )
    raw = serialise(envelope(store, [value]))
    return replace(mail, attempts=1, raw=raw, give_up_at=time.monotonic() + _GIVE_UP_SECONDS)
