"""Processes that an earlier stack left running: found by a pid file, and stopped.

A pid alone proves nothing, since numbers are used again: a leftover is ours only when its
command line names our folder. Called with DATA_DIR claimed, so no living stack owns it.
"""

import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

_PATIENCE_SECONDS = 10
_PAUSE_SECONDS = 0.02
# The kernel tells the time of boot in whole seconds, which may be rounded otherwise next time.
_SAME_TIME_SECONDS = 3.0


def stop_leftover(pid_file: Path, mark: str, stop_signal: signal.Signals) -> None:
    """Stop the server a pid file names, if it runs and its command line holds the mark."""
    pid = _named_pid(pid_file)
    if pid is None or not psutil.pid_exists(pid):
        return
    process = _ours(pid, mark)
    if process is None:
        # Another program has the number now; the server itself would refuse to start.
        pid_file.unlink(missing_ok=True)
        return
    _stop(process, stop_signal)


def kill_recorded(recorded: Iterable[tuple[int, float]]) -> None:
    """Kill the processes noted as (pid, time of creation) that still are the same ones."""
    for pid, created in recorded:
        try:
            process = psutil.Process(pid)
            if abs(process.create_time() - created) < _SAME_TIME_SECONDS:
                process.kill()
                _has_ended(process)
        except psutil.Error:
            continue


def record_of(pids: Iterable[int]) -> list[tuple[int, float]]:
    """Note processes so that `kill_recorded` knows them again."""
    recorded = []
    for pid in pids:
        try:
            recorded.append((pid, psutil.Process(pid).create_time()))
        except psutil.Error:
            continue
    return recorded


def _named_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text(encoding="utf-8").split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _ours(pid: int, mark: str) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if mark in process.cmdline() else None
    except psutil.Error:
        return None


def _stop(process: psutil.Process, stop_signal: signal.Signals) -> None:
    try:
        process.send_signal(stop_signal)
        if not _has_ended(process):
            process.kill()
            _has_ended(process)
    except psutil.NoSuchProcess:
        return


def _has_ended(process: psutil.Process) -> bool:
    """Wait for the end; a zombie has ended, whenever its new parent may reap it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _is_gone(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _is_gone(process: psutil.Process) -> bool:
    """Tell whether it holds nothing any more: until its last thread ends it keeps its ports."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
    except psutil.NoSuchProcess:
        return True
