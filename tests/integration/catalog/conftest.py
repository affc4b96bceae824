"""The catalog over real PostgreSQL, and somebody who asks it with an internal token.

Here `store` and `other_store` are ids of stores registered by REST.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.app import create_app
from common.settings import Settings
from common.tokens import EVERY_STORE, InternalTokens

Ask = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash costs is asked in tests/unit/catalog/test_passwords.py; here it is only waited for."""
    monkeypatch.setattr("catalog.passwords._MEMORY_KIB", 8)
    monkeypatch.setattr("catalog.passwords._PASSES", 1)


@pytest.fixture
def catalog_settings(settings: Settings) -> Settings:
    return replace(settings, base_url="https://tienda.example/base")


@pytest.fixture
def new_catalog_app(catalog_settings: Settings) -> Iterator[Callable[[], Flask]]:
    """Build the application anew, as another process would."""
    built: list[Flask] = []

    def building() -> Flask:
        built.append(create_app(catalog_settings))
        return built[-1]

    yield building
    for app in built:
        app.extensions["catalog"].products._database.close()


@pytest.fixture
def catalog_app(new_catalog_app: Callable[[], Flask]) -> Flask:
    return new_catalog_app()


@pytest.fixture
def catalog_client(catalog_app: Flask) -> FlaskClient:
    return catalog_app.test_client()


@pytest.fixture
def tokens(catalog_settings: Settings) -> InternalTokens:
    return InternalTokens(catalog_settings.service_keys)


@pytest.fixture
def ask(catalog_client: FlaskClient, tokens: InternalTokens) -> Ask:
    """Ask one route with a token for every store, or for the store that is named."""

    def asking(method: str, path: str, body: Any = None, *, scope: str = EVERY_STORE) -> Any:
        headers = {"Authorization": f"Bearer {tokens.issue('catalog', scope)}"}
        return catalog_client.open(path, method=method, json=body, headers=headers)

    return asking


@pytest.fixture
def new_store(ask: Ask) -> Callable[..., str]:
    def registering(**values: Any) -> str:
        store_id = f"s-{uuid.uuid4().hex}"
        form = {"id": store_id, "name": "Tienda", "phone_number_id": new_number(), **values}
        assert ask("POST", "/stores", form).status_code == 201
        return store_id

    return registering


@pytest.fixture
def store(new_store: Callable[..., str]) -> str:
    return new_store()


@pytest.fixture
def other_store(new_store: Callable[..., str]) -> str:
    return new_store()


@pytest.fixture
def new_email() -> Callable[[], str]:
    return lambda: f"{uuid.uuid4().hex}@tienda.example"


@pytest.fixture
def phone_number_id() -> str:
    return new_number()


def new_number() -> str:
    return str(uuid.uuid4().int)[:15]
