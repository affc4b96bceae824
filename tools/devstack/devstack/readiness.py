"""Waits until every service says on `/readyz` that it reaches all it needs."""

import time
from collections.abc import Callable

import requests

from devstack.errors import DevstackError
from devstack.logs import last_line
from devstack.processes import Program
from devstack.services import Place
from devstack.supervisor import Supervisor

_PATIENCE_SECONDS = 60.0
_ANSWER_SECONDS = 3
_PAUSE_SECONDS = 0.05
# A service that dies so often in a row will not come up by trying again.
_DEATHS = 4


def wait_until_ready(
    started: list[tuple[Place, Program]], supervisor: Supervisor, pause: Callable[[float], None]
) -> None:
    """Wait for all; raises DevstackError naming the first that does not come up, and why."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    for place, program in started:
        while (reason := _unready(place)) is not None:
            if supervisor.quick_deaths(place.name) >= _DEATHS:
                reason = last_line(program.log) or "it ends without a word"
                deadline = 0.0
            if time.monotonic() > deadline:
                raise DevstackError(
                    f"{place.name} does not come up on port {place.port}: {reason} "
                    f"(see {program.log})."
                )
            pause(_PAUSE_SECONDS)
            supervisor.tick()


def _unready(place: Place) -> str | None:
    """Ask once: None when ready, else what is missing."""
    try:
        response = requests.get(place.readiness_url, timeout=_ANSWER_SECONDS)
        if response.ok:
            return None
        return f"it misses {response.json()['missing']}"
    except requests.RequestException:
        return "it does not answer"
    except (ValueError, KeyError, TypeError):
        return "it answers what is no readiness"
