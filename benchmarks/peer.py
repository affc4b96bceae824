"""The other side: Express + BullMQ from `peer_bullmq/`, installed below build/ by npm."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from benchmarks.backlog import QUESTION, new_phones
from benchmarks.deliveries import Address
from benchmarks.errors import BenchError
from benchmarks.installation import Installation
from benchmarks.running_door import RunningDoor
from benchmarks.stores import APP_SECRET
from devstack.embedded import stop_process
from devstack.ports import free_port
from devstack.processes import Process, Program

_SOURCE = Path(__file__).with_name("peer_bullmq")
_OLDEST_NODE = 20
_READY_SECONDS = 20.0
_STOP_SECONDS = 3.0
_PAUSE_SECONDS = 0.02
# As peer_bullmq/settings.js has it, and as BullMQ names the list of what waits.
_REDIS_DATABASE, _WAITING = 1, "bull:messages:wait"
_TABLES = """
CREATE TABLE messages (
    wamid text PRIMARY KEY,
    phone text NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now());
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
        own = f"/{_REDIS_DATABASE}"
        self._redis_url = urlsplit(installation.settings.redis_url)._replace(path=own).geturl()
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
            connection.execute(_TABLES)

    def empty(self) -> None:
        """Forget every session and message; the queue goes with the FLUSHALL of our side."""
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute("TRUNCATE sessions, messages")
            connection.execute("ANALYZE sessions")

    def queued(self) -> list[str]:
        """List the wamids that wait in the queue."""
        with redis.Redis.from_url(self._redis_url) as client:
            return [job.decode() for job in client.lrange(_WAITING, 0, -1)]

    def inserted(self) -> list[str]:
        """List the wamids that the door put into PostgreSQL."""
        with psycopg.connect(self._database_url) as connection:
            return [wamid for (wamid,) in connection.execute("SELECT wamid FROM messages")]

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
    def door(self, keeping: str = "redis", processes: int = 1) -> Iterator[RunningDoor]:
        """Run the webhook; with `insert` a message is a row in PostgreSQL before it is a job."""
        port = free_port()
        arguments = (str(port), keeping, str(processes))
        with self._running("door", arguments, self._environment) as process:
            _wait_until_said(process, self._logs / "peer-door.log", processes)
            _wait_for_port(port)
            yield RunningDoor(Address("127.0.0.1", port, "/webhook"), process.pid, processes)

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


def _wait_until_said(process: Process, log: Path, times: int = 1) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while log.read_text(encoding="utf-8").count("ready") < times:
        if not process.is_running() or time.monotonic() > deadline:
            raise BenchError(f"The peer's {process.program.name} does not start; see {log}.")
        time.sleep(_PAUSE_SECONDS)


def _wait_for_port(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=_READY_SECONDS):
        return
