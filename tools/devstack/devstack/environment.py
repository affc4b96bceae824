"""The environment that services are started with: this process's own, made complete.

The one other place beside `common.settings` that touches the environment, because what a
person has set must be told apart from a default, and handed on.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from common.settings import Settings


@dataclass(frozen=True)
class Addresses:
    """Where the database and Redis are, embedded or the person's own."""

    database_url: str
    migration_database_url: str
    redis_url: str


def service_environment(
    settings: Settings,
    addresses: Addresses,
    secrets_keys: tuple[str, ...],
    service_keys: tuple[str, ...],
) -> dict[str, str]:
    """Form what every service gets; the owner of the tables is kept from them."""
    environment = dict(os.environ)
    environment.pop("MIGRATION_DATABASE_URL", None)
    environment.setdefault("GRAPH_API_URL", settings.simulator_url)
    # Everything is stopped within 20 s here: a worker hands back what it cannot finish.
    environment.setdefault("WORKER_GRACE_SECONDS", "8")
    return environment | {
        "DATA_DIR": str(settings.data_dir),
        "PORT_BASE": str(settings.port_base),
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "BASE_URL": settings.base_url,
        "INGRESS_URL": settings.ingress_url,
        "CATALOG_URL": settings.catalog_url,
        "NOTIFIER_URL": settings.notifier_url,
        "SIMULATOR_URL": settings.simulator_url,
        "SECRETS_KEYS": ",".join(secrets_keys),
        "SERVICE_KEYS": ",".join(service_keys),
        "PYTHONUNBUFFERED": "1",
    }


def server_environment(addresses: Addresses) -> dict[str, str]:
    """Form what a command gets that only wants the servers."""
    return dict(os.environ) | {
        "DATABASE_URL": addresses.database_url,
        "MIGRATION_DATABASE_URL": addresses.migration_database_url,
        "REDIS_URL": addresses.redis_url,
    }


def owner_environment(environment: Mapping[str, str], addresses: Addresses) -> dict[str, str]:
    """Add what migrations need."""
    return {**environment, "MIGRATION_DATABASE_URL": addresses.migration_database_url}
