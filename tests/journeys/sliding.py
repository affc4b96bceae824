"""Sliding windows over moments: how many fell into the fullest one."""

import itertools
from collections.abc import Sequence


def most_within(moments: Sequence[float], seconds: float) -> int:
    """Count the moments of the fullest half-open window of this length."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def rate_of(moments: Sequence[float]) -> float:
    """Say how many came in a second, on average, from the first to the last."""
    ordered = sorted(moments)
    return (len(ordered) - 1) / (ordered[-1] - ordered[0])


def longest_gap(moments: Sequence[float]) -> float:
    ordered = sorted(moments)
    return max((later - earlier for earlier, later in itertools.pairwise(ordered)), default=0.0)
