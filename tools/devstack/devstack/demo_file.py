"""`demo.json`: where everything is and how to log in, for people's scripts and acceptance runs.

Its shape is a contract (mode 600). Only the list of process numbers changes while it runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.settings import Settings
from devstack.credentials import Credentials
from devstack.demo_content import DemoAgent, DemoStore
from devstack.environment import Addresses
from devstack.private_files import write_private_json
from devstack.services import places

Pids = Mapping[str, list[int]]


@dataclass(frozen=True)
class Demo:
    """Stores and people, with the secrets that open them."""

    stores: tuple[tuple[DemoStore, Credentials], ...]
    agents: tuple[tuple[DemoAgent, str], ...]

    def agent_stores(self, agent: DemoAgent) -> list[str]:
        """List the stores an agent sees: an administrator sees all."""
        every = [store.id for store, _ in self.stores]
        return every if agent.administrator else list(agent.stores)


class DemoFile:
    """Writes the file, whole, whenever a process was replaced."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self._path = path
        self._content = content
        self._written: Pids | None = None

    def write(self, pids: Pids) -> bool:
        """Write the file if the pids differ from those in it; tell whether it did."""
        if pids == self._written:
            return False
        write_private_json(self._path, {**self._content, "pids": pids})
        self._written = pids
        return True


def demo_file_content(settings: Settings, addresses: Addresses, demo: Demo) -> dict[str, Any]:
    """Form everything but the pids."""
    return {
        "ingress": settings.ingress_url,
        "catalog": settings.catalog_url,
        "console": settings.notifier_url,
        "simulator": settings.simulator_url,
        "worker_probes": [
            f"http://127.0.0.1:{place.port}" for place in places(settings) if place.is_worker
        ],
        "database_url": addresses.database_url,
        "migration_database_url": addresses.migration_database_url,
        "redis_url": addresses.redis_url,
        "stores": [_store(store, login, settings.base_url) for store, login in demo.stores],
        "agents": [_agent(agent, password, demo) for agent, password in demo.agents],
    }


def _store(store: DemoStore, credentials: Credentials, base_url: str) -> dict[str, Any]:
    return {
        "id": store.id,
        "name": store.name,
        "phone_number_id": credentials.phone_number_id,
        "app_secret": credentials.app_secret,
        "verify_token": credentials.verify_token,
        "products": [_product(product, base_url) for product in store.products],
    }


def _product(product: dict[str, Any], base_url: str) -> dict[str, Any]:
    image = next(iter(product.get("images", [])), None)
    url = base_url + image if image and image.startswith("/") else image
    return {"id": product["id"], "name": product["name"], "image_url": url}


def _agent(agent: DemoAgent, password: str, demo: Demo) -> dict[str, Any]:
    return {
        "email": agent.email,
        "password": password,
        "role": agent.role,
        "stores": demo.agent_stores(agent),
    }
