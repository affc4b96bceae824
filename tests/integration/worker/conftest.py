"""Starts the real door, catalog, simulator and worker around one test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
import requests

from catalog.app import create_app as create_catalog
from common.database import Database
from common.settings import Settings
from common.store_registration import StoreChange, StoreRegistration
from common.stores import Store
from common.tokens import InternalTokens
from ingress.app import create_app as create_ingress
from simulator.app import create_app as create_simulator
from simulator.box import box_of
from tests.asgi_caller import AsgiCaller
from tests.ports import free_port
from worker.wiring import build

from .system import ChatEndpoint, Served, System

PRODUCTS = {
    "store-1": {"id": "cafe-huila", "name": "Café del Huila", "price": "45000.00"},
    "store-2": {"id": "helecho", "name": "Helecho de Boston", "price": "38000.00"},
}


@pytest.fixture(autouse=True)
def hasty_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stops a worker, and waits for its idle threads to hear of it."""
    monkeypatch.setattr("worker.wiring._THREAD_WAKES_MS", 20)
    monkeypatch.setattr("catalog.passwords._MEMORY_KIB", 8)


@pytest.fixture
def system(
    settings: Settings, two_stores: tuple[Store, Store], database: Database
) -> Iterator[System]:
    """A whole installation whose AI says what the test tells it to."""
    with ExitStack() as running:
        yield start(settings, database, running, ChatEndpoint())


@pytest.fixture
def change_store(registration: StoreRegistration, stores) -> Callable[..., None]:
    def change(store_id: str, **settings: object) -> None:
        registration.change(store_id, StoreChange(settings={"hold_back_ms": 0} | settings))
        stores.forget(store_id)

    return change


def start(settings: Settings, database: Database, running: ExitStack, chat: ChatEndpoint) -> System:
    def serve(app, port: int = 0) -> str:
        served = Served(app, port)
        running.callback(served.stop)
        return served.url

    catalog_port, simulator_port = free_port(), free_port()
    base = {
        "catalog_url": f"http://127.0.0.1:{catalog_port}",
        "base_url": f"http://127.0.0.1:{catalog_port}",
        "graph_api_url": f"http://127.0.0.1:{simulator_port}",
        "ai_base_url": serve(chat.app()) + "/v1",
        "port_base": free_port() - 10,
        "unknown_seconds": 2,
        "sweep_seconds": 0.5,
        "worker_threads": 4,
    }
    settings = replace(settings, **base)
    door = AsgiCaller(create_ingress(settings))
    running.callback(door.close)
    settings = replace(settings, ingress_url=serve(door.as_wsgi))
    serve(create_catalog(settings), catalog_port)
    simulator = create_simulator(settings)
    running.callback(box_of(simulator).close)
    url = serve(simulator, simulator_port)
    _introduce(url, settings)
    machinery = build(settings)
    machinery.start()
    running.callback(machinery.stop, 10.0)
    return System(settings, database, url, chat)


def _introduce(simulator: str, settings: Settings) -> None:
    """Tell the simulator of the stores, and the catalog of their goods."""
    tokens = InternalTokens(settings.service_keys)
    for number, (store_id, product) in enumerate(PRODUCTS.items(), start=1):
        known = {
            "phone_number_id": f"10000000000000{number}",
            "app_secret": f"app-secret-of-store-{number}",
        }
        requests.put(f"{simulator}/sim/stores/{store_id}", json=known, timeout=5).raise_for_status()
        answer = requests.post(
            f"{settings.catalog_url}/stores/{store_id}/products",
            json=product | {"images": [f"/static/pictures/{product['id']}.jpg"]},
            headers={"Authorization": f"Bearer {tokens.issue('catalog')}"},
            timeout=5,
        )
        assert answer.ok, answer.text
