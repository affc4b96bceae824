"""The embedded PostgreSQL and Redis as one thing, for the stack and for tests.

`servers = embedded.start(folder)`, then `servers.database_url` and the like, and at the end
`servers.stop()`; or `with embedded.running(folder) as servers:`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from devstack.data_directory import DataDirectory
from devstack.errors import DevstackError
from devstack.logs import last_line
from devstack.ports import is_free
from devstack.postgres import PostgresServer
from devstack.postgres_roles import OWNER, SERVICE
from devstack.processes import Process, Program
from devstack.redis_server import RedisServer

_TRIES = 3
# Recovery after a crash replays the log of changes first, so the patience is long.
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_PAUSE_SECONDS = 0.02

Pause = Callable[[float], None]


class Server(Protocol):
    """An embedded server: says how to be run, whether it answers, and completes itself."""

    name: str
    log: Path

    @property
    def port(self) -> int: ...
    def program(self) -> Program: ...
    def is_ready(self) -> bool: ...
    def complete(self) -> None: ...


@dataclass
class Embedded:
    """Running servers; an address is empty when that server was not asked for."""

    database_url: str
    migration_database_url: str
    redis_url: str
    processes: tuple[Process, ...]
    _claim: ExitStack

    def stop(self) -> None:
        """Stop what runs, cleanly where it lets itself be, and give DATA_DIR back."""
        for process in reversed(self.processes):
            stop_process(process, _STOP_SECONDS)
        self._claim.close()


def start(data_dir: Path, *, postgres: bool = True, redis: bool = True) -> Embedded:
    """Claim the folder and start the servers below it; raises DevstackError."""
    directory = DataDirectory(data_dir.absolute())
    claim = ExitStack()
    claim.enter_context(directory.claimed())
    try:
        return start_claimed(directory, claim, postgres=postgres, redis=redis)
    except BaseException:
        claim.close()
        raise


@contextmanager
def running(data_dir: Path) -> Iterator[Embedded]:
    """Start both servers for as long as the block lasts."""
    servers = start(data_dir)
    try:
        yield servers
    finally:
        servers.stop()


def start_claimed(
    directory: DataDirectory,
    claim: ExitStack,
    *,
    postgres: bool,
    redis: bool,
    pause: Pause = time.sleep,
) -> Embedded:
    """Start the servers of a folder that the caller holds; `pause` may raise to give up."""
    database, doorbells = PostgresServer(directory), RedisServer(directory)
    wanted: list[Server] = [database] * postgres + [doorbells] * redis
    started: list[Process] = []
    try:
        started.extend(_started(server, pause) for server in wanted)
    except BaseException:
        for process in reversed(started):
            stop_process(process, _STOP_SECONDS)
        raise
    return Embedded(
        database_url=database.access.url(SERVICE) if postgres else "",
        migration_database_url=database.access.url(OWNER) if postgres else "",
        redis_url=doorbells.access.url if redis else "",
        processes=tuple(started),
        _claim=claim,
    )


def stop_process(process: Process, patience: float) -> None:
    """Ask a process to stop, and end it when its patience is over."""
    process.ask_to_stop()
    deadline = time.monotonic() + patience
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    process.kill()


def _started(server: Server, pause: Pause) -> Process:
    for _ in range(_TRIES):
        process = Process(server.program())
        try:
            if _answers(server, process, pause):
                server.complete()
                return process
        except BaseException:
            stop_process(process, _STOP_SECONDS)
            raise
        process.kill()
        # Somebody may take the port between its choice and the server's start: choose again.
        if is_free(server.port):
            break
    reason = last_line(server.log) or "it said nothing"
    raise DevstackError(f"The embedded {server.name} does not start: {reason} (see {server.log}).")


def _answers(server: Server, process: Process, pause: Pause) -> bool:
    deadline = time.monotonic() + _READY_SECONDS
    while process.is_running() and time.monotonic() < deadline:
        if server.is_ready():
            return True
        pause(_PAUSE_SECONDS)
    return False
