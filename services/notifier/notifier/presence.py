"""Who is looking at which conversation, across processes.

Kept in Redis alone, for so long as somebody says so again: a process that dies is forgotten
within a minute. Lost with Redis, and nothing but a line on a screen is lost with it (P8).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from uuid import uuid4

import redis
import structlog

from common.circuit import Circuit
from common.events import topic
from notifier.agents import Agent

_LOG = structlog.get_logger()

LIFE_SECONDS = 45.0  # two heartbeats, and a bit
# A page has one conversation open; more of one socket's rooms are heard and not looked at.
MOST_OF_A_SOCKET = 3
_MOST_TOLD = 20


@dataclass(frozen=True)
class Presence:
    """Those who look at a session now; each agent once, however many screens they have."""

    store_id: str
    session_id: str
    agents: tuple[tuple[str, str], ...]  # id and name


class Viewers:
    """Keeps who looks at what. Never raises, and never waits long for a Redis that is away."""

    def __init__(self, client: "redis.Redis", life_seconds: float = LIFE_SECONDS) -> None:
        self._script = client.register_script(_source())
        self._life_ms = int(life_seconds * 1000)
        self._circuit = Circuit()

    def stay(self, store_id: str, session_id: str, member: str) -> None:
        """Count a socket as looking, for a while; everybody there hears of a new one."""
        self._say("stay", store_id, session_id, member)

    def leave(self, store_id: str, session_id: str, member: str) -> None:
        self._say("leave", store_id, session_id, member)

    def _say(self, verb: str, store_id: str, session_id: str, member: str) -> None:
        if self._circuit.is_open:
            return
        key = f"mostrador:viewing:{store_id}:{session_id}"
        told = (topic(store_id), session_id, _MOST_TOLD)
        try:
            self._script(keys=[key], args=[verb, member, self._life_ms, *told])
        except redis.RedisError:
            self._circuit.trip()
            _LOG.debug("presence_lost", store=store_id)


@dataclass
class Viewing:
    """What one socket looks at: a few sessions at most, said again at each heartbeat."""

    viewers: Viewers
    agent: Agent
    _key: str = field(default_factory=lambda: uuid4().hex)
    _sessions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def _member(self) -> str:
        return json.dumps([self.agent.id, self.agent.name, self._key])

    def begin(self, store_id: str, session_ids: Iterable[str]) -> None:
        """Look at sessions too; beyond a few they are not counted."""
        for each in session_ids:
            place = (store_id, each)
            if place not in self._sessions and len(self._sessions) < MOST_OF_A_SOCKET:
                self._sessions.append(place)
                self.viewers.stay(*place, self._member)

    def end(self, store_id: str, session_id: str) -> None:
        if (place := (store_id, session_id)) in self._sessions:
            self._sessions.remove(place)
            self.viewers.leave(*place, self._member)

    def end_all(self) -> None:
        for place in tuple(self._sessions):
            self.end(*place)

    def go_on(self) -> None:
        """Say that it is so still."""
        for place in self._sessions:
            self.viewers.stay(*place, self._member)


def read_presence(store_id: str, told: object) -> Presence | None:
    """Read what the script published; None for anything else."""
    if not isinstance(told, dict) or not isinstance(told.get("session_id"), str):
        return None
    members: Sequence[str] = told.get("viewers") or ()
    try:
        read = [json.loads(each) for each in members]
        agents = {str(agent_id): str(name) for agent_id, name, _ in read}
    except (ValueError, TypeError):
        return None
    return Presence(store_id, told["session_id"], tuple(sorted(agents.items())))


@cache
def _source() -> str:
    return files("notifier").joinpath("lua/viewing.lua").read_text()
