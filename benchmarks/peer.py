"""The other side: Express + BullMQ from `peer_bullmq/`, installed below build/ by npm."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from benchmarks.backlog import QUESTION, new_phones
from benchmarks.errors import BenchError
from benchmarks.installation import Installation
from benchmarks.stores import APP_SECRET
from devstack.embedded import stop_process
from devstack.ports import free_port
from devstack.processes import Process, Program

_SOURCE = Path(__file__).with_name("peer_bullmq")
_OLDEST_NODE = 20
_READY_SECONDS = 20.0
_STOP_SECONDS = 3.0
_PAUSE_SECONDS = 0.02
_TABLE = """
CREATE TABLE sessions (
    phone text PRIMARY KEY,
    name text NOT NULL,
    last_text text NOT NULL,
    messages integer NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now())
"""


def why_no_peer() -> str:
    """Say in one sentence why the peer cannot run here; empty when it can."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return "There is no node with npm on PATH, so our figures stand without ratios."
    if (major := node_major(node)) < _OLDEST_NODE:
        return f"Node {major} is older than {_OLDEST_NODE}, so our figures stand without ratios."
    return ""


def node_major(node: str) -> int:
    told = subprocess.run((node, "--version"), capture_output=True, text=True, check=False)
    with suppress(ValueError):
        return int(told.stdout.strip().removeprefix("v").partition(".")[0])
    return 0


class Peer:
    """The installed peer; its processes run for as long as the blocks last."""

    def __init__(self, folder: Path, installation: Installation, graph_url: str) -> None:
        self._folder = folder / "peer"
        self._logs = folder
        self._database_url = installation.peer_database_url()
        self._environment = {
            "PATH": os.environ["PATH"],
            "NODE_ENV": "production",
            "PEER_REDIS_URL": installation.settings.redis_url,
            "PEER_DATABASE_URL": self._database_url,
            "PEER_GRAPH_URL": graph_url,
            "PEER_APP_SECRET": APP_SECRET,
        }

    def install(self) -> None:
        """Put the locked packages in place; raises BenchError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in _SOURCE.glob("*.js*"):
            shutil.copy(file, self._folder)
        # Not `npm ci`: it insists on optional packages of other systems, which a registry that
        # mirrors one system need not have. What the lock names is installed all the same.
        command = ("npm", "install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BenchError(f"npm could not install the peer: {done.stderr.strip()[-300:]}")
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute(_TABLE)

    def empty(self) -> None:
        """Forget every session; the queue goes with the FLUSHALL of our side."""
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute("TRUNCATE sessions")
            connection.execute("ANALYZE sessions")

    def fill(self, conversations: int, messages: int) -> None:
        """Add a backlog in bulk."""
        first = new_phones(conversations)[0]
        arguments = (first, str(conversations), str(messages), QUESTION)
        done = subprocess.run(
            ("node", "fill.js", *arguments),
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BenchError(f"The peer's queue could not be filled: {done.stderr[:300]}")

    @contextmanager
    def worker(self, concurrency: int, assistant_url: str = "") -> Iterator[int]:
        """Run one worker process; gives its pid."""
        environment = {**self._environment, "PEER_ASSISTANT_URL": assistant_url}
        with self._running("worker", (str(concurrency),), environment) as process:
            yield process.pid

    @contextmanager
    def door(self) -> Iterator[str]:
        """Run the webhook's process; gives its URL."""
        port = free_port()
        with self._running("door", (str(port),), self._environment):
            _wait_for_port(port)
            yield f"http://127.0.0.1:{port}/webhook"

    @contextmanager
    def _running(
        self, name: str, arguments: tuple[str, ...], environment: Mapping[str, str]
    ) -> Iterator[Process]:
        log = self._logs / f"peer-{name}.log"
        log.unlink(missing_ok=True)
        node = shutil.which("node") or "node"
        command = (node, str(self._folder / f"{name}.js"), *arguments)
        process = Process(Program(name, command, log, environment=environment))
        try:
            _wait_until_said(process, log)
            yield process
        finally:
            stop_process(process, _STOP_SECONDS)


def _wait_until_said(process: Process, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while "ready" not in log.read_text(encoding="utf-8"):
        if not process.is_running() or time.monotonic() > deadline:
            raise BenchError(f"The peer's {process.program.name} does not start; see {log}.")
        time.sleep(_PAUSE_SECONDS)


def _wait_for_port(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=_READY_SECONDS):
        return
