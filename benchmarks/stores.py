"""Registers any number of stores in one statement, sealed as `common.store_registration` does."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.dialects.postgresql import insert

from common import models
from common.database import sqlalchemy_url
from common.sealing import Keyring, new_store_key
from common.stores import place_of

_ROWS_AT_ONCE = 1_000
APP_SECRET = "the-app-secret-of-every-bench-store"  # noqa: S105  # of stores that do not exist
# A store that nothing slows: what is measured is the machinery.
UNLIMITED: Mapping[str, Any] = {
    "rate": 1_000_000,
    "concurrency": 100_000,
    "send_rate": 1_000_000,
    "pair_rate": 0,
    "pair_burst": 1_000_000,
    "hold_back_ms": 0,
}


def phone_number_id(store_id: str) -> str:
    """Derive a number that no other store has."""
    return f"number-of-{store_id}"


def replace_stores(
    owner_url: str, keyring: Keyring, settings_of: Mapping[str, Mapping[str, Any]]
) -> None:
    """Register exactly these stores; those of before go with all they had."""
    engine = create_engine(sqlalchemy_url(owner_url))
    try:
        with engine.begin() as connection:
            connection.execute(text("TRUNCATE stores CASCADE"))
            rows = (_row(keyring, *each) for each in settings_of.items())
            while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
                connection.execute(insert(models.stores), some)
            connection.execute(text("ANALYZE stores"))
    finally:
        engine.dispose()


def named(count: int, settings: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Name so many stores with the same settings."""
    return {f"bench-{number}": settings for number in range(1, count + 1)}


def _row(keyring: Keyring, store_id: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    secrets: Iterable[tuple[str, bytes]] = (
        ("access_token", b"a-token-of-the-bench"),
        ("app_secret", APP_SECRET.encode()),
        ("verify_token", b"a-verify-token-of-the-bench"),
        ("sealing_key", new_store_key()),
    )
    sealed = {
        f"{name}_sealed": keyring.seal(value, place_of(store_id, name)) for name, value in secrets
    }
    return {
        "store_id": store_id,
        "name": f"Tienda {store_id}",
        "phone_number_id": phone_number_id(store_id),
        "settings": dict(settings),
        **sealed,
    }
