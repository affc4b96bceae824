"""Brings the tables up to date before any service starts, in a process of its own."""

import sys
from collections.abc import Callable, Mapping

from devstack.data_directory import DataDirectory
from devstack.errors import DevstackError
from devstack.logs import last_line
from devstack.processes import Process, Program

_PAUSE_SECONDS = 0.05


def migrate(
    directory: DataDirectory, environment: Mapping[str, str], pause: Callable[[float], None]
) -> None:
    """Migrate to the newest revision; raises DevstackError quoting what went wrong."""
    log = directory.logs / "migrations.log"
    program = Program(
        name="migrations",
        command=(sys.executable, "-m", "common.migrations", "upgrade", "head"),
        log=log,
        environment=environment,
    )
    process = Process(program)
    try:
        while process.is_running():
            pause(_PAUSE_SECONDS)
    finally:
        process.kill()
    if process.exit_code() != 0:
        raise DevstackError(f"The migration failed: {last_line(log)} (see {log}).")
