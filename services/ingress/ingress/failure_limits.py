"""Counts what each address gets wrong, so that guessing is slow and cheap to refuse.

A delivery that is signed well is taken whoever else guesses from the same address: only failures
are counted, and only what fails is refused for them. Memory is bounded; the oldest is forgotten.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_network
from threading import Lock

from common.errors import ServiceError

_MOST_ADDRESSES = 10_000
_AT_ONCE = 30.0
_PER_SECOND = 0.5


class TooManyFailuresError(ServiceError):
    """An address has got too much wrong lately."""

    code = "too_many_failures"
    status = 429

    def __init__(self) -> None:
        super().__init__("Too many requests from here have failed; try again in a minute.")


@dataclass
class _Bucket:
    left: float
    at: float


class FailureLimits:
    """Remembers failures by address, for one process. Safe to share between threads."""

    def __init__(self, at_once: float = _AT_ONCE, per_second: float = _PER_SECOND) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def is_exhausted(self, address: str) -> bool:
        with self._lock:
            bucket = self._buckets.get(_household(address))
            return bucket is not None and self._left(bucket) < 1

    def count(self, address: str) -> bool:
        """Count a failure; says whether it was one too many."""
        with self._lock:
            bucket = self._buckets.setdefault(
                _household(address), _Bucket(self._at_once, time.monotonic())
            )
            left = self._left(bucket)
            bucket.left, bucket.at = max(left - 1, 0.0), time.monotonic()
            self._buckets.move_to_end(_household(address))
            if len(self._buckets) > _MOST_ADDRESSES:
                self._buckets.popitem(last=False)
            return left < 1

    def _left(self, bucket: _Bucket) -> float:
        regained = (time.monotonic() - bucket.at) * self._per_second
        return min(bucket.left + regained, self._at_once)


def _household(address: str) -> str:
    """Name who an address belongs to: of IPv6, one household has a whole /64."""
    if ":" not in address:
        return address
    try:
        return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))
    except ValueError:
        return address
