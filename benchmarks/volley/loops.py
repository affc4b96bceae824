"""The two ways of sending: as fast as answers come, and at a rate that nothing slows down."""

import select
import time
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from benchmarks.volley.connection import NO_REQUEST, Connection
from benchmarks.volley.shape import NOT_ANSWERED, Outcome, Shape

_PATIENCE_SECONDS = 30.0


class Volley:
    """Requests, the connections they go over, and what has come of them."""

    def __init__(self, shape: Shape, requests: Sequence[bytes]) -> None:
        self._shape = shape
        self._requests = requests
        self._next = 0
        self._underway = 0
        self.outcome = Outcome.of(len(requests))

    def __enter__(self) -> Self:
        self._epoll = select.epoll()
        self._idle: deque[Connection] = deque()
        self._by_number: dict[int, Connection] = {}
        for _ in range(self._shape.connections):
            connection = Connection(self._shape.host, self._shape.port)
            self._watch(connection)
            self._idle.append(connection)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for connection in self._by_number.values():
            connection.close()
        self._epoll.close()

    def send_all(self) -> None:
        """Send as the shape says and wait for every answer, within patience."""
        before = time.process_time()
        if self._shape.per_second:
            self._at_a_rate()
        else:
            self._as_answers_come()
        self.outcome.processor_seconds = time.process_time() - before

    def _as_answers_come(self) -> None:
        end = time.monotonic() + self._shape.seconds
        for connection in self._idle:
            self._send(connection, time.monotonic())
        while self._underway:
            for connection in self._answered(_PATIENCE_SECONDS):
                if (now := time.monotonic()) < end and self._next < len(self._requests):
                    self._send(connection, now)

    def _at_a_rate(self) -> None:
        start = time.monotonic()
        while self._next < len(self._requests) or self._underway:
            due = start + self._next / self._shape.per_second
            wait = _PATIENCE_SECONDS
            if self._idle and self._next < len(self._requests):
                wait = due - time.monotonic()
                if wait <= 0:
                    self._send(self._idle.popleft(), due)
                    continue
            self._idle.extend(self._answered(wait))

    def _send(self, connection: Connection, began: float) -> None:
        place = self._next
        self.outcome.began[place] = began
        self.outcome.statuses[place] = NOT_ANSWERED
        self._next, self._underway = place + 1, self._underway + 1
        connection.send(place, self._requests[place])

    def _answered(self, seconds: float) -> Iterator[Connection]:
        """Wait for answers and note them; gives the connections that are free again."""
        if seconds < _PATIENCE_SECONDS:
            # epoll's own time-out is cut to milliseconds; select on it keeps the microseconds.
            select.select([self._epoll], [], [], seconds)
            seconds = 0.0
        ready = self._epoll.poll(seconds)
        if seconds and not ready:
            raise TimeoutError(f"{self._underway} requests were not answered in {seconds} s")
        for number, _ in ready:
            connection = self._by_number[number]
            status = connection.answer()
            if connection.is_new:
                self._watch(connection)
            # A server may close a connection that nothing was sent over, too.
            if status is not None and connection.place != NO_REQUEST:
                self._note(connection, status)
                yield connection

    def _note(self, connection: Connection, status: int) -> None:
        self.outcome.ended[connection.place] = time.monotonic()
        self.outcome.statuses[connection.place] = status
        self._underway -= 1
        connection.place = NO_REQUEST

    def _watch(self, connection: Connection) -> None:
        connection.is_new = False
        self._by_number[connection.fileno()] = connection
        self._epoll.register(connection, select.EPOLLIN)
