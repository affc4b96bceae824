"""Step 4. What waits at this moment is committed together; what comes meanwhile is the next group.

Nobody waits for company: a delivery that comes alone goes alone. One thread writes, one group
after another; the event loop never waits for it. What waits is bounded in number and bytes, and
nobody waits longer than Meta's patience: the answer is 503 then, and Meta comes again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from common import metrics
from common.errors import DatabaseUnavailableError, ServiceError
from ingress.intake import Prepared
from ingress.refusals import FullError

# A group that takes longer than this is stuck: nobody else need wait to know it.
_STUCK_SECONDS = 1.7
_LOOK_SECONDS = 0.2
_MOST_WAITING = 4_096
_MOST_BYTES = 64 * 1024 * 1024
# PostgreSQL takes a group of so many rows in a few hundred milliseconds.
_MOST_ITEMS = 1_000

# Writes a group: how each delivery ended, in the order given, or why it did not.
Write = Callable[[Sequence[Prepared]], Sequence[str | ServiceError]]


@dataclass(eq=False)
class _Waiting:
    prepared: Prepared
    ended: "asyncio.Future[str]"
    deadline: float
    is_alone: bool = False  # a group that it was in broke


class GroupCommit:
    """Commits deliveries for one event loop."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._writer = ThreadPoolExecutor(1, "group-commit")
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._group: list[_Waiting] = []
        self._began: float | None = None
        self._is_watched = False

    async def commit(self, prepared: Prepared, deadline: float) -> str:
        """Commit a delivery with whatever waits beside it; returns how it ended.

        Raises the ServiceError that it failed with: FullError when too much is waiting,
        DatabaseUnavailableError at the deadline, by the loop's clock.
        """
        loop = asyncio.get_running_loop()
        self._refuse_if_stuck(loop.time())
        if len(self._waiting) >= _MOST_WAITING or self._bytes >= _MOST_BYTES:
            raise FullError
        waiting = _Waiting(prepared, loop.create_future(), deadline)
        self._waiting.append(waiting)
        self._bytes += prepared.size
        metrics.deliveries_waiting.set(len(self._waiting))
        if self._began is None:
            self._begin_group(loop)
        self._watch(loop)
        return await waiting.ended

    def _refuse_if_stuck(self, now: float) -> None:
        if self._began is not None and now - self._began > _STUCK_SECONDS:
            raise _unanswered()

    def _begin_group(self, loop: asyncio.AbstractEventLoop) -> None:
        self._group = self._take()
        if not self._group:
            return
        self._began = loop.time()
        written = [each.prepared for each in self._group]
        writing = loop.run_in_executor(self._writer, self._write, written)
        writing.add_done_callback(self._end_group)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        items = 0
        while self._waiting and (not group or items < _MOST_ITEMS):
            if group and (self._waiting[0].is_alone or group[0].is_alone):
                break
            waiting = self._waiting.popleft()
            self._bytes -= waiting.prepared.size
            if waiting.ended.done():
                continue  # it has its 503 already
            items += len(waiting.prepared.items)
            group.append(waiting)
        metrics.deliveries_waiting.set(len(self._waiting))
        return group

    def _end_group(self, writing: "asyncio.Future[Sequence[str | ServiceError]]") -> None:
        broken = writing.exception()
        if broken and len(self._group) > 1:
            self._take_apart()
        outcomes = [broken] * len(self._group) if broken else writing.result()
        for waiting, outcome in zip(self._group, outcomes, strict=True):
            if waiting.ended.done():
                continue
            if isinstance(outcome, BaseException):
                waiting.ended.set_exception(outcome)
            else:
                waiting.ended.set_result(str(outcome))
        self._began, self._group = None, []
        self._begin_group(asyncio.get_running_loop())

    def _take_apart(self) -> None:
        """Let each of a group that broke go alone, so that only what is to blame breaks."""
        for waiting in reversed(self._group):
            waiting.is_alone = True
            self._waiting.appendleft(waiting)
            self._bytes += waiting.prepared.size
        self._group = []

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look again in a moment whether somebody has waited too long; one look for all."""
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(_LOOK_SECONDS, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_watched = False
        for waiting in (*self._group, *self._waiting):
            if waiting.deadline < loop.time() and not waiting.ended.done():
                waiting.ended.set_exception(_unanswered())
        if self._group or self._waiting:
            self._watch(loop)


def _unanswered() -> DatabaseUnavailableError:
    return DatabaseUnavailableError("The database does not answer.")
