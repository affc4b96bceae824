"""Keeps programs running: a dead one is started again, the others never notice.

Every look (`tick`) is made from one place, so nothing here is concurrent. Programs are
stopped in stages: the workers end their turns while everything they need still answers.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from devstack.processes import Process, Program

# A program that dies must be up again within 2 s, however often it died before.
_DELAYS = (0.2, 0.4, 0.8, 1.5)
_QUICK_DEATH_SECONDS = 10.0
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class StopStage:
    """Roles that are stopped together, and the seconds they may take."""

    roles: tuple[str, ...]
    seconds: float


@dataclass
class _Watched:
    program: Program
    process: Process | None
    started_at: float
    quick_deaths: int = 0
    due_at: float = 0.0


class Supervisor:
    """Starts, watches, replaces and at last stops programs; `say` gets one line at a time."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._watched: dict[str, _Watched] = {}

    def start(self, program: Program) -> None:
        self.adopt(Process(program))

    def adopt(self, process: Process) -> None:
        """Watch a process that runs already."""
        watched = _Watched(process.program, process, time.monotonic())
        self._watched[process.program.name] = watched

    def tick(self) -> None:
        """Notice deaths and start what is due."""
        for watched in self._watched.values():
            if watched.process is not None and not watched.process.is_running():
                self._plan_next_start(watched, watched.process)
            if watched.process is None and time.monotonic() >= watched.due_at:
                self._start_again(watched)
        self._bury_orphans()

    def quick_deaths(self, name: str) -> int:
        """Count how often in a row a program died soon after its start."""
        return self._watched[name].quick_deaths

    def pids(self) -> dict[str, list[int]]:
        """List every process of each role, masters first."""
        listed: dict[str, list[int]] = {}
        for watched in self._watched.values():
            pids = watched.process.pids() if watched.process is not None else ()
            listed.setdefault(watched.program.role, []).extend(pids)
        return listed

    def stop(self, stages: tuple[StopStage, ...]) -> None:
        """Stop everything, stage after stage; what outlives its stage is killed."""
        for stage in stages:
            self._stop_together(
                [
                    watched.process
                    for watched in self._watched.values()
                    if watched.program.role in stage.roles and watched.process is not None
                ],
                stage.seconds,
            )
        self._bury_orphans()

    def _plan_next_start(self, watched: _Watched, process: Process) -> None:
        lived = time.monotonic() - watched.started_at
        watched.quick_deaths = watched.quick_deaths + 1 if lived < _QUICK_DEATH_SECONDS else 0
        delay = _DELAYS[min(max(watched.quick_deaths - 1, 0), len(_DELAYS) - 1)]
        watched.process = None
        watched.due_at = time.monotonic() + delay
        often = f" {watched.quick_deaths} times in a row" * (watched.quick_deaths > 1)
        self._say(
            f"{watched.program.name} (pid {process.pid}) ended{often}: {_ending(process)}; "
            f"starting it again in {delay} s (see {watched.program.log})"
        )

    def _start_again(self, watched: _Watched) -> None:
        watched.process = Process(watched.program)
        watched.started_at = time.monotonic()

    def _stop_together(self, processes: list[Process], seconds: float) -> None:
        for process in processes:
            process.ask_to_stop()
        deadline = time.monotonic() + seconds
        while any(process.is_running() for process in processes):
            if time.monotonic() >= deadline:
                break
            time.sleep(_PAUSE_SECONDS)
        for process in processes:
            if process.is_running():
                self._say(f"{process.program.name} did not stop in {seconds:g} s; killing it")
                process.kill()

    def _bury_orphans(self) -> None:
        """Reap what a dead master left to us, so that its numbers do not stay listed."""
        own = {each.process.pid for each in self._watched.values() if each.process is not None}
        while (ended := _ended_child()) is not None and ended not in own:
            os.waitpid(ended, 0)


def _ending(process: Process) -> str:
    code = process.exit_code() or 0
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _ended_child() -> int | None:
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return ended.si_pid if ended is not None else None
