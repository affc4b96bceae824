"""The suite in two processes on one machine: which tests go together, first, or alone.

`pytest -n 2` is all it takes; without `-n` the order is pytest's and nothing here waits.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

# The longest first, so that no process is left with one of them at the end.
_LONGEST = (
    "tests/journeys/",
    "tests/integration/devstack/",
    "tests/integration/worker/",
    "tests/ui/",
    "tests/integration/notifier/",
)
# Their tests share an installation that takes seconds to start: one process has them all.
_SHARE_A_STACK = ("tests/journeys/", "tests/integration/devstack/", "tests/ui/")

# Two places to lock. Who waits to be alone holds the door, so that nobody slips in before.
_DOOR = Path(__file__)
_MACHINE = Path(__file__).parent


class ByFolder(LoadScopeScheduling):
    """Gives each process whole files, or whole folders where a folder shares a stack."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in _SHARE_A_STACK if file.startswith(folder)), file)

    def _assign_work_unit(self, node: object) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=_rank), last=False)
        super()._assign_work_unit(node)


@contextmanager
def a_turn(*, alone: bool) -> Iterator[None]:
    """Hold the machine: alone, or beside the test of the other process."""
    with ExitStack() as held:
        with _locked(_DOOR, fcntl.LOCK_EX):
            held.enter_context(_locked(_MACHINE, fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    place = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(place, how)
        yield
    finally:
        # Said aloud: closing is not enough when a test has forked.
        fcntl.flock(place, fcntl.LOCK_UN)
        os.close(place)


def _rank(scope: str) -> int:
    places = (place for place, folder in enumerate(_LONGEST) if scope.startswith(folder))
    return next(places, len(_LONGEST))
