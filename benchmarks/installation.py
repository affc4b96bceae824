"""Our side: the real installation in a folder of its own, as `make run` starts it.

Embedded PostgreSQL and Redis with production durability, real migrations, the door and the
catalog under gunicorn, workers as `python -m worker`, the notifier only for its row. No simulator.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import redis

from benchmarks.deliveries import Address
from benchmarks.running_door import RunningDoor, Variant
from common.settings import Settings
from common.tokens import InternalTokens
from devstack import embedded
from devstack.catalog_client import CatalogClient
from devstack.data_directory import DataDirectory
from devstack.embedded import Embedded
from devstack.environment import Addresses, owner_environment, service_environment
from devstack.keys import secrets_keys, service_keys
from devstack.migration import migrate
from devstack.ports import is_free
from devstack.postgres import PostgresAccess
from devstack.postgres_roles import SERVICE, SUPERUSER
from devstack.private_files import read_json
from devstack.processes import Program
from devstack.readiness import wait_until_ready
from devstack.secrets_file import SecretsFile
from devstack.services import Place, places, program_for
from devstack.supervisor import StopStage, Supervisor

_PEER_DATABASE = "peer"
_PASSWORD = "of-an-agent-of-a-bench"  # noqa: S105  # who logs in nowhere else
_PORTS = 20
_DOOR_OFFSET = 5  # a second door stands where no service of an installation does
_GRACE_SECONDS = 6.0
# What a benchmark leaves of another's settings would be measured.
_OWN = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "REDIS_HOST", "AI_BASE_URL")
_KEPT_TABLES = ("alembic_version", "stores")
# What the door fills; the rest is empty before anybody works.
_FILLED_TABLES = ("contacts", "contact_aliases", "conversation_heads", "conversations", "inbox")


class Installation:
    """One installation; `start` it, use it, and `stop` it whatever happened."""

    def __init__(self, folder: Path, graph_url: str) -> None:
        os.environ.update(_environment(folder, graph_url))
        for name in _OWN:
            os.environ.pop(name, None)
        self.settings = Settings.from_environment()
        self._directory = DataDirectory(self.settings.data_dir)
        self._running = ExitStack()

    def start(self) -> None:
        """Start everything but workers; raises DevstackError."""
        servers = embedded.start(self.settings.data_dir)
        self._running.callback(servers.stop)
        self.server_pids = {each.program.name: each.pid for each in servers.processes}
        secrets = SecretsFile(self._directory.secrets)
        sealing = secrets_keys(self.settings, secrets)
        self._note(servers, sealing)
        addresses = Addresses(
            servers.database_url, servers.migration_database_url, servers.redis_url
        )
        signing = service_keys(self.settings, secrets)
        self.environment = service_environment(self.settings, addresses, sealing, signing)
        migrate(self._directory, owner_environment(self.environment, addresses), time.sleep)
        http = [each for each in places(self.settings) if each.role in ("catalog", "ingress")]
        self.service_pids = self._running.enter_context(self._started(http, self.environment))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def workers(self, processes: int, environment: Mapping[str, str]) -> Iterator[tuple[int, ...]]:
        """Run worker processes for as long as the block lasts; gives their pids."""
        wanted = [
            Place(f"worker-{index}", "worker", self.settings.port(10 + index))
            for index in range(processes)
        ]
        with self._started(wanted, {**self.environment, **environment}) as pids:
            yield tuple(pids["worker"])

    @contextmanager
    def door(self, variant: Variant) -> Iterator[RunningDoor]:
        """Run one more door for as long as the block lasts, started as the variant says."""
        base = self.settings.port_base + _DOOR_OFFSET
        place = Place("door", "ingress", base + 1)
        environment = {**self.environment, "PORT_BASE": str(base), **variant.environment}
        shipped = program_for(place, environment, self._directory.logs)
        with self._supervised([(place, variant.applied_to(shipped))]) as pids:
            address = Address("127.0.0.1", place.port, "/webhooks/{store}")
            leader, *others = pids["ingress"]
            yield RunningDoor(address, leader, len(others))

    @contextmanager
    def notifier(self, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
        """Run a console for as long as the block lasts; gives gunicorn's pid and the port."""
        place = next(each for each in places(self.settings) if each.role == "notifier")
        origin = {"CONSOLE_ORIGINS": f"http://127.0.0.1:{place.port}"}
        with self._started([place], {**self.environment, **origin, **environment}) as pids:
            yield pids["notifier"][0], place.port

    def hire(self, store_id: str) -> dict[str, Any]:
        """Give a store an agent; returns the account as a log-in keeps it."""
        tokens = InternalTokens(tuple(self.environment["SERVICE_KEYS"].split(",")))
        catalog = CatalogClient(self.environment["CATALOG_URL"], tokens)
        email = f"agent@{store_id}.example"
        form = {"email": email, "name": "Ana", "password": _PASSWORD, "role": "agent"}
        catalog.post_new(f"/stores/{store_id}/agents", form)
        (agent,) = catalog.get(f"/stores/{store_id}/agents")["agents"]
        account: dict[str, Any] = catalog.get(f"/agents/{agent['id']}")
        return account

    def kept(self, kind: str = "message") -> list[str]:
        """List the ids of what the inbox holds, from every store."""
        with psycopg.connect(self.owner_url) as connection:
            rows = connection.execute("SELECT event_id FROM inbox WHERE kind = %s", (kind,))
            return [event_id for (event_id,) in rows]

    def empty(self) -> None:
        """Forget every conversation and every doorbell; the stores stay."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            names = [name for (name,) in found if name not in _KEPT_TABLES]
            connection.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        with redis.Redis.from_url(self.settings.redis_url) as client:
            client.flushall()

    def analyze(self) -> None:
        """Let the planner know the rows, as autovacuum does within a minute.

        Like autovacuum it leaves empty tables alone: the planner would take them for empty.
        """
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(f"ANALYZE {', '.join(_FILLED_TABLES)}")

    def pending(self, kind: str = "message") -> int:
        """Count the messages that have not reached their end."""
        with psycopg.connect(self.owner_url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM inbox WHERE state = 'pending' AND kind = %s", (kind,)
            ).fetchone()
        return int(row[0]) if row else 0

    def outcomes(self, kind: str = "message") -> dict[str, int]:
        """Count messages by how they ended."""
        with psycopg.connect(self.owner_url) as connection:
            rows = connection.execute(
                "SELECT state || ' ' || outcome, count(*) FROM inbox WHERE kind = %s GROUP BY 1",
                (kind,),
            ).fetchall()
        return dict(rows)

    def stores_by_phone(self) -> dict[str, str]:
        """Tell which store each customer wrote to; in a benchmark nobody writes to two."""
        with psycopg.connect(self.owner_url) as connection:
            return dict(connection.execute("SELECT phone, store_id FROM contacts").fetchall())

    def peer_database_url(self) -> str:
        """Make a database for the peer on the same server, and say where it is."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_PEER_DATABASE}")
            connection.execute(f"CREATE DATABASE {_PEER_DATABASE} OWNER {SERVICE}")
        return self._access.url(SERVICE, _PEER_DATABASE)

    def _note(self, servers: Embedded, sealing: tuple[str, ...]) -> None:
        self.settings = replace(
            self.settings,
            database_url=servers.database_url,
            migration_database_url=servers.migration_database_url,
            redis_url=servers.redis_url,
            secrets_keys=sealing,
        )
        stored = read_json(self._directory.postgres_access) or {}
        self._access = PostgresAccess(**stored)
        self.owner_url = servers.migration_database_url
        self.superuser_url = self._access.url(SUPERUSER, "postgres")

    @contextmanager
    def _started(
        self, wanted: list[Place], environment: Mapping[str, str]
    ) -> Iterator[dict[str, list[int]]]:
        logs = self._directory.logs
        programs = [(place, program_for(place, environment, logs)) for place in wanted]
        with self._supervised(programs) as pids:
            yield pids

    @contextmanager
    def _supervised(self, wanted: list[tuple[Place, Program]]) -> Iterator[dict[str, list[int]]]:
        supervisor = Supervisor(print)
        try:
            for _, program in wanted:
                supervisor.start(program)
            wait_until_ready(wanted, supervisor, time.sleep)
            yield supervisor.pids()
        finally:
            roles = tuple({place.role for place, _ in wanted})
            supervisor.stop((StopStage(roles, _GRACE_SECONDS),))


def _environment(folder: Path, graph_url: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "PORT_BASE": str(_free_port_base()),
        "GRAPH_API_URL": graph_url,
        "HOLD_BACK_MS": "0",
        "LOG_LEVEL": "INFO",
    }


def _free_port_base() -> int:
    for base in range(21_000 + os.getpid() % 300 * _PORTS, 31_000, _PORTS):
        if all(is_free(base + offset) for offset in range(1, _PORTS)):
            return base
    raise OSError("no free ports")
