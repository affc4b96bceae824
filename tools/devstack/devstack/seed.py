"""Seeds the demo through the catalog's REST, as an outsider would.

What is there is left alone: a second start never takes back what a person changed. The file
`seeded.json` remembers what was finished, so that a start cut short is completed next time, and
which store has a person's own credentials, so that it gets its made-up ones back without them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from devstack.catalog_client import CatalogClient
from devstack.credentials import Credentials
from devstack.demo_content import DemoAgent, DemoStore
from devstack.private_files import read_json, write_private_json

Warn = Callable[[str], None]


class Seeding:
    """One seeding: which stores and people are finished, and the catalog to fill."""

    def __init__(self, catalog: CatalogClient, remembered: Path, warn: Warn) -> None:
        self._catalog = catalog
        self._remembered = remembered
        self._finished: set[str] = set(read_json(remembered) or [])
        self._warn = warn
        self._is_fresh = False  # a database that lost its stores lost its people too

    def store(self, store: DemoStore, credentials: Credentials) -> None:
        """Make a store with all it sells; an existing one gets only a person's own credentials."""
        path = f"/stores/{store.id}"
        if store.id in self._finished and self._catalog.exists(path):
            self._renew_credentials(store.id, path, credentials)
            return
        self._is_fresh = True
        self._catalog.put(path, _store_body(store, credentials))
        for product in store.products:
            self._catalog.put(f"{path}/products/{product['id']}", product)
        for article in store.knowledge:
            self._catalog.put(f"{path}/knowledge/{article['id']}", article)
        self._remember(store.id, *([_own(store.id)] if credentials.own else []))

    def agent(self, agent: DemoAgent, password: str) -> None:
        """Make a person with their role in each of their stores."""
        if agent.email in self._finished and not self._is_fresh:
            return
        login = {"email": agent.email, "name": agent.name, "password": password}
        if agent.administrator:
            self._catalog.post_new("/agents", {**login, "administrator": True})
        for store_id in agent.stores:
            self._join(store_id, agent, login)
        if not self._catalog.accepts_password(agent.email, password):
            self._warn(f"{agent.email} was there already, with a password this DATA_DIR never had")
        self._remember(agent.email)

    def _join(self, store_id: str, agent: DemoAgent, login: dict[str, str]) -> None:
        """Let a person serve a store; an account there is already gets our password."""
        path = f"/stores/{store_id}/agents"
        body = {**login, "role": agent.role}
        is_new = self._catalog.post_new(path, body)
        if is_new and self._catalog.accepts_password(agent.email, login["password"]):
            return
        for known in self._catalog.get(path)["agents"]:
            if known["email"] == agent.email:
                self._catalog.put(f"{path}/{known['id']}", body)

    def _renew_credentials(self, store_id: str, path: str, credentials: Credentials) -> None:
        """Hand over a person's own, which the catalog compares whole, or take them back."""
        if not credentials.own and _own(store_id) not in self._finished:
            return
        body = _credentials_body(credentials)
        if self._catalog.get(path)["phone_number_id"] == credentials.phone_number_id:
            del body["waba_id"]  # a person may have named the account since
        self._catalog.patch(path, body)
        self._remember(_own(store_id), holds=credentials.own)

    def _remember(self, *facts: str, holds: bool = True) -> None:
        self._finished = self._finished | set(facts) if holds else self._finished - set(facts)
        write_private_json(self._remembered, sorted(self._finished))


def _own(store_id: str) -> str:
    """Name the fact that a store has a person's own credentials."""
    return f"own credentials of {store_id}"


def _store_body(store: DemoStore, credentials: Credentials) -> dict[str, Any]:
    return {
        "name": store.name,
        "status": "active",
        "settings": store.settings,
        **_credentials_body(credentials),
    }


def _credentials_body(credentials: Credentials) -> dict[str, str]:
    return {
        "phone_number_id": credentials.phone_number_id,
        "waba_id": credentials.waba_id,
        "access_token": credentials.access_token,
        "app_secret": credentials.app_secret,
        "verify_token": credentials.verify_token,
    }
