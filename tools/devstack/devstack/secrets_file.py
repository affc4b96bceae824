"""Secrets made once and kept in DATA_DIR: keys, demo passwords, demo stores' credentials."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from devstack.private_files import read_json, write_private_json

_KEY_BYTES = 32
_PASSWORD_BYTES = 12
_SECRET_BYTES = 16


class SecretsFile:
    """Gives the same secret for the same name for as long as the file lives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, dict[str, str]] = read_json(path) or {}

    def key(self, name: str) -> str:
        """Give a key of 32 random bytes, base64url."""
        return self._value("keys", name, new_key)

    def password(self, email: str) -> str:
        """Give an agent's password."""
        return self._value("agents", email, lambda: secrets.token_urlsafe(_PASSWORD_BYTES))

    def store_secret(self, store_id: str, name: str) -> str:
        """Give one credential of a demo store, such as its app_secret."""
        return self._value("stores", f"{store_id}/{name}", lambda: secrets.token_hex(_SECRET_BYTES))

    def _value(self, section: str, name: str, make: Callable[[], str]) -> str:
        values = self._kept.setdefault(section, {})
        if name not in values:
            values[name] = make()
            write_private_json(self._path, self._kept)
        return values[name]


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()
