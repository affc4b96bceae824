"""Real servers for every test that wants them; a fresh installation for each test."""

import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine, create_engine, text

from common.database import Database, sqlalchemy_url
from common.migrations.__main__ import migrate
from common.sealing import Keyring
from common.settings import Settings
from common.store_registration import StoreChange, StoreRegistration
from common.stores import Store, Stores
from devstack import embedded
from devstack.embedded import Embedded

from .two_at_once import ByFolder, a_turn

# Rows are few: deleting them takes 3 ms where TRUNCATE takes 150, for every test there is.
_EMPTY = text(
    """
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
            ORDER BY tablename <> 'stores'  -- what belongs to a store goes with it
        LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    END $$
    """
)
# No test ends this PostgreSQL by force, so its commits need not wait for the disk.
_HURRY = text("ALTER DATABASE mostrador SET synchronous_commit = off")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFolder:
    return ByFolder(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test that measures while no other runs; waiting for that is not counted as its time."""
    with a_turn(alone=item.get_closest_marker("measures") is not None):
        return (yield)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    folder: Path = tmp_path_factory.mktemp("servers")
    with embedded.running(folder) as running:
        migrate(_settings(running, folder), "upgrade", "head")
        yield running


@pytest.fixture(scope="session")
def owner(servers: Embedded) -> Iterator[Engine]:
    """The tables' owner, who sees every row."""
    engine = create_engine(sqlalchemy_url(servers.migration_database_url))
    with engine.begin() as connection:
        connection.execute(_HURRY)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(servers: Embedded, owner: Engine, tmp_path: Path) -> Iterator[Settings]:
    with installation(servers, owner, tmp_path) as fresh:
        yield fresh


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def redis_url(settings: Settings) -> str:
    return settings.redis_url


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.secrets_keys)


@pytest.fixture
def stores(settings: Settings, database: Database, keyring: Keyring) -> Stores:
    return Stores(database, keyring, settings)


@pytest.fixture
def registration(database: Database, keyring: Keyring) -> StoreRegistration:
    return StoreRegistration(database, keyring)


@pytest.fixture
def two_stores(registration: StoreRegistration, stores: Stores) -> tuple[Store, Store]:
    """Two tenants that must never meet."""
    for number in (1, 2):
        registration.register(f"store-{number}", store_change(number))
    return stores.get("store-1"), stores.get("store-2")


@pytest.fixture
def store(two_stores: tuple[Store, Store]) -> Store:
    return two_stores[0]


def store_change(number: int, **settings: object) -> StoreChange:
    """Describe an invented store by its number."""
    return StoreChange(
        name=f"Tienda {number}",
        phone_number_id=f"10000000000000{number}",
        settings={"hold_back_ms": 0} | settings,
        secrets={
            "access_token": f"access-token-of-store-{number}",
            "app_secret": f"app-secret-of-store-{number}",
            "verify_token": f"verify-token-of-store-{number}",
        },
    )


@contextmanager
def installation(servers: Embedded, owner: Engine, folder: Path) -> Iterator[Settings]:
    """An installation of its own: empty tables, empty Redis, new keys."""
    with redis.Redis.from_url(servers.redis_url) as client:
        client.set("mostrador:opened", 1)  # it has been up for a while
        try:
            yield _settings(servers, folder)
        finally:
            client.flushall()
            with owner.begin() as connection:
                connection.execute(_EMPTY)


def _settings(servers: Embedded, folder: Path) -> Settings:
    return replace(
        Settings.from_environment(),
        data_dir=folder,
        database_url=servers.database_url,
        migration_database_url=servers.migration_database_url,
        redis_url=servers.redis_url,
        secrets_keys=(secrets.token_urlsafe(32),),
        service_keys=(secrets.token_urlsafe(32),),
        hold_back_ms=0,
    )
