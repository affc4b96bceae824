"""The whole of Mostrador on one machine, from empty folder to `ready`, and back down.

The order: leftovers away, ports free, servers up, tables migrated, services started and
ready, demo seeded, demo file written. Whatever step fails, what was started is stopped.
"""

from collections.abc import Mapping
from contextlib import ExitStack

from common.settings import Settings
from common.tokens import InternalTokens
from devstack import embedded
from devstack.announcement import announce, say
from devstack.data_directory import DataDirectory
from devstack.demo_file import DemoFile, demo_file_content
from devstack.demo_seeding import demo_of, seed
from devstack.environment import Addresses, owner_environment, service_environment
from devstack.errors import StopRequestedError
from devstack.keys import secrets_keys, service_keys
from devstack.leftovers import kill_recorded, record_of
from devstack.migration import migrate
from devstack.private_files import read_json, write_private_json
from devstack.reachability import check_database, check_ports, check_redis
from devstack.readiness import wait_until_ready
from devstack.secrets_file import SecretsFile
from devstack.services import STOP_STAGES, places, program_for
from devstack.stop_signals import StopSignals
from devstack.supervisor import Supervisor

# How soon a replaced gunicorn worker shows in the demo file; a dead child wakes us at once.
_LOOK_SECONDS = 0.3


class Stack:
    """One run of everything; `signals` ends it."""

    def __init__(self, settings: Settings, signals: StopSignals) -> None:
        self._settings = settings
        self._signals = signals
        self._directory = DataDirectory(settings.data_dir)
        self._supervisor = Supervisor(say)
        self._demo_file: DemoFile | None = None

    def run(self) -> None:
        """Start, say `ready`, watch until a signal comes, stop; raises DevstackError."""
        with ExitStack() as claim:
            claim.enter_context(self._directory.claimed())
            try:
                self._start(claim)
                self._watch()
            except StopRequestedError:
                pass
            finally:
                self._stop()

    def _stop(self) -> None:
        if self._supervisor.pids():
            say("stopping")
            self._supervisor.stop(STOP_STAGES)
            self._note_processes()
            say("stopped")

    def _start(self, claim: ExitStack) -> None:
        settings, directory = self._settings, self._directory
        kill_recorded(read_json(directory.running) or [])
        check_ports(settings, places(settings))
        secrets = SecretsFile(directory.secrets)
        sealing, signing = secrets_keys(settings, secrets), service_keys(settings, secrets)
        addresses = self._start_servers(claim)
        environment = service_environment(settings, addresses, sealing, signing)
        say("migrating the database")
        migrate(directory, owner_environment(environment, addresses), self._signals.pause)
        demo = demo_of(settings, secrets)
        # Before the services: a worker that goes on where it was meets a simulator that knows
        # the stores.
        content = demo_file_content(settings, addresses, demo)
        self._demo_file = DemoFile(directory.demo, content)
        self._start_services(environment)
        say("seeding the demo")
        seed(demo, settings.catalog_url, InternalTokens(signing), directory.seeded, say)
        self._signals.pause(0)
        self._note_processes()
        announce(settings, demo)
        say("ready")

    def _start_servers(self, claim: ExitStack) -> Addresses:
        """Start what no address was given for; raises DevstackError if a given one fails."""
        settings = self._settings
        if settings.database_url:
            check_database("DATABASE_URL", settings.database_url)
            check_database("MIGRATION_DATABASE_URL", settings.migration_database_url)
        if settings.redis_url:
            check_redis(settings.redis_url)
        say("starting the embedded servers")
        servers = embedded.start_claimed(
            self._directory,
            claim,
            postgres=not settings.database_url,
            redis=not settings.redis_url,
            pause=self._signals.pause,
        )
        for process in servers.processes:
            self._supervisor.adopt(process)
        return Addresses(
            database_url=settings.database_url or servers.database_url,
            migration_database_url=servers.migration_database_url
            or settings.migration_database_url,
            redis_url=settings.redis_url or servers.redis_url,
        )

    def _start_services(self, environment: Mapping[str, str]) -> None:
        say("starting the services")
        self._note_processes()
        started = []
        for place in places(self._settings):
            program = program_for(place, environment, self._directory.logs)
            self._supervisor.start(program)
            started.append((place, program))
        self._note_processes()
        wait_until_ready(started, self._supervisor, self._signals.pause)

    def _watch(self) -> None:
        while not self._signals.requested:
            self._signals.wait(_LOOK_SECONDS)
            self._supervisor.tick()
            self._note_processes()

    def _note_processes(self) -> None:
        """Note what runs: in the demo file, and for the start after a `kill -9` of us."""
        if self._demo_file is None:
            return
        roles = [place.role for place in places(self._settings)]
        pids: dict[str, list[int]] = {role: [] for role in roles} | self._supervisor.pids()
        if self._demo_file.write(pids):
            every = [pid for listed in pids.values() for pid in listed]
            write_private_json(self._directory.running, record_of(every))
