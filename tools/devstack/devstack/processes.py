"""One child process: started by the launcher in a session of its own, watched, and ended whole.

A session of its own, because Ctrl-C reaches make's whole process group at once and the
children must be stopped in order; tied to this process by the launcher, so that a `kill -9`
of it leaves nothing behind. Start children from the main thread: the tie is to the thread.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

_LAUNCHER = Path(__file__).with_name("launch.py")
_SET_CHILD_SUBREAPER = 36  # prctl(2)
_LOG_LIMIT_BYTES = 20_000_000


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Program:
    """What to run and how to end it; `role` is its name in the demo file."""

    name: str
    command: tuple[str, ...]
    log: Path
    role: str = ""
    environment: Mapping[str, str] | None = None
    account: str = "self"
    stop_signal: signal.Signals = signal.SIGTERM
    signal_on_parent_death: signal.Signals = signal.SIGKILL
    lists_descendants: bool = True
    prepare: Callable[[], None] = field(default=_nothing, compare=False)


class Process:
    """A running program and everything below it."""

    def __init__(self, program: Program) -> None:
        program.prepare()
        self.program = program
        with opened_log(program.log) as log:
            self._popen = subprocess.Popen(
                launch_command(program.command, program.account, program.signal_on_parent_death),
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._popen.pid

    def exit_code(self) -> int | None:
        """Tell how it ended, None while it runs; takes its orphans along.

        The orphans go first: until the leader is reaped its number cannot be another group's.
        """
        if self._popen.returncode is None and self._has_ended():
            self._signal_group(signal.SIGKILL)
            self._popen.wait()
        return self._popen.returncode

    def is_running(self) -> bool:
        return self.exit_code() is None

    def pids(self) -> tuple[int, ...]:
        """List the process and (where its program says so) its descendants, itself first."""
        if not self.is_running():
            return ()
        if not self.program.lists_descendants:
            return (self.pid,)
        return (self.pid, *descendants(self.pid))

    def ask_to_stop(self) -> None:
        """Send its stop signal to the leader, which tells the rest."""
        if self.is_running():
            self._popen.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End the whole group at once."""
        if self.is_running():
            self._signal_group(signal.SIGKILL)
            self._popen.wait()

    def _has_ended(self) -> bool:
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, flags) is not None
        except ChildProcessError:
            return True

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def adopt_orphans() -> None:
    """Become the parent of what dead children leave behind, so that it can be reaped."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """List the processes below one, nearest first."""
    try:
        children = _children(pid)
    except OSError:
        return []
    return children + [below for child in children for below in descendants(child)]


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    # Kernels without this file leave the slow way: a look at every process of the machine.
    if not (tasks / str(pid) / "children").exists():
        return _children_by_search(pid)
    listed = [(task / "children").read_text(encoding="ascii") for task in tasks.iterdir()]
    return sorted(int(child) for child in " ".join(listed).split())


def _children_by_search(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def launch_command(
    command: Iterable[str], account: str, signal_on_parent_death: signal.Signals
) -> list[str]:
    """Form the command line that starts another one through the launcher."""
    tie = (str(os.getpid()), str(int(signal_on_parent_death)), account)
    return [sys.executable, "-I", "-S", str(_LAUNCHER), *tie, *command]


def opened_log(path: Path) -> BinaryIO:
    """Open a log to append to; a large one is set aside first, one generation deep."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb")
