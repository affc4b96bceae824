"""Can we start at all: ports that are free, servers of the person's own that answer."""

import errno

import psycopg
import redis

from common.settings import Settings
from devstack.errors import DevstackError
from devstack.ports import refusal
from devstack.services import Place

_SECONDS = 5
_HIGHEST_PORT = 65_535


def check_ports(settings: Settings, listed: list[Place]) -> None:
    """Raise DevstackError naming the first port that cannot be had."""
    for place in listed:
        if not 0 < place.port <= _HIGHEST_PORT:
            raise DevstackError(f"PORT_BASE {settings.port_base} leaves no port for {place.name}.")
        refused = refusal(place.port, settings.bind_address)
        if refused is not None:
            raise DevstackError(_explained(place, refused, settings))


def check_database(name: str, url: str) -> None:
    """Raise DevstackError when PostgreSQL does not let us in; never quotes the address."""
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=_SECONDS).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise DevstackError(f"{name} cannot be reached: {reason}.") from error
    except psycopg.Error as error:
        raise DevstackError(f"{name} is not an address PostgreSQL understands.") from error


def check_redis(url: str) -> None:
    """Raise DevstackError when Redis does not let us in."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS)
    except ValueError as error:
        raise DevstackError("REDIS_URL is not an address Redis understands.") from error
    try:
        client.ping()
    except redis.RedisError as error:
        raise DevstackError(f"REDIS_URL cannot be reached: {error}") from error
    finally:
        client.close()


def _explained(place: Place, refused: int, settings: Settings) -> str:
    name, base = place.name, settings.port_base
    if refused == errno.EADDRINUSE:
        return (
            f"Port {place.port}, which {name} needs, is in use: stop the program that holds it, "
            f"or choose another PORT_BASE (now {base})."
        )
    if refused == errno.EACCES:
        return f"Port {place.port} ({name}) is for root only: raise PORT_BASE (now {base})."
    return f"{name} cannot listen on {settings.bind_address}:{place.port} (PORT_BASE {base})."
