"""Stores as the catalog shows and changes them: settings in the open, secrets by their end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select, text

from common import models
from common.database import Database
from common.errors import StoreNotFoundError
from common.sealing import Keyring
from common.store_registration import StoreChange, StoreRegistration
from common.stores import Stores, place_of

_ALL_STORES = text("SELECT * FROM all_stores()")

# The end of a short secret would be most of it.
_LEAST_SECRET_TO_SHOW = 8
_SHOWN = 4


@dataclass(frozen=True)
class StoreView:
    """A store without its secrets: of each, None when unset, else its last four characters."""

    store_id: str
    name: str
    phone_number_id: str
    waba_id: str
    status: str
    paused_reason: str
    settings: Mapping[str, Any]
    access_token_last4: str | None
    app_secret_last4: str | None
    verify_token_last4: str | None


class StoreDirectory:
    """Shows stores as the database has them now, and hands changes to their one writer."""

    def __init__(
        self, database: Database, keyring: Keyring, registration: StoreRegistration, stores: Stores
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._registration = registration
        self._stores = stores

    def all(self) -> tuple[StoreView, ...]:
        with self._database.everywhere() as connection:
            rows = connection.execute(_ALL_STORES).mappings().all()
        return tuple(self._view(row) for row in rows)

    def get(self, store_id: str) -> StoreView:
        """Find a store; raises StoreNotFoundError."""
        query = select(models.stores).where(models.stores.c.store_id == store_id)
        with self._database.store(store_id) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise StoreNotFoundError(store_id)
        return self._view(row)

    def register(self, store_id: str, change: StoreChange) -> StoreView:
        """Add a store; raises ConflictError when its id or its number is taken."""
        self._registration.register(store_id, change)
        self._stores.forget(store_id)
        return self.get(store_id)

    def change(self, store_id: str, change: StoreChange) -> StoreView:
        """Change what is named; of the settings too, where None goes back to the default.

        Raises StoreNotFoundError, or ConflictError for a number another store has.
        """
        self._registration.change(store_id, change, merge_settings=True)
        self._stores.forget(store_id)
        return self.get(store_id)

    def replace(self, store_id: str, change: StoreChange) -> StoreView:
        """Set everything but the secrets that are left out; raises as `change` does."""
        self._registration.change(store_id, change)
        self._stores.forget(store_id)
        return self.get(store_id)

    def _view(self, row: RowMapping) -> StoreView:
        return StoreView(
            store_id=row["store_id"],
            name=row["name"],
            phone_number_id=row["phone_number_id"],
            waba_id=row["waba_id"],
            status=row["status"],
            paused_reason=row["paused_reason"],
            settings=row["settings"],
            access_token_last4=self._end_of(row, "access_token"),
            app_secret_last4=self._end_of(row, "app_secret"),
            verify_token_last4=self._end_of(row, "verify_token"),
        )

    def _end_of(self, row: RowMapping, name: str) -> str | None:
        sealed = row[f"{name}_sealed"]
        if sealed is None:
            return None
        secret = self._keyring.open(sealed, place_of(row["store_id"], name)).decode()
        return secret[-_SHOWN:] if len(secret) >= _LEAST_SECRET_TO_SHOW else ""
