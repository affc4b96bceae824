"""Listens on Redis: which stores have something new, who is there, whose log-in ended.

Hints may be lost, repeated and late; nothing depends on them but speed (P8). After every
subscription, the first too, everything may have changed: `everything` says so.
"""

import json
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from common.events import topic
from notifier.presence import Presence, read_presence

_LOG = structlog.get_logger()
_EVERY_TOPIC = topic("*")
# Carries keys of log-ins that ended or changed: hashes, which open nothing.
REVOKED = "mostrador:revoked"
_MOST_AT_ONCE = 1_000
_HEALTH_SECONDS = 10
_CONNECT_SECONDS = 2.0


@dataclass(frozen=True)
class Typing:
    """Somebody writes in a room. Passes through, is never kept."""

    store_id: str
    session_id: str
    agent_id: str
    agent_name: str


@dataclass
class Heard:
    """What came in since the last look."""

    stores: set[str] = field(default_factory=set)
    typing: list[Typing] = field(default_factory=list)
    presence: list[Presence] = field(default_factory=list)
    log_ins: set[str] = field(default_factory=set)
    everything: bool = False


class Hints:
    """The subscription of one process. One thread waits; any may whisper or stop."""

    def __init__(self, url: str, publisher: "redis.Redis") -> None:
        self._publisher = publisher
        # A subscription waits without a limit; a dead line is found by the health check.
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_keepalive=True,
            health_check_interval=_HEALTH_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._subscription: Any = None
        self._is_down = False
        self._stopped = threading.Event()

    def wait(self, seconds: float) -> Heard:
        """Wait for hints, at most so long; while Redis is away, `everything` may have changed."""
        heard = Heard()
        try:
            message = self._subscribed().get_message(timeout=seconds)
            for _ in range(_MOST_AT_ONCE):
                if message is None:
                    break
                _hear(heard, message)
                message = self._subscribed().get_message(timeout=0)
        except redis.RedisError as error:
            self._lose(error)
            self._stopped.wait(seconds)
            return Heard(everything=True)
        return heard

    def whisper(self, typing: Typing) -> None:
        """Tell every process that somebody writes; lost when Redis is away."""
        try:
            self._publisher.publish(topic(typing.store_id), json.dumps({"typing": vars(typing)}))
        except redis.RedisError:
            _LOG.debug("whisper_lost", store=typing.store_id)

    def revoke(self, session_keys: Collection[str]) -> None:
        """Tell every process that log-ins ended or changed; lost when Redis is away."""
        try:
            for each in session_keys:
                self._publisher.publish(REVOKED, each)
        except redis.RedisError:
            _LOG.warning("revocation_hint_lost", log_ins=len(session_keys))

    def close(self) -> None:
        self._stopped.set()
        self._drop()
        self._client.close()

    def _subscribed(self) -> Any:
        if self._subscription is None:
            subscription = self._client.pubsub()  # type: ignore[no-untyped-call]
            subscription.subscribe(REVOKED)
            subscription.psubscribe(_EVERY_TOPIC)
            self._subscription = subscription
            if self._is_down:
                _LOG.info("hints_back")
            self._is_down = False
        return self._subscription

    def _lose(self, error: redis.RedisError) -> None:
        if not self._is_down:
            _LOG.warning("hints_lost", error_type=type(error).__name__)
        self._is_down = True
        self._drop()

    def _drop(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            subscription.close()


def _hear(heard: Heard, message: dict[str, Any]) -> None:
    if message["type"] == "psubscribe":
        heard.everything = True
    if message["type"] == "message":
        heard.log_ins.add(message["data"].decode(errors="replace"))
    if message["type"] != "pmessage":
        return
    store_id = message["channel"].decode().removeprefix(topic(""))
    whisper = _whisper(message["data"], store_id)
    if isinstance(whisper, Typing):
        heard.typing.append(whisper)
    elif isinstance(whisper, Presence):
        heard.presence.append(whisper)
    else:
        heard.stores.add(store_id)


def _whisper(content: bytes, store_id: str) -> Typing | Presence | None:
    """Read a whisper; None for a hint, whatever it looks like."""
    try:
        told = json.loads(content)
        if "presence" in told:
            return read_presence(store_id, told["presence"])
        typing = Typing(**told["typing"])
    except (ValueError, TypeError, KeyError):
        return None
    return typing if typing.store_id == store_id else None
