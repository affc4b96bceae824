"""Slows down who guesses passwords: so many wrong ones for an account from one address.

Counted in this process: Redis may be flushed at any time, and a count for each process only
multiplies a small number. By account and address together, so that nobody can lock out the
agent by guessing from elsewhere. No I/O.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from common.errors import NotAuthenticatedError, TemporaryError

TRIES = 10
PERIOD_SECONDS = 300.0
# How long a try waits for others of its account that are being checked just now.
_PATIENCE_SECONDS = 5.0
_MOST_REMEMBERED = 20_000


class TooManyAttemptsError(TemporaryError):
    """Too many wrong passwords; the next try is allowed after `retry_after` seconds."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, retry_after: float) -> None:
        super().__init__("Too many wrong passwords. Try again later.", retry_after=retry_after)


@dataclass
class _Tries:
    """What is known of one account and address."""

    failed_at: deque[float] = field(default_factory=deque)
    under_way: int = 0


class LoginThrottle:
    """Counts wrong passwords. Safe to share between threads."""

    def __init__(
        self,
        tries: int = TRIES,
        period: float = PERIOD_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tries = tries
        self._period = period
        self._clock = clock
        self._changed = threading.Condition()
        self._known: dict[str, _Tries] = {}

    @contextmanager
    def attempt(self, who: str) -> Iterator[None]:
        """Allow one try; the block raises NotAuthenticatedError for a wrong password.

        Never lets more through at once than may fail. Raises TooManyAttemptsError.
        """
        tries = self._begin(who)
        try:
            yield
        except NotAuthenticatedError:
            with self._changed:
                tries.failed_at.append(self._clock())
            raise
        else:
            with self._changed:
                tries.failed_at.clear()
        finally:
            with self._changed:
                tries.under_way -= 1
                self._changed.notify_all()

    def _begin(self, who: str) -> _Tries:
        with self._changed:
            if len(self._known) >= _MOST_REMEMBERED:
                self._forget()
            tries = self._known.setdefault(who, _Tries())
            tries.under_way += 1  # counted at once, so that it is not forgotten meanwhile
            try:
                self._wait_for_room(tries)
            except TooManyAttemptsError:
                tries.under_way -= 1
                raise
            return tries

    def _wait_for_room(self, tries: _Tries) -> None:
        give_up_at = self._clock() + _PATIENCE_SECONDS
        while True:
            self._drop_old(tries)
            if len(tries.failed_at) >= self._tries:
                raise TooManyAttemptsError(tries.failed_at[0] + self._period - self._clock() + 1)
            if len(tries.failed_at) + tries.under_way <= self._tries:
                return
            left = give_up_at - self._clock()
            if left <= 0:
                raise TooManyAttemptsError(_PATIENCE_SECONDS)
            self._changed.wait(left)

    def _drop_old(self, tries: _Tries) -> None:
        oldest = self._clock() - self._period
        while tries.failed_at and tries.failed_at[0] <= oldest:
            tries.failed_at.popleft()

    def _forget(self) -> None:
        for who, tries in list(self._known.items()):
            self._drop_old(tries)
            if not tries.failed_at and not tries.under_way:
                del self._known[who]
