"""Ports to hand to a server that is started later: nobody else in this run chooses them.

They lie below those of the embedded servers (`devstack.ports`) and of outgoing connections, and
each process of a run has a stretch of its own.
"""

import os
import random
from itertools import cycle

from devstack.ports import is_free

_LOWEST, _STRETCH, _STRETCHES = 6_000, 3_000, 3
# A stack's services listen at its base plus 1 to 10, its workers behind them.
_STEP = 20
_OFFSETS = range(1, _STEP)


def _bases() -> "cycle[int]":
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    lowest = _LOWEST + number % _STRETCHES * _STRETCH
    bases = list(range(lowest, lowest + _STRETCH, _STEP))
    first = random.randrange(len(bases))
    return cycle(bases[first:] + bases[:first])


_ahead = _bases()


def free_port_base() -> int:
    """Find a base whose services' ports are free; the next call gives another."""
    for _ in range(_STRETCH // _STEP):
        base = next(_ahead)
        if all(is_free(base + offset) for offset in _OFFSETS):
            return base
    raise AssertionError("no free ports")


def free_port() -> int:
    return free_port_base() + _OFFSETS[0]
