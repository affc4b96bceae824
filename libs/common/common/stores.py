"""Stores as every service reads them: cached for a second, secrets opened only on demand."""

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select, text

from common import models
from common.database import Database
from common.errors import StoreNotFoundError
from common.identifiers import is_store_id
from common.sealing import Keyring, StoreSeal
from common.settings import Settings

# Every process sees a change within 2 s: one second here, the rest for the way.
_FRESH_SECONDS = 1.0
_MOST_CACHED = 20_000
_NEVER: tuple[float, "Store | None"] = (0.0, None)
_APP, _APP_DIGITS = b"mostrador/app", 16
SPAM_LIMIT = "spam_limit"  # customers report the number: the bot must be silent
_SEVERAL = text("SELECT * FROM stores_named(:store_ids)")


@dataclass(frozen=True)
class StoreSettings:
    """What a store may set for itself; what it leaves unset is the installation's default."""

    rate: float
    concurrency: int
    hold_back_ms: int
    attempts: int
    send_rate: float
    pair_rate: float
    pair_burst: int
    unknown_seconds: float
    retention_days: int
    unknown_policy: str = "settle"  # or flag, resend_once: what the silence about a part means
    images_per_reply: int = 5  # each borrows six seconds of its pair's pace
    picture_by: str = "link"  # or upload: how WhatsApp gets the pictures of a reply
    weight: float = 1.0  # of the workers' time, when there is too little of it
    handover_keywords: tuple[str, ...] | None = None
    transfer_text: str = ""
    instructions: str = ""
    language: str = "es"
    bot_enabled: bool = True
    return_minutes: float = 0  # without a word of a person, and the bot has it again; 0: never
    escalate_minutes: float = 0  # in the queue, and the console is told; 0: never

    @classmethod
    def merged(cls, defaults: Settings, own: Mapping[str, Any]) -> "StoreSettings":
        """Lay a store's own settings over the installation's."""
        known = {each.name for each in fields(cls)}
        values: dict[str, Any] = {
            "rate": defaults.store_rate,
            "concurrency": defaults.store_concurrency,
            "hold_back_ms": defaults.hold_back_ms,
            "attempts": defaults.attempts,
            "send_rate": defaults.send_rate,
            "pair_rate": defaults.pair_rate,
            "pair_burst": defaults.pair_burst,
            "unknown_seconds": defaults.unknown_seconds,
            "retention_days": defaults.retention_days,
        }
        values |= {name: value for name, value in own.items() if name in known}
        if values.get("handover_keywords") is not None:
            values["handover_keywords"] = tuple(values["handover_keywords"])
        return cls(**values)


@dataclass(frozen=True)
class Store:
    """One tenant. Its sealed secrets never show in a repr."""

    store_id: str
    name: str
    phone_number_id: str
    waba_id: str
    status: str
    version: int
    settings: StoreSettings
    own_settings: Mapping[str, Any]
    sealed: "SealedSecrets"
    paused_reason: str = ""  # one word; empty when it was paused by hand

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    def may_send(self, role: str) -> bool:
        """Tell whether sends of this author go: an agent's also while only the bot is paused."""
        if self.is_active:
            return True
        return role == "agent" and self.status == "paused" and self.paused_reason == SPAM_LIMIT


class SealedSecrets(dict[str, bytes]):
    """A store's sealed values by column; opened one at a time by `Stores`."""

    def __repr__(self) -> str:
        return "<sealed>"


class Stores:
    """Reads stores for one process. Safe to share between threads."""

    def __init__(self, database: Database, keyring: Keyring, defaults: Settings) -> None:
        self._database = database
        self._keyring = keyring
        self._defaults = defaults
        self._cached: dict[str, tuple[float, Store | None]] = {}

    def get(self, store_id: str) -> Store:
        """Find a store; raises StoreNotFoundError. At most one second old."""
        if not is_store_id(store_id):
            raise StoreNotFoundError(store_id)
        fresh_until, store = self._cached.get(store_id, _NEVER)
        if fresh_until < time.monotonic():
            store = self._read(store_id)
            self._remember(store_id, store)
        if store is None:
            raise StoreNotFoundError(store_id)
        return store

    def get_many(self, store_ids: Sequence[str]) -> dict[str, Store]:
        """Find several stores with one question, each at most one second old."""
        now = time.monotonic()
        unsure = [each for each in store_ids if self._cached.get(each, _NEVER)[0] < now]
        if unsure:
            with self._database.everywhere() as connection:
                found = connection.execute(_SEVERAL, {"store_ids": unsure}).mappings().all()
            stores = {row["store_id"]: _as_store(row, self._defaults) for row in found}
            for store_id in unsure:
                self._remember(store_id, stores.get(store_id))
        known = {each: self._cached.get(each, _NEVER)[1] for each in store_ids}
        return {store_id: store for store_id, store in known.items() if store is not None}

    def is_known(self, store_id: str) -> bool:
        """Say whether this process has met the store lately; asks nobody."""
        return self._cached.get(store_id, _NEVER)[1] is not None

    def all_ids(self) -> tuple[str, ...]:
        with self._database.everywhere() as connection:
            return tuple(connection.scalars(text("SELECT store_ids()")))

    def forget(self, store_id: str) -> None:
        """Read this store anew next time, in this process."""
        self._cached.pop(store_id, None)

    def app_secrets(self, store: Store) -> tuple[str, ...]:
        """Open the secrets that sign webhooks: the present one and, while rotating, the former."""
        return self._opened(store, "app_secret", "previous_app_secret")

    def app_of(self, store: Store) -> str:
        """Name the app by a fingerprint of its secret: stores with the same secret share one.

        A store without a secret is an app of its own.
        """
        secret = next(iter(self._opened(store, "app_secret")), "")
        if not secret:
            return f"of-{store.store_id}"
        return hmac.new(secret.encode(), _APP, hashlib.sha256).hexdigest()[:_APP_DIGITS]

    def verify_tokens(self, store: Store) -> tuple[str, ...]:
        return self._opened(store, "verify_token", "previous_verify_token")

    def access_token(self, store: Store) -> str:
        """Open the Graph API token; empty when the store has none yet."""
        return next(iter(self._opened(store, "access_token")), "")

    def seal_of(self, store: Store) -> StoreSeal:
        key = self._keyring.open(store.sealed["sealing_key"], f"{store.store_id}/sealing_key")
        return StoreSeal(store.store_id, key)

    def _opened(self, store: Store, *names: str) -> tuple[str, ...]:
        opened = (
            self._keyring.open(store.sealed[name], place_of(store.store_id, name)).decode()
            for name in names
            if name in store.sealed
        )
        # An empty secret is no secret: anybody could sign with it.
        return tuple(filter(None, opened))

    def _remember(self, store_id: str, store: Store | None) -> None:
        if len(self._cached) >= _MOST_CACHED:
            self._cached.clear()
        self._cached[store_id] = (time.monotonic() + _FRESH_SECONDS, store)

    def _read(self, store_id: str) -> Store | None:
        query = select(models.stores).where(models.stores.c.store_id == store_id)
        with self._database.store(store_id) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _as_store(row, self._defaults)


def place_of(store_id: str, name: str) -> str:
    """Name the place a secret is sealed for; a former secret keeps its place when it moves."""
    return f"{store_id}/{name.removeprefix('previous_')}"


def _as_store(row: Mapping[Any, Any], defaults: Settings) -> Store:
    sealed = SealedSecrets(
        {
            name.removesuffix("_sealed"): bytes(value)
            for name, value in row.items()
            if name.endswith("_sealed") and value is not None
        }
    )
    return Store(
        store_id=row["store_id"],
        name=row["name"],
        phone_number_id=row["phone_number_id"],
        waba_id=row["waba_id"],
        status=row["status"],
        version=row["version"],
        settings=StoreSettings.merged(defaults, row["settings"]),
        own_settings=row["settings"],
        sealed=sealed,
        paused_reason=row["paused_reason"],
    )
