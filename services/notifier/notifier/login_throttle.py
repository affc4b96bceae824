"""Slows down who guesses passwords: counts wrong ones by account, by address, and by both.

Counted in this process: Redis may be flushed at any time, and a count for each process only
multiplies a small number. What counts against everybody at an account or an address slows and
never locks, or guessing would be a way to lock an agent out; who is at a browser that the
account has used before is counted by that browser alone. No I/O.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from common.addresses import network_of
from common.errors import NotAuthenticatedError, TemporaryError

PERIOD_SECONDS = 300.0
# How long a try waits for others of its account that are being checked just now.
_PATIENCE_SECONDS = 5.0
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class Limit:
    """So many wrong passwords in a period; then one try each `gap` seconds, or none without."""

    tries: int
    gap: float = 0.0


OF_A_BROWSER = Limit(10)
OF_A_PAIR = Limit(10)
OF_AN_ADDRESS = Limit(50, gap=1.0)
OF_AN_ACCOUNT = Limit(50, gap=10.0)


class TooManyAttemptsError(TemporaryError):
    """Too many wrong passwords; the next try is allowed after `retry_after` seconds."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, retry_after: float) -> None:
        seconds = max(1, math.ceil(retry_after))
        super().__init__("Too many wrong passwords. Try again later.", retry_after=seconds)


def limits_of(account: str, address: str, browser: str | None) -> dict[str, Limit]:
    """Choose what a try counts for; `browser` names one that the account has used before."""
    if browser is not None:
        return {f"browser|{browser}": OF_A_BROWSER}
    network = network_of(address)
    return {
        f"pair|{account}|{network}": OF_A_PAIR,
        f"address|{network}": OF_AN_ADDRESS,
        f"account|{account}": OF_AN_ACCOUNT,
    }


@dataclass
class _Tries:
    """What is known of one account, address, pair or browser."""

    failed_at: deque[float]
    limit: Limit
    under_way: int = 0
    begun_at: float = field(default=-math.inf)

    def has_room(self, now: float, period: float) -> bool:
        """Say whether one more may begin, itself counted; raises TooManyAttemptsError."""
        self.drop_old(now - period)
        if len(self.failed_at) < self.limit.tries:
            return len(self.failed_at) + self.under_way <= self.limit.tries
        gap = self.limit.gap
        ready_at = self.begun_at + gap if gap else self.failed_at[0] + period
        if now < ready_at:
            raise TooManyAttemptsError(ready_at - now)
        return True

    def drop_old(self, oldest: float) -> None:
        while self.failed_at and self.failed_at[0] <= oldest:
            self.failed_at.popleft()


class LoginThrottle:
    """Counts wrong passwords. Safe to share between threads."""

    def __init__(
        self, period: float = PERIOD_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._period = period
        self._clock = clock
        self._changed = threading.Condition()
        self._known: dict[str, _Tries] = {}
        self._forget_at = 0.0

    @contextmanager
    def attempt(self, limits: Mapping[str, Limit]) -> Iterator[None]:
        """Allow one try; the block raises NotAuthenticatedError for a wrong password.

        Never lets more through at once than may fail. A right one forgets the wrong ones of the
        limits that lock, which are the agent's own. Raises TooManyAttemptsError.
        """
        counted = self._begin(limits)
        try:
            yield
        except NotAuthenticatedError:
            self._note_wrong(counted)
            raise
        else:
            self._note_right(counted)
        finally:
            with self._changed:
                _end(counted)
                self._changed.notify_all()

    def _note_wrong(self, counted: list[_Tries]) -> None:
        with self._changed:
            for each in counted:
                each.failed_at.append(self._clock())

    def _note_right(self, counted: list[_Tries]) -> None:
        with self._changed:
            for each in counted:
                if not each.limit.gap:
                    each.failed_at.clear()

    def _begin(self, limits: Mapping[str, Limit]) -> list[_Tries]:
        with self._changed:
            self._forget()
            counted = [self._of(who, limit) for who, limit in limits.items()]
            for each in counted:  # counted at once, so that it is not forgotten meanwhile
                each.under_way += 1
            try:
                self._wait_for_room(counted)
            except TooManyAttemptsError:
                _end(counted)
                raise
            for each in counted:
                each.begun_at = self._clock()
            return counted

    def _of(self, who: str, limit: Limit) -> _Tries:
        return self._known.setdefault(who, _Tries(deque(maxlen=limit.tries), limit))

    def _wait_for_room(self, counted: list[_Tries]) -> None:
        give_up_at = self._clock() + _PATIENCE_SECONDS
        while not all(each.has_room(self._clock(), self._period) for each in counted):
            left = give_up_at - self._clock()
            if left <= 0:
                raise TooManyAttemptsError(_PATIENCE_SECONDS)
            self._changed.wait(left)

    def _forget(self) -> None:
        """Drop what says nothing any more, now and then: a look at all of them takes its time."""
        now = self._clock()
        if len(self._known) < _MOST_REMEMBERED or now < self._forget_at:
            return
        self._forget_at = now + 1
        for who, tries in list(self._known.items()):
            tries.drop_old(now - self._period)
            if not tries.failed_at and not tries.under_way:
                del self._known[who]


def _end(counted: list[_Tries]) -> None:
    for each in counted:
        each.under_way -= 1
