"""SIGINT, SIGTERM and SIGHUP: noted when they come, acted upon where the program waits.

Signals may come twice (from the terminal's process group and from make); a second one does
not shorten the orderly stop, which has its own limit.
"""

import os
import select
import signal
import time
from types import FrameType, TracebackType
from typing import Self

from devstack.errors import StopRequestedError

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DRAIN_BYTES = 4096


class StopSignals:
    """While entered, endings are noted and a dead child wakes whoever waits."""

    def __init__(self) -> None:
        self.requested = False
        self._awake, self._waker = os.pipe()
        os.set_blocking(self._awake, False)
        os.set_blocking(self._waker, False)

    def __enter__(self) -> Self:
        for number in _ENDINGS:
            # nohup means what it says; a background job's ignored Ctrl-C still ends the stack.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)
        signal.signal(signal.SIGCHLD, _wake_only)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)

    def wait(self, seconds: float) -> None:
        """Wait until a signal comes (a child's death included), at most so long."""
        ready, _, _ = select.select([self._awake], [], [], seconds)
        if ready:
            os.read(self._awake, _DRAIN_BYTES)

    def pause(self, seconds: float) -> None:
        """Sleep during the start; raises StopRequestedError when an ending came."""
        deadline = time.monotonic() + seconds
        while not self.requested and (left := deadline - time.monotonic()) > 0:
            self.wait(left)
        if self.requested:
            raise StopRequestedError

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True


def _wake_only(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the wake-up file descriptor has been written to."""
