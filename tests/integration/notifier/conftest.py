"""The console served for real, with the real catalog behind it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from catalog.app import create_app as create_catalog
from common import message_templates
from common.database import Database
from common.events import Announcer
from common.message_templates import ListedTemplate
from common.queues import redis_client
from common.settings import Settings
from common.store_registration import StoreChange
from common.tokens import InternalTokens
from notifier.app import create_app
from notifier.parts import Parts, parts_of
from simulator.templates_demo import DEMO_TEMPLATES

from .stand import ORIGIN, PASSWORD, Browser, Shop

CAST = {
    "ana": ("store-1", "agent"),
    "beto": ("store-1", "agent"),
    "duena": ("store-1", "owner"),
    "carla": ("store-2", "agent"),
}


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash costs is asked in tests/unit/catalog/test_passwords.py; here it is only waited for."""
    monkeypatch.setattr("catalog.passwords._MEMORY_KIB", 8)
    monkeypatch.setattr("catalog.passwords._PASSES", 1)


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    running: list[tuple[BaseWSGIServer, threading.Thread]] = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shop(settings, stores) -> Iterator[Shop]:
    database = Database(settings.database_url)
    client = redis_client(settings.redis_url)
    announcer = Announcer(client)
    database.announce = announcer
    yield Shop(database, stores)
    announcer.close()
    database.close()
    client.close()


@pytest.fixture
def silent_shop(database, stores) -> Shop:
    """Its events are committed, and no hint tells of them."""
    return Shop(database, stores)


@pytest.fixture
def catalog_url(settings, two_stores, serve) -> Iterator[str]:
    app = create_catalog(settings)
    yield serve(app)
    app.extensions["catalog"].products._database.close()


@pytest.fixture
def ask_catalog(settings, catalog_url) -> Iterator[Callable[..., requests.Response]]:
    """Ask the catalog as the installation."""
    token = InternalTokens(settings.service_keys).issue("catalog")
    with requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {token}"

        def ask(method: str, path: str, content: object = None) -> requests.Response:
            answer = http.request(method, catalog_url + path, json=content, timeout=10)
            answer.raise_for_status()
            return answer

        yield ask


@pytest.fixture
def hire(ask_catalog) -> Callable[[str], str]:
    """Give one of the cast an account, once; returns the e-mail."""
    hired: set[str] = set()

    def hire_one(name: str) -> str:
        form = {"email": f"{name}@example.test", "name": name.title(), "password": PASSWORD}
        if name not in hired and name == "admin":
            ask_catalog("POST", "/agents", {**form, "administrator": True})
        elif name not in hired:
            store_id, role = CAST[name]
            ask_catalog("POST", f"/stores/{store_id}/agents", {**form, "role": role})
        hired.add(name)
        return form["email"]

    return hire_one


@pytest.fixture
def console_settings(settings, catalog_url) -> Settings:
    return replace(settings, catalog_url=catalog_url, console_origins=(ORIGIN,))


@pytest.fixture
def heartbeat_seconds() -> float:
    return 20.0


@pytest.fixture
def console_app(console_settings, heartbeat_seconds) -> Iterator[Flask]:
    app = create_app(console_settings, heartbeat_seconds)
    yield app
    parts_of(app).close()


@pytest.fixture
def parts(console_app) -> Parts:
    return parts_of(console_app)


@pytest.fixture
def console_url(console_app, serve) -> str:
    return serve(console_app)


@pytest.fixture
def browser(console_url) -> Iterator[Callable[[], Browser]]:
    opened: list[Browser] = []

    def open_one() -> Browser:
        opened.append(Browser(console_url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def logged_in(browser, hire) -> Callable[[str], Browser]:
    def log_in(name: str) -> Browser:
        one = browser()
        assert one.log_in(hire(name)).status_code == 200
        return one

    return log_in


@pytest.fixture
def ana(logged_in) -> Browser:
    return logged_in("ana")


@pytest.fixture
def carla(logged_in) -> Browser:
    """Serves the other store."""
    return logged_in("carla")


@pytest.fixture
def listed(database, registration, two_stores):
    """The demo's templates as a worker keeps them."""
    registration.change("store-1", StoreChange(waba_id="77"))
    claimed = message_templates.claim(database, 60.0, None)
    names = ("name", "language", "status", "category", "components")
    rows = [ListedTemplate(*(each[name] for name in names)) for each in DEMO_TEMPLATES]
    assert message_templates.keep(database, claimed, rows, "", 60.0, 3600.0)
