"""Which programs make up Mostrador on one machine, in the order they start and stop."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common.settings import Settings
from devstack.processes import Program
from devstack.supervisor import StopStage

_PROBE_OFFSET = 10
_WORKER = "worker"
_HTTP_ROLES = ("ingress", "catalog", "notifier", "simulator")

# Together under the 20 s that a stop may take. Workers first: their turns need the rest.
STOP_STAGES = (
    StopStage((_WORKER,), 10.0),
    StopStage(_HTTP_ROLES, 4.0),
    StopStage(("redis",), 2.0),
    StopStage(("postgres",), 3.0),
)


@dataclass(frozen=True)
class Place:
    """One process to start: its name, its role and the port it listens on."""

    name: str
    role: str
    port: int

    @property
    def is_worker(self) -> bool:
        return self.role == _WORKER

    @property
    def readiness_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/readyz"


def places(settings: Settings) -> list[Place]:
    """List what is started: the catalog first, since the others ask it."""
    http = [
        Place(role, role, settings.port(_HTTP_ROLES.index(role) + 1))
        for role in ("catalog", "ingress", "notifier", "simulator")
    ]
    workers = [
        Place(f"worker-{index}", _WORKER, settings.port(_PROBE_OFFSET + index))
        for index in range(settings.worker_processes)
    ]
    return http + workers


def program_for(place: Place, environment: Mapping[str, str], logs: Path) -> Program:
    """Say how a place's process is run."""
    log = logs / f"{place.name}.log"
    command: tuple[str, ...]
    if place.is_worker:
        index = place.name.removeprefix(f"{_WORKER}-")
        command, environment = ("-m", "worker"), {**environment, "WORKER_INDEX": index}
    else:
        configuration = f"python:{place.role}.gunicorn_config"
        served = "asgi" if place.role == "ingress" else "wsgi"
        command = ("-m", "gunicorn", "-c", configuration, f"{place.role}.{served}:app")
    return Program(
        name=place.name,
        role=place.role,
        command=(sys.executable, *command),
        log=log,
        environment=environment,
    )
