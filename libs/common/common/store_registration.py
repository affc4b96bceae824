"""Registers and changes stores, sealing what is secret; `common.store_pausing` pauses them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from common import events, models
from common.database import Database
from common.errors import ConflictError, StoreNotFoundError
from common.sealing import Keyring, new_store_key
from common.store_pausing import LIGHTER, OF_THE_TOKEN, SPAM_LIMIT_TOO, resume_commands
from common.stores import SPAM_LIMIT, place_of

# Secrets of which the former stays valid while it is being rotated.
_ROTATED = ("app_secret", "verify_token")


@dataclass(frozen=True)
class StoreChange:
    """What to set; None leaves a value as it is."""

    name: str | None = None
    phone_number_id: str | None = None
    waba_id: str | None = None
    status: str | None = None
    settings: Mapping[str, Any] | None = None
    secrets: Mapping[str, str] = field(
        default_factory=dict
    )  # access_token, app_secret, verify_token
    forget_former: bool = False  # the secrets before these end at once: they have leaked

    def __repr__(self) -> str:
        return f"StoreChange(name={self.name!r}, secrets={sorted(self.secrets)})"


class StoreRegistration:
    """Registers stores while everything runs; other processes see it within 2 s."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def register(self, store_id: str, change: StoreChange) -> None:
        """Add a store; raises ConflictError when its id or its number is taken."""
        values = self._values(store_id, change, {}) | {
            "store_id": store_id,
            "sealing_key_sealed": self._keyring.seal(new_store_key(), f"{store_id}/sealing_key"),
        }
        try:
            with self._database.store(store_id) as connection:
                connection.execute(insert(models.stores).values(values))
        except IntegrityError as error:
            raise _taken() from error

    def change(self, store_id: str, change: StoreChange, *, merge_settings: bool = False) -> None:
        """Change a store; raises StoreNotFoundError, or ConflictError for a taken number.

        Settings are replaced whole, or merged: then None brings a default back. A store that
        was paused for its token or what it may do is active again with a new one, unless its
        bot is paused as well. A pause by hand outlasts a new token.
        """
        try:
            with self._database.store(store_id) as connection:
                now = self._now(connection, store_id)
                if merge_settings and change.settings is not None:
                    change = replace(change, settings=_merged(now["settings"], change.settings))
                values = self._values(store_id, change, now)
                values |= _standing(values, now)
                connection.execute(
                    update(models.stores)
                    .where(models.stores.c.store_id == store_id)
                    .values(**values, version=models.stores.c.version + 1, changed_at=func.now())
                )
                _tell(connection, store_id, values)
        except IntegrityError as error:
            raise _taken() from error

    def _now(self, connection: Connection, store_id: str) -> Mapping[str, Any]:
        query = select(models.stores).where(models.stores.c.store_id == store_id)
        row = connection.execute(query.with_for_update()).mappings().one_or_none()
        if row is None:
            raise StoreNotFoundError(store_id)
        return {str(name): value for name, value in row.items()}

    def _values(self, store_id: str, change: StoreChange, now: Mapping[str, Any]) -> dict[str, Any]:
        plain = ("name", "phone_number_id", "waba_id", "status", "settings")
        values = {
            name: getattr(change, name) for name in plain if getattr(change, name) is not None
        }
        for name, secret in change.secrets.items():
            values |= self._sealed(store_id, name, secret, now.get(f"{name}_sealed"))
        if change.forget_former:
            values |= {f"previous_{name}_sealed": None for name in _ROTATED}
        return values

    def _sealed(
        self, store_id: str, name: str, secret: str, sealed_now: bytes | None
    ) -> dict[str, Any]:
        place = place_of(store_id, name)
        if sealed_now is not None and self._keyring.open(sealed_now, place) == secret.encode():
            return {}  # the same again: the former one stays former
        values = {f"{name}_sealed": self._keyring.seal(secret.encode(), place)}
        if name in _ROTATED and sealed_now is not None:
            values[f"previous_{name}_sealed"] = sealed_now
        return values


def _standing(values: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Say what changes about being paused.

    By hand counts more than what ends by itself; what is graver keeps its reason.
    """
    former = (now["status"], now["paused_reason"])
    after = former
    if values.get("status") == "active":
        after = ("active", "")
    elif values.get("status") == "paused":
        is_by_hand = now["status"] == "active" or now["paused_reason"] in LIGHTER
        after = ("paused", "" if is_by_hand else now["paused_reason"])
    elif "access_token_sealed" in values:
        after = _with_new_token(*former)
    return {} if after == former else {"status": after[0], "paused_reason": after[1]}


def _with_new_token(status: str, paused_reason: str) -> tuple[str, str]:
    if paused_reason == SPAM_LIMIT_TOO:
        return status, SPAM_LIMIT
    return ("active", "") if paused_reason in OF_THE_TOKEN else (status, paused_reason)


def _tell(connection: Connection, store_id: str, values: Mapping[str, Any]) -> None:
    if "paused_reason" not in values:
        return
    reason = values["paused_reason"]
    if values["status"] == "active":
        events.record(connection, store_id, "store_resumed", None)
        return
    events.record(connection, store_id, "store_paused", None, reason=reason)
    if reason == SPAM_LIMIT:
        resume_commands(connection, store_id)


def _merged(now: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**now, **changes}.items() if value is not None}


def _taken() -> ConflictError:
    return ConflictError(
        "A store with this id or this phone number id exists already.", code="already_exists"
    )
