"""The connection to Redis, and the Dramatiq broker on top of it."""

import redis
from dramatiq.brokers.redis import RedisBroker

from common.errors import ConfigurationError

# The door answers Meta whether or not Redis does: each ring or hint may cost it this long.
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0


def redis_client(url: str) -> "redis.Redis":
    """Open a client with short time-outs; raises ConfigurationError without a URL."""
    if not url:
        raise ConfigurationError("REDIS_URL is not set.")
    return redis.Redis.from_url(
        url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_ANSWER_SECONDS
    )


def connect(client: "redis.Redis") -> RedisBroker:
    """Make a broker without middleware: attempts and time limits are ours, in SQL."""
    return RedisBroker(client=client, middleware=[])  # type: ignore[no-untyped-call]
