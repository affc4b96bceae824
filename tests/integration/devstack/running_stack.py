"""`python -m devstack run` as a person starts it, with stand-ins for the services."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.ports import free_port_base

STAND_INS = Path(__file__).with_name("stand_ins")
PATIENCE_SECONDS = 40.0
_OWN_NAMES = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "REDIS_HOST", "CI")


class RunningStack:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port_base = free_port_base()
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._seen: set[psutil.Process] = set()

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _OWN_NAMES}
        return kept | {
            "PYTHONPATH": str(STAND_INS),
            "DATA_DIR": str(self.data_dir),
            "PORT_BASE": str(self.port_base),
            **changes,
        }

    def start(self, command: tuple[str, ...] = (), **changes: str) -> None:
        self._close()
        self.lines = []
        self._process = subprocess.Popen(
            command or (sys.executable, "-m", "devstack", "run"),
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read_lines, args=(self._process,), daemon=True).start()

    def wait_for_line(self, line: str) -> None:
        wait_until(lambda: line in self.lines or self.process.poll() is not None, line)
        assert line in self.lines, self.complaint()
        self.remember()

    def complaint(self) -> str:
        """Wait for the end and give what was said on stderr."""
        assert self.process.stderr is not None
        self.process.wait(PATIENCE_SECONDS)
        return self.process.stderr.read()

    def demo(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data_dir / "demo.json").read_text())
        return content

    def pids(self, role: str) -> list[int]:
        pids: list[int] = self.demo()["pids"][role]
        return pids

    def remember(self) -> list[psutil.Process]:
        """Note every process of the stack, to see later that none is left."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        self._seen.update(found)
        return found

    def survivors(self) -> list[psutil.Process]:
        return [each for each in self._seen if is_alive(each)]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Signal the whole process group, as a terminal does, and give the exit code."""
        self.remember()
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.remember()
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
        self._close()
        for each in self.survivors():
            each.kill()

    def _close(self) -> None:
        if self._process is not None and self._process.stderr is not None:
            self._process.stderr.close()

    def _read_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as stdout:
            for line in stdout:
                self.lines.append(line.rstrip("\n"))


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
